"""YAML documents that people write: every value knows its line, and every fault is found at once.

Shared by the knowledge and the desk file. A reader walks a document by `Field`s; a value of the wrong shape is noted
in `Problems`, a harmless default stands in for it, and reading goes on.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml is ten times as fast; the wheels have it
_DEEPEST: Final = 50  # levels; nobody writes as many, and libyaml crashes the process at some ten thousand


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """A fault in a file: where it is, what is wrong and what to do."""

    file: str
    line: int
    message: str
    warning: bool = False

    def __str__(self) -> str:
        level = "warning" if self.warning else "error"
        return f"{self.file}:{self.line}: {level}: {self.message}"


@dataclass(slots=True)
class Problems:
    """All faults found so far."""

    found: list[Problem] = field(default_factory=list)

    def error(self, file: str, line: int, message: str) -> None:
        """Note a fault that must be mended."""
        self.found.append(Problem(file, line, message))

    def warn(self, file: str, line: int, message: str) -> None:
        """Note a fault that can wait."""
        self.found.append(Problem(file, line, message, warning=True))

    @property
    def errors(self) -> list[Problem]:
        """The faults that must be mended, in the order of files and lines."""
        return sorted(problem for problem in self.found if not problem.warning)

    @property
    def warnings(self) -> list[Problem]:
        """The faults that can wait, in the order of files and lines."""
        return sorted(problem for problem in self.found if problem.warning)


class DocumentError(Exception):
    """A document with errors; the message lists them all, a line each."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


class Field:
    """A value of a document, its place, and where faults are noted."""

    __slots__ = ("_children", "file", "line", "name", "problems", "value")

    def __init__(self, node: yaml.Node | None, file: str, name: str, line: int, problems: Problems) -> None:
        self.file, self.name, self.line, self.problems = file, name, line, problems
        self._children: dict[str, Field] | list[Field] | None = None
        self.value: Any = None
        if isinstance(node, yaml.MappingNode):
            self._children = self._mapping(node)
        elif isinstance(node, yaml.SequenceNode):
            self._children = [
                Field(item, file, f"{name}[{n}]", item.start_mark.line + 1, problems)
                for n, item in enumerate(node.value)
            ]
        elif isinstance(node, yaml.ScalarNode):
            self.value = _scalar(node)

    def _mapping(self, node: yaml.MappingNode) -> dict[str, Field]:
        children: dict[str, Field] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            key = str(key_node.value)
            if key in children:
                self.problems.error(self.file, line, f"{key!r} stands twice; keep one of the two")
                continue
            children[key] = Field(
                value_node, self.file, f"{self.name}.{key}" if self.name else key, line, self.problems
            )
        return children

    def wrong(self, what: str) -> None:
        """Note an error at this value."""
        self.problems.error(self.file, self.line, f"{self.name or 'the file'}: {what}")

    @property
    def is_missing(self) -> bool:
        """Whether nothing stands here."""
        return self._children is None and self.value is None

    def keys(self, required: Collection[str] = (), optional: Collection[str] | None = None) -> dict[str, Field]:
        """The fields of a mapping; missing and unknown keys are errors (optional=None: any key may stand)."""
        if self.is_missing and not required:
            return {}
        if not isinstance(self._children, dict):
            self.wrong("a mapping (key: value) is needed here")
            return {}
        for key in required:
            if key not in self._children:
                self.wrong(f"{key!r} is missing; add it")
        if optional is not None:
            known = [*required, *optional]
            for key, child in self._children.items():
                if key not in known:
                    child.wrong(f"unknown key; known here: {', '.join(known)}")
        return self._children

    def get(self, key: str) -> Field:
        """The field of a mapping, or an empty one at this place."""
        if isinstance(self._children, dict) and key in self._children:
            return self._children[key]
        return Field(None, self.file, f"{self.name}.{key}" if self.name else key, self.line, self.problems)

    def items(self) -> Iterator[Field]:
        """The items of a list; nothing for a missing one."""
        if isinstance(self._children, list):
            yield from self._children
        elif not self.is_missing:
            self.wrong("a list is needed here")

    def text(self, *, default: str = "", longest: int | None = None, one_of: Collection[str] | None = None) -> str:
        """A text; numbers and true/false have to be quoted to be one."""
        if self.is_missing:
            return default
        if not isinstance(self.value, str):
            self.wrong("a text is needed here; put it in quotation marks")
            return default
        if longest is not None and len(self.value) > longest:
            self.wrong(f"{len(self.value)} characters, at most {longest} fit; shorten it")
        if one_of is not None and self.value not in one_of:
            self.wrong(f"{self.value!r} is not known here; one of: {', '.join(one_of)}")
            return default
        return self.value

    def texts(self, *, one_of: Collection[str] | None = None) -> tuple[str, ...]:
        """A list of texts."""
        return tuple(text for item in self.items() if (text := item.text(one_of=one_of)))

    def lines(self) -> tuple[tuple[str, int], ...]:
        """A list of texts, each with its line."""
        return tuple((text, item.line) for item in self.items() if (text := item.text()))

    def flag(self, *, default: bool = False) -> bool:
        """True or false."""
        if self.is_missing:
            return default
        if not isinstance(self.value, bool):
            self.wrong("true or false is needed here")
            return default
        return self.value

    def number(self, *, default: float = 0) -> int | float:
        """A number."""
        if self.is_missing:
            return default
        if isinstance(self.value, bool) or not isinstance(self.value, int | float) or not math.isfinite(self.value):
            self.wrong("a number is needed here")
            return default
        return self.value

    def whole(self, *, default: int = 0, least: int = 0) -> int:
        """A whole number, not below `least`."""
        number = self.number(default=default)
        if number != int(number) or number < least:
            self.wrong(f"a whole number from {least} on is needed here")
            return default
        return int(number)


