"""Settings and paths: what the environment may say, and what is said about it."""

from pathlib import Path

import pytest

from bot import paths
from bot.settings import Settings, SettingsError, read

SERVE = {"SLACK_BOT_TOKEN": "xoxb-1-bot", "SLACK_SIGNING_SECRET": "5ec2e7"}


@pytest.fixture(autouse=True)
def _empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PARTNERDESK_KNOWLEDGE", raising=False)


def problems_of(environ, *, serve=True):
    """The lines of the error that these settings lead to."""
    with pytest.raises(SettingsError) as caught:
        Settings.from_env(environ, serve=serve)
    assert str(caught.value).splitlines() == list(caught.value.problems)
    return caught.value.problems


def test_defaults():
    """Bot token and signing secret are all that serving wants; the rest has the documented defaults."""
    settings = Settings.from_env(SERVE, serve=True)

    assert (settings.port, settings.host, settings.log_level) == (3000, "127.0.0.1", "INFO")
    assert settings.slack_api_url == "https://slack.com/api/"
    assert settings.database_url == f"sqlite:///{paths.data_dir() / 'partnerdesk.db'}"
    assert settings.config is None
    assert settings.knowledge == paths.knowledge_dir()
    assert not settings.socket_mode


def test_app_token_means_socket_mode():
    """An app token stands in for the signing secret and switches Socket Mode on."""
    settings = Settings.from_env({"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}, serve=True)

    assert settings.socket_mode


def test_nothing_about_slack_without_serving():
    """Chat, ask and check want no Slack, and a wrong token does not stop them."""
    settings = Settings.from_env({"SLACK_BOT_TOKEN": "nonsense"}, serve=False)

    assert settings.slack_bot_token is None


def test_everything_wrong_is_named_at_once(tmp_path):
    """One run names every setting that is missing or wrong, each on a line with what to do."""
    lines = problems_of(
        {
            "PORT": "70000",
            "HOST": "http://x",
            "DATABASE_URL": "mysql://u:hidden@h/d",
            "PARTNERDESK_CONFIG": str(tmp_path / "none.yml"),
            "PARTNERDESK_KNOWLEDGE": str(tmp_path / "none"),
            "SLACK_API_URL": "slack.com/api",
            "SMTP_URL": "mail.example.com",
            "CALDAV_URL": "ftp://example.com",
            "LOG_LEVEL": "loud",
        }
    )

    assert [line.partition(":")[0] for line in lines] == [
        "SLACK_API_URL",
        "PORT",
        "HOST",
        "DATABASE_URL",
        "PARTNERDESK_CONFIG",
        "PARTNERDESK_KNOWLEDGE",
        "SMTP_URL",
        "MAIL_FROM",
        "CALDAV_URL",
        "LOG_LEVEL",
        "SLACK_BOT_TOKEN",
        "SLACK_SIGNING_SECRET, SLACK_APP_TOKEN",
        "CALDAV_USER, CALDAV_PASSWORD",
    ]
    assert all("; " in line for line in lines)


@pytest.mark.parametrize("port", ["0", "65536", "-1", "3_000", "\uff13\uff10\uff10\uff10", "80 80", "http"])
def test_ports_out_of_range(port):
    """A port is a plain number from 1 to 65535."""
    (line,) = problems_of(SERVE | {"PORT": port})

    assert line.startswith("PORT: ")


@pytest.mark.parametrize(
    "url",
    [
        "desk.db",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite://desk.db",
        "postgres://u@h/d",
        "postgresql+psycopg://u@h/d",
        "postgresql://u:pass@h:port/d",
        "postgresql://h",
    ],
)
def test_wrong_database_urls(url):
    """A database is a SQLite file or a named PostgreSQL database; the driver is ours to add."""
    (line,) = problems_of(SERVE | {"DATABASE_URL": url})

    assert line.startswith("DATABASE_URL: ")
    assert "pass" not in line.replace("PASSWORD", "")


@pytest.mark.parametrize("url", ["sqlite:///desk.db", "sqlite:////srv/desk.db", "postgresql://u:p%40x@h:5432/d"])
def test_right_database_urls(url):
    """What is right is kept as it was written."""
    assert Settings.from_env(SERVE | {"DATABASE_URL": url}, serve=True).database_url == url


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SLACK_BOT_TOKEN", "xoxp-S3CRET"),
        ("SLACK_BOT_TOKEN", "xoxb-S3C RET"),
        ("SLACK_APP_TOKEN", "xoxb-S3CRET"),
        ("SLACK_SIGNING_SECRET", "S3CRET\nX-Header: 1"),
        ("SMTP_URL", "smtp//u:S3CRET@h"),
        ("CALDAV_URL", "https://u:S3CRET@[h"),
        ("DATABASE_URL", "oracle://u:S3CRET@h/d"),
    ],
)
def test_secrets_are_never_shown(name, value):
    """A wrong secret is named, its value is not repeated."""
    problems = problems_of(SERVE | {name: value})

    assert any(line.startswith(name) for line in problems)
    assert "S3C" not in str(problems)


