"""Our messages as LINE shows them: texts, cards as Flex bubbles, buttons as quick replies, within LINE's limits.

The SDK checks few limits; what it leaves out is held here: 5,000 UTF-16 units a text, 20 characters a label, 12 bubbles and
50 kB a carousel, 30 kB a bubble (LINE Developers, Messaging API reference, as of 2026-11).
"""

import json
import re
from collections.abc import Sequence

from linebot.v3.messaging import (
    FlexBox,
    FlexBubble,
    FlexButton,
    FlexCarousel,
    FlexMessage,
    FlexSeparator,
    FlexText,
    Message,
    PostbackAction,
    QuickReply,
    QuickReplyItem,
    TextMessage,
    URIAction,
)
from linebot.v3.messaging import Sender as SenderName

from bot.buttons import button_data
from connectors.line.wording import wording
from connectors.message import Button, Card, Outgoing, Reach
from connectors.splitting import split_text

MAX_MESSAGES = 5
MAX_TEXT = 2000
"""UTF-16 units of one piece. LINE takes 5,000; a bubble of the same text has to stay below 30 kB, and this is long enough to read."""
MAX_QUICK_REPLIES = 13
MAX_LABEL = 20
MAX_BUBBLES = 12
MAX_BUBBLE_BYTES = 30_000
MAX_CAROUSEL_BYTES = 50_000
MAX_REACH = 4
MAX_URI = 1000
_GREEN, _GREY, _INK = "#197a4b", "#626264", "#1a1a1c"
_LINK = re.compile(r"https?://[^\s\u3000\u3001\u3002\uff08\uff09\u300c\u300d]+")


def render(messages: Sequence[Outgoing], *, private: bool) -> list[Message]:
    """Return LINE's messages for ours. `private`: pushed to a locked screen, so even texts are bubbles whose preview says nothing.

    Both ways give the same number of messages. The last buttons go to the last message: LINE shows no others.
    """
    rendered: list[Message] = []
    buttons: tuple[int, list[Button]] = (0, [])
    for message in messages:
        sender = SenderName(name=wording().staff_name) if message.author == "staff" else None
        text = "\n\n".join(filter(None, [message.reply.text, *map(card_text, message.reply.cards)])) if message.plain else message.reply.text
        for piece in split_text(text, MAX_TEXT):
            if private and not message.plain:
                rendered.append(_bubble_text(piece, sender))
            else:
                first = f"{wording().alt_text}\n\n" if private else ""
                rendered.append(TextMessage(text=f"{first}{piece}", sender=sender))
        if message.reply.cards and not message.plain:
            rendered += _cards(message.reply.cards, sender)
        if message.reply.buttons:
            buttons = (message.id, message.reply.buttons)
    if rendered and buttons[1]:
        rendered[-1].quick_reply = _quick_reply(*buttons)
    return rendered


def card_text(card: Card) -> str:
    """Return a card as bare text."""
    lines = [f"\u25a0 {card.title}", card.what, card.why, " ".join(filter(None, [_open(card), card.hours]))]
    lines += [_reach_line(reach) for reach in card.reach]
    lines += [f"{wording().say}\n{card.say}" if card.say else "", f"{wording().bring}\n{_list(card.bring)}" if card.bring else "", card.notice]
    lines.append(" ".join(filter(None, [card.source, card.as_of])))
    return "\n".join(filter(None, lines))


def label(text: str) -> str:
    """Return a button's label within LINE's 20 characters."""
    return text if len(text) <= MAX_LABEL else f"{text[: MAX_LABEL - 1]}\u2026"


def _quick_reply(message_id: int, buttons: Sequence[Button]) -> QuickReply:
    items = [
        QuickReplyItem(action=PostbackAction(label=label(button.title), data=button_data(message_id, index), displayText=button.title[:300]))
        for index, button in enumerate(buttons[:MAX_QUICK_REPLIES])
    ]
    return QuickReply(items=items)


