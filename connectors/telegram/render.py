"""Our messages as Telegram shows them: HTML texts with cards in them, buttons below the last one, within Telegram's limits.

4,096 UTF-16 units a message after its HTML was read, 64 bytes a button's data, 100 buttons (Bot API, sendMessage and
InlineKeyboardButton, as of 2026-11). Links to telephone numbers are not allowed; clients make a number in international
form one that can be tapped, so such a line stands below the number as people know it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.buttons import button_data
from connectors.message import Button, Card, Outgoing, Reach
from connectors.splitting import split_text, utf16_units
from connectors.telegram.wording import wording

MAX_TEXT = 4096
_ROOM_FOR_NOTICE = 96
"""Units kept free in every message for `private_notice`, so that a message has as many parts with it as without."""
COMFORTABLE_TEXT = 1200
"""UTF-16 units that still fit on two screens of a phone; a card that goes beyond begins a message of its own."""
MAX_BUTTONS = 100
_MOST = MAX_TEXT - _ROOM_FOR_NOTICE
_SHORT_TITLE = 8
"""Signs of a title that leaves room for a second button beside it on a phone of 320 px."""
_MAX_TITLE = 60
_TEL = re.compile(r"tel:0([1-9]\d{8,9})")
_NO_INTERNATIONAL_FORM = ("120", "570", "800", "990", "180", "170")
"""0120, 0570 … are reached from within Japan only, as they are."""


@dataclass(frozen=True)
class Piece:
    """One message of Telegram's: `html`, or bare text when `plain`; `keyboard` below it."""

    text: str
    plain: bool
    keyboard: InlineKeyboardMarkup | None = None


def render(message: Outgoing, *, private: bool = False) -> list[Piece]:
    """Return Telegram's messages for one of ours, in order; always as many for the same message. Empty for an empty message.

    `private`: it may light up a locked screen. The words are a spoiler then, which Telegram covers in notifications and in the list of
    chats until it is tapped; before them stands a line that says nothing. Bare text cannot be covered and has that line only.
    """
    blocks = list(_blocks(message))
    if message.plain:
        blocks += [(text, text) for text in [_choices(message.reply.buttons)] if text]
    limit = _MOST if message.reply.kind == "lifeline" else COMFORTABLE_TEXT
    texts = _pack(blocks, limit)
    keyboard = None if message.plain else _keyboard(message.id, message.reply.buttons)
    last = len(texts) - 1
    pieces = [plain if message.plain else html for plain, html in texts]
    if private:
        pieces = [_covered(piece, message.plain) for piece in pieces]
    return [Piece(piece, message.plain, keyboard if at == last else None) for at, piece in enumerate(pieces)]


def _covered(text: str, plain: bool) -> str:
    notice = wording().private_notice
    return f"{notice}\n\n{text}" if plain else f"{escape(notice, quote=False)}\n\n<tg-spoiler>{text}</tg-spoiler>"


def _blocks(message: Outgoing) -> Iterator[tuple[str, str]]:
    """Yield the message's paragraphs and cards, each as bare text and as HTML, none above `_MOST`."""
    text = message.reply.text
    if message.author == "staff":
        name = wording().staff_name
        pieces = split_text(text, _MOST - utf16_units(name) - 1)
        if pieces:
            yield f"{name}\n{pieces[0]}", f"<b>{escape(name)}</b>\n{escape(pieces[0], quote=False)}"
        pieces = pieces[1:]
    else:
        pieces = split_text(text, _MOST)
    for piece in pieces:
        yield piece, escape(piece, quote=False)
    for card in message.reply.cards:
        lines = list(_card(card))
        plain = "\n".join(plain for plain, _ in lines)
        if utf16_units(plain) <= _MOST:
            yield plain, "\n".join(html for _, html in lines)
        else:
            yield from ((piece, escape(piece, quote=False)) for piece in split_text(plain, _MOST))


def _pack(blocks: Sequence[tuple[str, str]], limit: int) -> list[tuple[str, str]]:
    """Join blocks that follow each other into messages of at most `limit` units; a longer block stands alone."""
    packed: list[tuple[str, str]] = []
    for plain, html in blocks:
        if packed and utf16_units(packed[-1][0]) + 2 + utf16_units(plain) <= limit:
            before = packed.pop()
            packed.append((f"{before[0]}\n\n{plain}", f"{before[1]}\n\n{html}"))
        else:
            packed.append((plain, html))
    return packed


def _card(card: Card) -> Iterator[tuple[str, str]]:
    yield f"\u25a0 {card.title}", f"<b>\u25a0 {escape(card.title, quote=False)}</b>"
    opening = "" if card.open_now is None else wording().open_now if card.open_now else wording().closed_now
    yield from _lines(card.what, card.why, opening, card.hours)
    for reach in card.reach:
        yield from _reach(reach)
    if card.say:
        yield from _headed(wording().say, card.say)
    if card.bring:
        yield from _headed(wording().bring, "\n".join(f"\u30fb{item}" for item in card.bring))
    yield from _lines(card.notice)
    source = "\u3000".join(filter(None, [card.source, card.as_of]))
    if source:
        yield source, f"<i>{escape(source, quote=False)}</i>"


def _lines(*texts: str) -> Iterator[tuple[str, str]]:
    yield from ((text, escape(text, quote=False)) for text in texts if text)


def _headed(head: str, text: str) -> Iterator[tuple[str, str]]:
    yield head, f"<b>{escape(head, quote=False)}</b>"
    yield from _lines(text)


def _reach(reach: Reach) -> Iterator[tuple[str, str]]:
    link = reach.href or ""
    if link.startswith(("https://", "http://")) and link not in reach.label:
        yield f"{reach.label}\n{link}", f'<a href="{escape(link)}">{escape(reach.label, quote=False)}</a>'
        return
    yield from _lines(reach.label)
    number = international(link)
    if number:
        yield from _lines(wording().tap_to_call.format(number=number))


def international(link: str) -> str | None:
    """Return the number of a tel: link as +81…, which Telegram lets people tap; None for numbers that have no such form."""
    found = _TEL.fullmatch(link)
    if found is None or found[1].startswith(_NO_INTERNATIONAL_FORM):
        return None
    return f"+81{found[1]}"


def _keyboard(message_id: int, buttons: Sequence[Button]) -> InlineKeyboardMarkup | None:
    rows: list[list[InlineKeyboardButton]] = []
    short_before = False
    for index, button in enumerate(buttons[:MAX_BUTTONS]):
        title = button.title if len(button.title) <= _MAX_TITLE else f"{button.title[: _MAX_TITLE - 1]}\u2026"
        key = InlineKeyboardButton(title, callback_data=button_data(message_id, index))
        short = len(title) <= _SHORT_TITLE
        if short and short_before and len(rows[-1]) == 1:
            rows[-1].append(key)
        else:
            rows.append([key])
        short_before = short
    return InlineKeyboardMarkup(rows) if rows else None


def _choices(buttons: Sequence[Button]) -> str:
    """Return the buttons as words to write, for a message that goes without buttons."""
    return "\n".join([wording().choose, *(f"\u30fb{button.title}" for button in buttons)]) if buttons else ""