@pytest.mark.parametrize("address", ["desk", "Desk <desk@example.org>", "desk@", "a@b, c@d", "@example.org"])
def test_the_address_of_mails(address):
    """Mails come from one plain address, that is needed where there is a mail server, and nowhere else."""
    server = {"SMTP_URL": "smtp://mail.example.org"}
    (missing,) = problems_of(SERVE | server)
    (wrong,) = problems_of(SERVE | server | {"MAIL_FROM": address})

    assert missing.startswith("MAIL_FROM: is missing")
    assert wrong.startswith("MAIL_FROM: is no e-mail address")
    assert Settings.from_env(SERVE, serve=True).mail_from is None


def test_repr_hides_secrets():
    """Settings may be logged: no token, secret, password or URL that may hold one stands in their repr."""
    settings = Settings.from_env(
        {
            "SLACK_BOT_TOKEN": "xoxb-S3CRET",
            "SLACK_APP_TOKEN": "xapp-S3CRET",
            "SLACK_SIGNING_SECRET": "S3CRET",
            "SLACK_API_URL": "https://u:S3CRET@proxy",
            "DATABASE_URL": "postgresql://u:S3CRET@h/d",
            "SMTP_URL": "smtps://u:S3CRET@h",
            "MAIL_FROM": "desk@example.org",
            "CALDAV_URL": "https://u:S3CRET@h",
            "CALDAV_USER": "S3CRET",
            "CALDAV_PASSWORD": "S3CRET",
        },
        serve=True,
    )

    assert "S3CRET" not in repr(settings)


def test_dotenv_is_read_and_the_environment_wins(tmp_path):
    """`.env` in the working directory counts, the environment before it, and a dollar sign means itself."""
    (tmp_path / ".env").write_text(
        "SLACK_BOT_TOKEN=xoxb-file\nSLACK_SIGNING_SECRET=a${HOME}\nPORT=4000\nLOG_LEVEL=debug\n", encoding="utf-8"
    )

    settings = Settings.from_env({"PORT": "5000", "LOG_LEVEL": ""}, serve=True)

    assert settings.slack_bot_token == "xoxb-file"
    assert settings.slack_signing_secret == "a${HOME}"
    assert settings.port == 5000
    assert settings.log_level == "INFO"


def test_unreadable_dotenv(tmp_path):
    """A `.env` that is no text is named like any other fault."""
    (tmp_path / ".env").write_bytes(b"PORT=\xff")

    assert [line.partition(":")[0] for line in problems_of(SERVE)] == [".env"]


def test_reading_goes_on_after_a_fault():
    """`doctor` gets what is right beside what is wrong; the wrong one has its default."""
    settings, problems = read(SERVE | {"PORT": "x", "LOG_LEVEL": "error"}, serve=True)

    assert (settings.port, settings.log_level, len(problems)) == (3000, "ERROR", 1)


def test_api_url_ends_with_a_slash():
    """Method names are joined to the URL as it stands."""
    settings = Settings.from_env(SERVE | {"SLACK_API_URL": "http://127.0.0.1:9/api"}, serve=True)

    assert settings.slack_api_url == "http://127.0.0.1:9/api/"


def test_named_knowledge_replaces_the_shipped_one(tmp_path, monkeypatch):
    """PARTNERDESK_KNOWLEDGE names the folder, in the environment of the process or in the settings."""
    monkeypatch.setenv("PARTNERDESK_KNOWLEDGE", str(tmp_path))

    assert paths.knowledge_dir() == tmp_path
    assert Settings.from_env({"PARTNERDESK_KNOWLEDGE": str(tmp_path)}, serve=False).knowledge == tmp_path
    assert Settings.from_env({}, serve=False).knowledge == paths.knowledge_dir("")


def test_named_knowledge_that_is_missing(tmp_path):
    """A folder that does not exist is an error, not silently the shipped one."""
    with pytest.raises(SettingsError, match="PARTNERDESK_KNOWLEDGE"):
        paths.knowledge_dir(str(tmp_path / "none"))


def test_installed_data_comes_first(tmp_path, monkeypatch):
    """A wheel's data inside the package is taken; in a clone, what stands beside the package."""
    package = tmp_path / "bot"
    (tmp_path / "locales").mkdir()
    (package / "_data" / "knowledge").mkdir(parents=True)
    monkeypatch.setattr(paths, "_PACKAGE", package)
    monkeypatch.setattr(paths, "PROJECT", tmp_path)

    assert paths.knowledge_dir("") == package / "_data" / "knowledge"
    assert paths.locales_dir() == tmp_path / "locales"


def test_clone_has_its_data():
    """The clone that these tests run in finds knowledge and locales."""
    assert (paths.knowledge_dir("") / "cyberday" / "programme.yml").is_file()
    assert paths.locales_dir() == Path(paths.__file__).parents[1] / "locales"
    assert paths.data_dir().name == paths.cache_dir().name == "partnerdesk"
