"""A bar for each language, divided by what has become of its questions.

All bars are of one length, since the shares are to be compared: the smallest language is as plain to see as the
largest. The numbers stand in and beside them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any, Final

from matplotlib import rcParams
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.text import Text

# Of Okabe and Ito's palette for the colour-blind, the blue darker: each differs from each in lightness too. The
# background is opaque, so that in Slack's dark mode the picture stands as a light card.
COLOURS: Final = ("#005080", "#56B4E9", "#DDDDDD", "#D55E00")
WORDS_ON: Final = ("#FFFFFF", "#000000", "#000000", "#000000")
BACKGROUND: Final = "#FFFFFF"
INK: Final = "#1D1C1D"
FAINT: Final = "#55585C"

_SIZE: Final = (9.0, 4.6)  # inches
_DPI: Final = 160
_MARGIN: Final = 0.02  # of the width
_BARS: Final = (0.15, 0.13, 0.83, 0.63)  # where they and the columns stand: left, bottom, width, height
_HEIGHT: Final = 0.56  # of a bar, in rows
_LEAST: Final = 0.012  # of a bar: what there is can be seen
_NAME: Final = -0.244  # where a row's name begins, in lengths of a bar, as the next two
_FIRST_COLUMN: Final = 1.16
_COLUMN: Final = 0.27
_LEGEND_SIZES: Final = (11.0, 10.0, 9.0, 8.0)  # points
_SPACE: Final = 3  # dots on either side of a number in its part


def draw(told: Mapping[str, Any]) -> bytes:
    """Draw a picture.

    Args:
        told: All words as they are to be read. `title`; `parts`, a word for each of up to four parts; `columns`, the
            headings of what stands beside the bars; `note`, small print; `empty`, what is said of a row without parts;
            `rows`, each with its `name`, its `parts` as [number, text], and `cells`, a text for each of `columns`.

    Returns:
        A PNG.

    """
    rcParams["text.parse_math"] = False  # a word is no formula
    rcParams["font.family"] = "DejaVu Sans"  # comes with matplotlib
    figure = Figure(figsize=_SIZE, dpi=_DPI, facecolor=BACKGROUND)
    canvas = FigureCanvasAgg(figure)
    axes = figure.add_axes(_BARS, facecolor=BACKGROUND)
    rows, columns = told["rows"], told["columns"]
    axes.set_xlim(0, _FIRST_COLUMN + _COLUMN * (len(columns) - 0.5))
    axes.set_ylim(len(rows) - 0.5, -0.6)
    axes.set_axis_off()
    for place, row in enumerate(rows):
        axes.text(_NAME, place, row["name"], va="center", fontsize=13, color=INK)
        _bar(axes, place, row, told["empty"])
        for n, cell in enumerate(row["cells"]):
            _beside(axes, n, place, cell, va="center", fontsize=12, color=INK)
    for n, heading in enumerate(columns):
        _beside(axes, n, -0.72, heading, va="bottom", fontsize=10.5, color=FAINT)
    figure.text(_MARGIN, 0.955, told["title"], va="center", fontsize=15, fontweight="bold", color=INK)
    figure.text(_MARGIN, 0.045, told["note"], va="center", fontsize=10.5, color=FAINT)
    _legend(figure, told["parts"])
    made = BytesIO()
    canvas.print_figure(made, format="png")
    return made.getvalue()


def _bar(axes: Axes, place: int, row: Mapping[str, Any], empty: str) -> None:
    widths = _widths([number for number, _ in row["parts"]])
    if not any(widths):
        axes.text(0.0, place, empty, va="center", fontsize=12, color=FAINT)
        return
    left = 0.0
    for width, (_, words), colour, ink in zip(widths, row["parts"], COLOURS, WORDS_ON, strict=False):
        if width:
            axes.barh(place, width, _HEIGHT, left, color=colour, edgecolor=BACKGROUND, linewidth=1.5)
            written = axes.text(left + width / 2, place, words, ha="center", va="center", fontsize=12, color=ink)
            start, end = axes.transData.transform([(left, place), (left + width, place)])[:, 0]
            if _length(written) > end - start - 2 * _SPACE:  # it stands in the text that goes with the picture
                written.remove()
        left += width


def _widths(numbers: Sequence[int]) -> list[float]:
    """How long the parts of a bar are; together 1, or 0 where there are none."""
    whole = sum(numbers)
    shares = [max(number / whole, _LEAST) if number else 0.0 for number in numbers]
    return [share / sum(shares) for share in shares] if whole else shares


def _beside(axes: Axes, column: int, place: float, words: str, **style: Any) -> None:
    axes.text(_FIRST_COLUMN + column * _COLUMN, place, words, ha="center", **style)


def _legend(figure: Figure, words: Sequence[str]) -> None:
    """What the colours stand for, in one line: as small as that takes."""
    patches = [Patch(color=colour, label=one) for one, colour in zip(words, COLOURS, strict=False)]
    for size in _LEGEND_SIZES:
        legend = figure.legend(
            handles=patches,
            loc="upper left",
            bbox_to_anchor=(_MARGIN, 0.91),
            ncols=len(patches),
            frameon=False,
            fontsize=size,
            labelcolor=INK,
            borderpad=0,
            borderaxespad=0,
            handlelength=1.0,
            handleheight=1.0,
            handletextpad=0.5,
            columnspacing=1.2,
        )
        if size == _LEGEND_SIZES[-1] or legend.get_window_extent().x1 < figure.bbox.width * (1 - _MARGIN):
            return
        legend.remove()


def _length(text: Text) -> float:
    return float(text.get_window_extent().width)
