"""What a benchmark prints: tables on stdout, progress on stderr."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field

Cell = str | int | float | None


@dataclass(frozen=True, slots=True)
class Table:
    """Figures side by side; the first column names the row, a cell that is None was not measured."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    notes: Sequence[str] = field(default=())

    def __str__(self) -> str:
        cells = [[str(column) for column in self.columns], *([_shown(cell) for cell in row] for row in self.rows)]
        widths = [max(len(row[n]) for row in cells) for n in range(len(self.columns))]
        lines = [_line(row, widths) for row in cells]
        return "\n".join([self.title, "", lines[0], "-" * len(lines[0]), *lines[1:], *("", *self.notes, "")])


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = zip(row, widths, strict=True)
    return "  ".join([first[0].ljust(first[1]), *(text.rjust(width) for text, width in others)])


def _shown(cell: Cell) -> str:
    match cell:
        case None:
            return "-"
        case float() if abs(cell) < 10:
            return f"{cell:.2f}"
        case float():
            return f"{cell:,.0f}" if abs(cell) >= 1_000 else f"{cell:.1f}"
        case _:
            return str(cell)


def show(words: object) -> None:
    """Print a table, or a line, now."""
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def progress(words: str) -> None:
    """Tell whoever waits what is being done."""
    sys.stderr.write(f"  {words}\n")
    sys.stderr.flush()
