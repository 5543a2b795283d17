"""`partnerdesk init`: the questions, and the desk file that comes of them."""

import argparse
import io
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cli.init import Programme, add_arguments, render, run, system_zone, write
from bot.desk import MEETING_RULES, Desk, DeskChannel, Host, Partner, StaffMember, Support, Translators
from bot.desk_reader import check_against, load

PROGRAMMES = {
    "cyberday": Programme("Cyberday", ("deal-form", "apply")),
    "miro": Programme("Miro Professional Network", ("article",)),
}
LINK_IDS = {id_: programme.links for id_, programme in PROGRAMMES.items()}

# A line for each question, in their order.
ANSWERS = """\
Europe/Paris
C1
C2
cyberday, miro
FR
questions

Étoile: "Nord" <!channel>
T1, T2
U1
C2
miro
fr
Europe/Paris

U2
Ann
fi, en

S1
U2


U7
FR
Training

C4
U3

U4


U5, U6
https://example.com/a?b=c&d

https://example.com/#x
"""


def args_of(path, *, force=False, defaults=False):
    """The arguments as the command line gives them."""
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return parser.parse_args([str(path), *["--force"] * force, *["--defaults"] * defaults])


def init(path, answers="", **options):
    """Run the command; its exit code, what it said, and what it complained of."""
    stdout, stderr = io.StringIO(), io.StringIO()
    code = run(args_of(path, **options), PROGRAMMES, stdin=io.StringIO(answers), stdout=stdout, stderr=stderr)
    return code, stdout.getvalue(), stderr.getvalue()


def test_answers_become_a_desk_file(tmp_path):
    """What was answered stands in a file that the desk accepts and the knowledge agrees with."""
    code, _, complaints = init(tmp_path / "desk.yml", ANSWERS)

    desk = load(tmp_path / "desk.yml")
    assert (code, complaints) == (0, "")
    assert desk == Desk(
        time_zone="Europe/Paris",
        support_channel="C1",
        channels=(DeskChannel("C2", ("cyberday", "miro"), "fr", answers_questions=True),),
        partners=(
            Partner('Étoile: "Nord" <!channel>', ("T1", "T2"), ("U1",), ("C2",), ("miro",), "fr", "Europe/Paris"),
        ),
        staff=(StaffMember("U2", "Ann", ("fi", "en")),),
        support=Support("C1", "S1"),
        hosts=(Host("U2", "Ann", ("fi", "en")), Host("U7", languages=("fr",), kinds=("training",))),
        translations={
            "default": Translators("C4", ("U3",)),
            "en": Translators(None, ("U4",)),
            "source": Translators(None, ("U5", "U6")),
        },
        links={
            "cyberday": {"deal-form": "https://example.com/a?b=c&d"},
            "miro": {"article": "https://example.com/#x"},
        },
    )
    assert not [problem for problem in check_against(desk, LINK_IDS) if not problem.warning]


def test_every_question_can_be_skipped(tmp_path, monkeypatch):
    """Enter all the way gives a file with the machine's time zone and nothing else."""
    monkeypatch.setenv("TZ", "Europe/Helsinki")

    code, _, _ = init(tmp_path / "desk.yml", "\n" * 30)

    assert code == 0
    assert load(tmp_path / "desk.yml") == Desk(time_zone="Europe/Helsinki")


@pytest.mark.parametrize(
    ("answers", "complaint"),
    [
        ("Paris\nUTC\n", "'Paris' is no time zone"),
        ("\ngeneral\nC1\n", "'general' is no channel id"),
        ("\n\nC2\nmoro\n", "'moro' is not known here; one of: cyberday, miro"),
        ("\n\nC2\n\nsv\n", "'sv' is not known here; one of: fr, en, de, fi"),
        ("\n\nC2\n\n\nalways\n", "'always' is not known here; one of: mentions, questions"),
        ("\n\nC2\n\n\n\nC2\n", "'C2' was named already"),
        ("\n\n\nA\nC1\n", "'C1' is no workspace id"),
        ("\n\n\nA\n\nU1\n\n\n\n\nB\n\nU1\n", "U1 was named already; it belongs to one partner"),
        ("\n\n\nA\n\n\n\n\n\n\nA\n", "'A' was named already"),
        ("\n\n\n\x1bA\n", "there are signs in it that cannot be printed"),
        ("\n\n\n\nU1\n\n\nU1\n", "'U1' was named already"),
        ("\n" * 5 + "C1\nS1\n", "'C1' is no user group id"),
        ("\n" * 6 + "U1\nsv\n", "'sv' is not known here; one of: fr, en, de, fi"),
        ("\n" * 6 + "U1\n\ncoffee\n", "'coffee' is not known here; one of: support, training"),
        ("\n" * 6 + "U1\n\n\nU1\n", "'U1' was named already"),
        ("\n" * 14 + "http://example.com\n", "no address that begins with https://"),
    ],
)
def test_a_bad_answer_is_asked_for_again(tmp_path, answers, complaint):
    """What cannot be taken is said at once, the same question comes again, and the file is right in the end."""
    code, said, _ = init(tmp_path / "desk.yml", answers + "\n" * 40)

    before, _, after = said.partition(complaint)
    question = before.splitlines()[-1].rstrip(": ").rpartition(": ")[2].strip()
    assert after.partition("\n")[2].lstrip().startswith(f"{question}:")
    assert code == 0
    load(tmp_path / "desk.yml")


