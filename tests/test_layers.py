"""Imports go one way, and Slack is named in few places; read from the source by ast."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import bot

ROOT = Path(bot.__file__).parent
LAYERS = (
    # From the outside in: a module imports from its own layer and from those below it.
    ("app", "cli", "__main__", "plots"),
    ("listeners", "adapters", "store", "evaluation"),
    ("edition",),
    ("conversation",),
    ("context", "report_talk", "booking_talk", "request_talk"),
    ("flows", "rules", "understand", "render"),
    ("duty",),
    ("knowledge", "i18n", "desk", "desk_reader", "hours", "availability", "public_holidays", "document", "days"),
    ("ports", "settings", "paths", "logs"),
    ("request",),
    ("report", "meeting", "gap"),
    ("model",),
)
NAMING_SLACK = ("listeners", "adapters", "app", "cli/doctor")
"""Where Slack's libraries may be imported."""

MODULES = sorted(str(path.relative_to(ROOT)) for path in ROOT.rglob("*.py") if path != ROOT / "__init__.py")


def _imported(module: str) -> set[str]:
    """The full names that a module imports, also within functions."""
    names: set[str] = set()
    for node in ast.walk(ast.parse((ROOT / module).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: a relative import"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def _layer(part: str) -> int:
    """How far in a part of the package lies; an unknown part fails, so that each has its place."""
    return next(n for n, parts in enumerate(LAYERS) if part in parts)


def _part(module: str) -> str:
    return module.split("/", maxsplit=1)[0].removesuffix(".py")


@pytest.mark.parametrize("module", MODULES)
def test_imports_go_one_way(module: str) -> None:
    """No module imports from a layer further out than its own."""
    here = _layer(_part(module))
    ours = {name.split(".")[1] for name in _imported(module) if name.startswith("bot.")}

    assert [part for part in sorted(ours) if _layer(part) < here] == []


def test_the_model_imports_nothing_of_ours() -> None:
    """It is what all others speak."""
    assert [name for name in _imported("model.py") if name.startswith("bot")] == []


@pytest.mark.parametrize("module", MODULES)
def test_slack_is_named_in_few_places(module: str) -> None:
    """Another chat would replace those, and nothing else."""
    slack = [name for name in _imported(module) if name.split(".")[0] in {"slack_bolt", "slack_sdk"}]

    assert slack == [] or module.startswith(NAMING_SLACK)


def test_serving_needs_no_scikit_learn() -> None:
    """It costs a second and 100 MB: only the fitting child and the calibration of `eval` import it."""
    users = {module for module in MODULES if any(name.startswith("sklearn") for name in _imported(module))}

    assert users == {"understand/fit.py", "evaluation/calibrate.py"}


def test_serving_needs_no_matplotlib() -> None:
    """It is an extra, and costs half a second and 40 MB: only the child process that draws imports it, and no desk."""
    users = {module for module in MODULES if any(name.startswith("matplotlib") for name in _imported(module))}
    drawing = {module: _imported(module) for module in MODULES if module.startswith("plots/")}

    assert users == {"plots/bars.py"}
    assert {name for names in drawing.values() for name in names if name.startswith("bot.")} == {"bot.plots.bars"}
    assert [module for module in MODULES if any(name.startswith("bot.plots") for name in _imported(module))] == [
        "plots/__main__.py"
    ]
