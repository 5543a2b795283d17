"""Which controls a message shows, read from its blocks: ours, or Slack's copy of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from bot.render.blocks import Block


def offers(blocks: Sequence[Block], action: str, value: str) -> bool:
    """Whether blocks show a control with this action id that can give this value; a calendar can give any."""
    return any(element.get("action_id") == action and _gives(element, value) for element in _elements(blocks))


def _gives(element: Block, value: str) -> bool:
    match element.get("type"):
        case "button":
            return bool(element.get("value", "") == value)
        case "datepicker":
            return True
    groups = [element, *_objects(element.get("option_groups"))]
    return any(option.get("value") == value for group in groups for option in _objects(group.get("options")))


def _elements(blocks: Sequence[Block]) -> Iterator[Block]:
    for block in _objects(blocks):
        yield from _objects([*_objects(block.get("elements")), block.get("accessory")])


def _objects(listed: Any) -> Iterator[Block]:
    return (one for one in listed if isinstance(one, dict)) if isinstance(listed, list) else iter(())
