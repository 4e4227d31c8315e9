"""A message as it is shown to who asked for plain Japanese with readings."""

from typing import Any

from nlu.readings import with_readings

_CARD_TEXTS = ("title", "what", "why", "hours", "say", "source", "as_of", "notice")


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
