"""A message as it is shown to who asked for plain Japanese with readings."""

import re
from typing import Any

from markupsafe import Markup, escape

from nlu.readings import with_readings

_CARD_TEXTS = ("title", "what", "why", "hours", "say", "source", "as_of", "notice")

# The same shape as in static/dom.js: Chinese characters, kana between them perhaps, then hiragana in full-width parentheses.
_READING = re.compile(r"([\u3400-\u9fff\u3005]+(?:[\u3041-\u3093][\u3400-\u9fff\u3005]+)?)\uff08([\u3041-\u3096\u30fc]+)\uff09")
_RUBY = Markup("<ruby>{word}<rp>\uff08</rp><rt>{reading}</rt><rp>\uff09</rp></ruby>")


def ruby(text: str) -> Markup:
    """Return text as HTML, escaped, with the readings in parentheses set above their words."""
    parts = _READING.split(text)
    out = [escape(parts[0])]
    for at in range(1, len(parts), 3):
        out += [_RUBY.format(word=parts[at], reading=parts[at + 1]), escape(parts[at + 2])]
    return Markup("").join(out)


def easily(message: dict[str, Any]) -> dict[str, Any]:
    """Return a message of the web API with its plain text where one was written, and readings behind every word of ours.

    What a resident or a caseworker wrote stays as it is. A button's `title` stays too, since it is sent back; `shown` is what to show.
    """
    if message["author"] != "bot":
        return message
    return {
        **message,
        "text": with_readings(message["easy_text"] or message["text"]),
        "buttons": [{**button, "shown": with_readings(button["title"])} for button in message["buttons"]],
        "cards": [_card(card) for card in message["cards"]],
    }


def _card(card: dict[str, Any]) -> dict[str, Any]:
    return {
        **card,
        **{name: with_readings(card[name]) for name in _CARD_TEXTS if card.get(name)},
        "bring": [with_readings(item) for item in card.get("bring", [])],
        "reach": [{**reach, "label": with_readings(reach["label"])} for reach in card.get("reach", [])],
    }