def _bubble_text(text: str, sender: SenderName | None) -> FlexMessage:
    links = [link for link in dict.fromkeys(_LINK.findall(text)) if len(link) <= MAX_URI][:MAX_REACH]
    body = FlexBox(layout="vertical", contents=[_text(text, size="md", color=_INK)])
    footer = FlexBox(layout="vertical", contents=[_uri(wording().see, link) for link in links]) if links else None
    return FlexMessage(altText=wording().alt_text, contents=FlexBubble(size="giga", body=body, footer=footer), sender=sender)


def _cards(cards: Sequence[Card], sender: SenderName | None) -> list[Message]:
    """Return the cards in as many carousels as LINE's limits ask for; none is left out."""
    groups: list[list[FlexBubble]] = []
    for card in cards:
        bubble = _bubble(card)
        if _bytes(bubble) > MAX_BUBBLE_BYTES:
            bubble = _bubble(card, short=True)
        if groups and len(groups[-1]) < MAX_BUBBLES and _bytes(FlexCarousel(contents=[*groups[-1], bubble])) <= MAX_CAROUSEL_BYTES:
            groups[-1].append(bubble)
        else:
            groups.append([bubble])
    return [
        FlexMessage(altText=wording().alt_text, contents=group[0] if len(group) == 1 else FlexCarousel(contents=group), sender=sender)
        for group in groups
    ]


def _bubble(card: Card, *, short: bool = False) -> FlexBubble:
    parts = [_text(card.title, weight="bold", size="lg", color=_INK)]
    if card.open_now is not None:
        parts.append(_text(_open(card), size="sm", weight="bold", color=_GREEN if card.open_now else _GREY))
    parts += [_text(text, size="md", color=_INK) for text in (card.hours, card.what, card.why) if text]
    # A way that no link leads to is text; links are buttons below.
    parts += [_text(reach.label, size="md", color=_INK) for reach in card.reach if reach.label and not _linked(reach)]
    if card.say:
        parts += [FlexSeparator(margin="md"), _text(wording().say, weight="bold", size="sm", color=_INK), _text(card.say, size="md", color=_INK)]
    if card.bring and not short:
        parts += [FlexSeparator(margin="md"), _text(wording().bring, weight="bold", size="sm", color=_INK), _text(_list(card.bring), size="md", color=_INK)]
    if card.notice:
        parts.append(_text(card.notice, size="sm", color=_INK))
    source = "\u3000".join(filter(None, [card.source, card.as_of]))
    if source:
        parts.append(_text(source, size="xs", color=_GREY))
    links = [reach for reach in card.reach if reach.label and _linked(reach)][:MAX_REACH]
    footer = FlexBox(layout="vertical", spacing="sm", contents=[_uri(reach.label, reach.href or "") for reach in links]) if links else None
    return FlexBubble(size="mega", body=FlexBox(layout="vertical", spacing="sm", contents=parts), footer=footer)


def _text(text: str, **style: str) -> FlexText:
    return FlexText(text=text, wrap=True, scaling=True, **style)


def _uri(text: str, link: str) -> FlexButton:
    style = "primary" if link.startswith("tel:") else "link"
    return FlexButton(
        action=URIAction(label=label(text), uri=link), style=style, color=_GREEN if style == "primary" else None, height="sm", adjustMode="shrink-to-fit", scaling=True
    )


def _linked(reach: Reach) -> bool:
    return bool(reach.href) and (reach.href or "").startswith(("tel:", "https://", "http://")) and len(reach.href or "") <= MAX_URI


def _reach_line(reach: Reach) -> str:
    return f"{reach.label}\n{reach.href}" if reach.href and reach.href.startswith("http") and reach.href not in reach.label else reach.label


def _open(card: Card) -> str:
    return "" if card.open_now is None else wording().open_now if card.open_now else wording().closed_now


def _list(items: Sequence[str]) -> str:
    return "\n".join(f"\u30fb{item}" for item in items)


def _bytes(contents: FlexBubble | FlexCarousel) -> int:
    return len(json.dumps(contents.to_dict(), ensure_ascii=False).encode())
