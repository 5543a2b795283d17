"""Whether Slack would take blocks and views: the SDK's models, our own limits, and Slack's schemas where they are.

The SDK's models know the lengths of texts; they miss counts, options given as plain data and ids that stand twice, so
those are looked at here. The schemas know types and keys; the folder that holds them is named by SLACK_SCHEMAS.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

# Kind of block or element → its lists and how long each may be.
_COUNTS = {
    "actions": {"elements": 25},
    "context": {"elements": 10},
    "section": {"fields": 10},
    "overflow": {"options": 5},
    "static_select": {"options": 100, "option_groups": 100},
    "checkboxes": {"options": 10},
    "radio_buttons": {"options": 10},
    "rich_text": {"elements": 50},
    "rich_text_section": {"elements": 100},
    "rich_text_quote": {"elements": 100},
    "rich_text_list": {"elements": 50},
}
_TEXTS = {"section": 3000, "header": 150, "button": 75}
_MOST_IN_MESSAGE, _MOST_IN_VIEW = 50, 100


def block_problems(blocks: list[dict[str, Any]], *, most: int = _MOST_IN_MESSAGE) -> list[str]:
    """What Slack would refuse in blocks, without the schemas."""
    found = [f"{len(blocks)} blocks"] if len(blocks) > most else []
    parsed = Block.parse_all(blocks)
    found += [f"the SDK does not know {one['type']}" for one, read in zip(blocks, parsed, strict=True) if read is None]
    for read in parsed:
        found += _refused(read.to_dict) if read is not None else []
    for element in _elements(blocks):
        found += _own_limits(element)
    ids = Counter(element["action_id"] for element in _elements(blocks) if "action_id" in element)
    ids += Counter(f"block {block['block_id']}" for block in blocks if "block_id" in block)
    return found + [f"{id_} stands {times} times" for id_, times in ids.items() if times > 1]


def view_problems(view: dict[str, Any]) -> list[str]:
    """What Slack would refuse in a view, without the schemas."""
    found = block_problems(view["blocks"], most=_MOST_IN_VIEW) + _refused(lambda: View(**view).to_dict())
    if view["type"] == "modal" and "submit" not in view and any(one["type"] == "input" for one in view["blocks"]):
        found.append("an input without a button to send it")
    return found


def schema_problems(data: Any, schema: str) -> list[str]:
    """What a schema of Slack refuses. The calling test is skipped where the schemas are not."""
    return [f"{error.json_path}: {error.message[:200]}" for error in validator(schema).iter_errors(data)]


@lru_cache
def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def validator(schema: str) -> Any:
    """The validator of a schema file in SLACK_SCHEMAS. The calling test is skipped where the variable is not set."""
    folder = os.environ.get("SLACK_SCHEMAS")
    if not folder:
        pytest.skip("SLACK_SCHEMAS names no folder with Slack's JSON schemas")
    jsonschema = pytest.importorskip("jsonschema")
    return jsonschema.Draft7Validator(_read(Path(folder) / schema))


def _refused(check: Callable[[], Any]) -> list[str]:
    try:
        check()
    except SlackObjectFormationError as error:
        return [str(error)]
    return []


def _elements(data: Any) -> Iterator[dict[str, Any]]:
    """Every object within blocks."""
    if isinstance(data, dict):
        yield data
        for inner in data.values():
            yield from _elements(inner)
    elif isinstance(data, list):
        for inner in data:
            yield from _elements(inner)


def _own_limits(element: dict[str, Any]) -> Iterator[str]:
    kind = element.get("type", "")
    for name, most in _COUNTS.get(kind, {}).items():
        if not 1 <= len(element.get(name, [0])) <= most:
            yield f"{kind}: {len(element[name])} {name}"
    words = element["text"]["text"] if isinstance(element.get("text"), dict) else element.get("text", "…")
    if not 1 <= len(words) <= _TEXTS.get(kind, 3000):
        yield f"{kind}: a text of {len(words)}"
    if "text" in element and "value" in element:
        is_option = "type" not in element
        if len(words) > 75 or not 1 <= len(element["value"]) <= (150 if is_option else 2000):
            yield f"a control whose words or value are too long: {words}"
    yield from _field_limits(element)
    if len(element.get("accessibility_label", "")) > 75:
        yield f"a label that is too long: {element['accessibility_label']}"
    if kind == "modal" and len(element.get("private_metadata", "")) > 3000:
        yield "private_metadata is too long"
    if len(element.get("action_id", "")) > 255:
        yield "an action id is too long"


def _field_limits(element: dict[str, Any]) -> Iterator[str]:
    if len(str(element.get("initial_value", ""))) > element.get("max_length", 3000):
        yield f"more stands in a field than fits: {len(element['initial_value'])}"
    if not 1 <= element.get("max_files", 10) <= 10:
        yield f"a field for {element['max_files']} files"