def _scalar(node: yaml.ScalarNode) -> Any:
    value = node.value
    if node.style in {"'", '"', "|", ">"} or node.tag == "tag:yaml.org,2002:str":
        return value
    loader = yaml.SafeLoader("")
    try:
        return loader.construct_object(node, deep=True)
    except (yaml.YAMLError, ArithmeticError, AttributeError, LookupError, ValueError):
        return value  # a tag that does not fit the text (`!!bool maybe`): whoever wants a value of it says so


def _fault(text: str) -> tuple[int, str] | None:
    """What is YAML, but cannot be walked: the line and what to do. Raises YAMLError."""
    depth = 0
    for event in yaml.parse(text, Loader=LOADER):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent):  # one may hold itself, or a thousand of another
            return line, "an alias (*name) cannot stand here; write the value out"
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _DEEPEST:
            return line, f"nested deeper than {_DEEPEST} levels; write it flatter"
    return None


def read(path: Path, problems: Problems, *, name: str | None = None) -> Field:
    """Read a YAML file.

    Args:
        path: The file; one that is missing, is no UTF-8 or is no YAML is noted as an error and read as empty.
        problems: Where faults are noted.
        name: How the file is called in messages; its path unless told.

    """
    shown = name or str(path)
    try:
        text = path.read_text(encoding="utf-8")
        fault = _fault(text)
        node = None if fault else yaml.compose(text, Loader=LOADER)
    except FileNotFoundError:
        problems.error(shown, 1, "the file is missing; add it")
    except UnicodeDecodeError as error:
        problems.error(shown, 1, f"not UTF-8 (byte {error.start}); save it as UTF-8")
    except OSError as error:
        problems.error(shown, 1, f"cannot be read ({error.strerror})")
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
        problems.error(shown, mark.line + 1 if mark else 1, f"no YAML: {what}")
    else:
        if fault:
            problems.error(shown, *fault)
        return Field(node, shown, "", 1, problems)
    return Field(None, shown, "", 1, problems)
