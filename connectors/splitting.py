"""Cutting long texts into messages that a channel takes, where a reader would pause."""

_PAUSES = ("\n\n", "\n", "\u3002", "\uff01", "\uff1f", "\u3001", " ")
"""Blank line, line, full stop, exclamation, question, comma, space: the first that leaves at least half a message."""


def utf16_units(text: str) -> int:
    """Return the length as LINE and Telegram count it: UTF-16 code units, so that most emoji count two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def split_text(text: str, limit: int) -> list[str]:
    """Return `text` in pieces of at most `limit` UTF-16 units, cut at the end of a paragraph, line or sentence where there is one.

    Nothing but white space at the cuts is lost; no sign of two units is torn apart. Blank text gives no piece.
    """
    pieces: list[str] = []
    rest = text.strip()
    while utf16_units(rest) > limit:
        head = _head(rest, limit)
        cut = _cut(head)
        pieces.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*pieces, rest] if rest else pieces


def _head(text: str, limit: int) -> str:
    """Return as much of the beginning as fits."""
    head = text[:limit]
    while utf16_units(head) > limit:
        head = head[: -max(1, (utf16_units(head) - limit) // 2)]
    return head


def _cut(head: str) -> int:
    for pause in _PAUSES:
        at = head.rfind(pause)
        if at + len(pause) > len(head) // 2:
            return at + len(pause)
    return len(head)
