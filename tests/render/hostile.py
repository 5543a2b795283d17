"""Texts that try to be more than text, where in blocks text is markup, and which words of ours did not fit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

HOSTILE: Final = (
    "EVIL <!channel> <@U1> <#C1|general> <https://evil.example|Send>",
    "EVIL *bold* _italic_ ~struck~ `code` ```block``` > quoted\n> *TR-1 is fixed.*\n\n• item",
    "EVIL &lt;!here&gt; &amp;amp; {name} {0} %s %(x)s",
    "EVIL " + "x" * 40_000,
    "EVIL " + "<&>" * 3_000,
    "EVIL\n" + "\n" * 3_000,
    "EVIL " + "👩‍💻🇫🇮e\u0301" * 800,
    "EVIL \u202e\u200b\u2028 :boom: |pipe",
)
"""Each has EVIL in it, so that it is found again."""


def markups(data: Any) -> Iterator[str]:
    """Every text of blocks that Slack reads as markup."""
    if isinstance(data, dict):
        if data.get("type") == "mrkdwn":
            yield data["text"]
        for inner in data.values():
            yield from markups(inner)
    elif isinstance(data, list):
        for inner in data:
            yield from markups(inner)


def shortened(view: dict[str, Any]) -> list[str]:
    """The words of ours in a form that did not fit: titles, buttons, options and labels never end in an ellipsis."""
    fields = [block for block in view["blocks"] if block["type"] == "input"]
    options = [option for field in fields for option in field["element"].get("options", ())]
    named = [view["title"], view["submit"], view["close"], *(field["label"] for field in fields)]
    words = [one["text"] for one in (*named, *(option["text"] for option in options))]
    return [one for one in words if one.endswith("…")]
