"""Setting papers as tagged PDFs: a fixed template of ours, filled with data that is only ever data.

The text of people reaches Typst as JSON through `sys.inputs`, never as source: `#eval(…)` in it is five signs on paper.
Fonts come with the project; nothing is looked up on the machine or the internet.
"""

import json
import unicodedata
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import typst
from fontTools.ttLib import TTFont

_HERE = Path(__file__).parent
TEMPLATES = _HERE / "templates"
FONTS = _HERE / "fonts"
MISSING = "\u3013"  # the geta mark: what Japanese printers set where a letter is missing
_KEPT_CONTROLS = "\n"


def typeset(template: str, data: dict[str, Any], now: datetime) -> bytes:
    """Return the PDF of `templates/<template>.typ` filled with `data` (JSON values only). `now`: aware, goes into the file as its date.

    `data["missing"]` tells the template whether a sign had to be replaced since the fonts do not have it.
    Raises typst.TypstError when the template does not compile: a fault of ours, never of the data.
    """
    printable, missing = _printable(data)
    pdf = typst.compile(
        TEMPLATES / f"{template}.typ",
        root=TEMPLATES,
        font_paths=_fonts(),
        sys_inputs={"data": json.dumps({**printable, "missing": missing}, ensure_ascii=False)},
        pdf_standards=["ua-1"],
        timestamp=int(now.timestamp()),
    )
    if not isinstance(pdf, bytes):
        raise TypeError("a template makes one document")
    return pdf


def can_print(sign: str) -> bool:
    """Return whether the fonts have this character."""
    return ord(sign) in _coverage()


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])


@cache
def _coverage() -> frozenset[int]:
    return frozenset(point for path in sorted(FONTS.glob("*.ttf")) for point in TTFont(path, lazy=True).getBestCmap())


def _printable(value: Any) -> tuple[Any, bool]:
    """Return `value` with every text made printable, and whether a sign had to be replaced."""
    if isinstance(value, str):
        return _printable_text(value)
    if isinstance(value, dict):
        pairs = {key: _printable(item) for key, item in value.items()}
        return {key: item for key, (item, _missing) in pairs.items()}, any(missing for _item, missing in pairs.values())
    if isinstance(value, list | tuple):
        items = [_printable(item) for item in value]
        return [item for item, _missing in items], any(missing for _item, missing in items)
    return value, False


def _printable_text(text: str) -> tuple[str, bool]:
    signs: list[str] = []
    missing = False
    for sign in unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")):
        if sign in _KEPT_CONTROLS or can_print(sign) and not _invisible(sign):
            signs.append(sign)
        elif not _invisible(sign):
            signs.append(MISSING)
            missing = True
    return "".join(signs), missing


def _invisible(sign: str) -> bool:
    """Joiners, direction marks, variation selectors, skin tones, controls: they change letters or order, and are none themselves."""
    return (
        unicodedata.category(sign) in ("Cc", "Cf", "Cs")
        or "\ufe00" <= sign <= "\ufe0f"
        or "\U0001f3fb" <= sign <= "\U0001f3ff"
        or "\U000e0100" <= sign <= "\U000e01ef"
    )
