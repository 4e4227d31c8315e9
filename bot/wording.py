"""The assistant's responses, read straight from the dialogue files: what must be said even when the model is down."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

EASY = "easy"
"""The channel that a variation in plain Japanese with readings is marked with, beside the usual one of the same response."""
DIALOGUE_DIR = Path(__file__).parent / "dialogue"


@cache
def responses() -> dict[str, list[dict[str, Any]]]:
    """Return every response of the dialogue files by name. Raises ValueError when two files define the same one."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path in sorted(DIALOGUE_DIR.glob("*.yml")):
        for name, variations in (yaml.safe_load(path.read_text(encoding="utf-8")).get("responses") or {}).items():
            if name in found:
                raise ValueError(f"{path.name}: response {name} is defined twice")
            found[name] = variations
    return found


def say(name: str, **values: object) -> str:
    """Return the text of response `name` with `values` filled in. Raises KeyError for an unknown response."""
    text: str = responses()[name][0]["text"]
    return text.format(**values).strip()


def say_easily(name: str, values: Mapping[str, object]) -> str:
    """Return response `name` in plain Japanese with readings, `values` filled in; empty when it was not written or a value is missing."""
    text = next((one["text"] for one in responses().get(name, []) if one.get("channel") == EASY), "")
    try:
        return str(text).format(**values).strip()
    except KeyError:
        return ""