def test_defaults_write_the_example(tmp_path):
    """--defaults asks nothing and writes a file of comments, which is the empty desk."""
    code, said, _ = init(tmp_path / "desk.yml", defaults=True)

    assert code == 0
    assert "[" not in said
    assert load(tmp_path / "desk.yml") == Desk.empty()


def test_the_example_is_right(tmp_path):
    """With the # taken from its examples, the file is a desk file that names every section."""
    lines = render(Desk.empty(), PROGRAMMES).splitlines()
    # Sentences stand behind "# ", examples behind "#" alone.
    examples = [line.removeprefix("#") for line in lines if not re.match(r"# \S", line)]
    (tmp_path / "desk.yml").write_text("\n".join(examples), encoding="utf-8")

    desk = load(tmp_path / "desk.yml")

    assert desk.levels
    assert desk.meetings == MEETING_RULES  # what holds without the section
    assert replace(desk.support, channel=None, user_group=None, targets={}, programmes={}) == Support()
    assert all((desk.support.user_group, desk.support.targets, desk.support.programmes))
    assert desk.links.keys() == PROGRAMMES.keys()
    assert all(
        (desk.time_zone, desk.hours, desk.holidays, desk.support_channel, desk.channels, desk.partners, desk.staff)
    )
    assert all((desk.translations, desk.programme_translations, desk.hosts, desk.meetings, desk.retention))
    assert check_against(desk, LINK_IDS) == []


def test_an_existing_file_is_kept(tmp_path):
    """Without --force nothing is asked and the file stays; with it the file is replaced."""
    path = tmp_path / "desk.yml"
    path.write_text("mine", encoding="utf-8")

    code, said, complaint = init(path, ANSWERS)

    assert (code, said, path.read_text(encoding="utf-8")) == (1, "", "mine")
    assert "--force" in complaint
    assert init(path, ANSWERS, force=True)[0] == 0
    assert load(path).support_channel == "C1"


def test_a_file_that_came_meanwhile_is_kept(tmp_path):
    """Even a file that another has written while we asked is not overwritten."""
    path = tmp_path / "desk.yml"
    path.write_text("theirs", encoding="utf-8")

    with pytest.raises(FileExistsError):
        write(path, "ours", force=False)

    assert path.read_text(encoding="utf-8") == "theirs"
    assert list(tmp_path.iterdir()) == [path]


class _Interrupted(io.StringIO):
    """A terminal where Ctrl-C is pressed after some lines."""

    def readline(self, *args):
        line = super().readline(*args)
        if not line:
            raise KeyboardInterrupt
        return line


@pytest.mark.parametrize("terminal", [_Interrupted, io.StringIO])
def test_stopping_writes_nothing(tmp_path, terminal):
    """Ctrl-C, or answers that end too early, leave no file, no draft and no traceback."""
    stderr = io.StringIO()

    code = run(
        args_of(tmp_path / "desk.yml"), PROGRAMMES, stdin=terminal("UTC\nC1\n"), stdout=io.StringIO(), stderr=stderr
    )

    assert code == 1
    assert "nothing was written" in stderr.getvalue()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("path", ["none/desk.yml", "."])
def test_a_path_that_cannot_be_written(tmp_path, path):
    """It is said in one line, before anything is asked."""
    code, said, complaint = init(tmp_path / path, ANSWERS)

    assert (code, said) == (1, "")
    assert complaint.count("\n") == 1


def test_answers_that_are_no_utf8(tmp_path):
    """A terminal of another encoding gives a line, no traceback and no file."""
    stdin = io.TextIOWrapper(io.BytesIO(b"UTC\nC1\n\n\xc9toile\n"), encoding="utf-8")
    stderr = io.StringIO()

    assert run(args_of(tmp_path / "d.yml"), PROGRAMMES, stdin=stdin, stdout=io.StringIO(), stderr=stderr) == 1
    assert "UTF-8" in stderr.getvalue()
    assert not list(tmp_path.iterdir())


def test_system_zone_is_a_zone(monkeypatch):
    """A TZ that is no zone's name is passed over."""
    monkeypatch.setenv("TZ", ":nonsense")

    assert Desk(time_zone=system_zone()).time_zone != ":nonsense"


@given(name=st.text(min_size=1).map(str.strip).filter(lambda text: text and text.isprintable()))
def test_any_name_survives(name, tmp_path_factory):
    """Whatever a partner is called, the file holds that name."""
    path = tmp_path_factory.mktemp("desk") / "desk.yml"

    write(path, render(Desk(partners=(Partner(name),), staff=(StaffMember("U1", name),)), PROGRAMMES), force=False)

    desk = load(path)
    assert (desk.partners[0].name, desk.staff[0].name) == (name, name)
