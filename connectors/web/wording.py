"""The words of the web channel: one file for the widget and for the pages that the server makes."""

import json
from functools import cache
from pathlib import Path
from typing import Any

STATIC = Path(__file__).parent / "static"
FILE = STATIC / "strings.ja.json"


@cache
def strings() -> dict[str, Any]:
    """Return all strings as the widget gets them."""
    loaded: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return loaded


def error_sentence(name: str) -> str:
    """Return what a person reads when `name` happened. Raises KeyError for an unknown name."""
    sentence: str = strings()["errors"][name]
    return sentence
