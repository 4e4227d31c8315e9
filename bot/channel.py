"""Collects what Rasa says in one turn and makes our replies of it."""

from typing import Any

from rasa.core.channels.channel import OutputChannel

from bot.reply import Ask, Button, Card, Reply
from bot.wording import say_easily


class TurnChannel(OutputChannel):
    """Takes whole responses (text, buttons and our own data together), in order."""

    def __init__(self) -> None:
        """Start empty."""
        self.responses: list[dict[str, Any]] = []

    @classmethod
    def name(cls) -> str:
        """Return the name that Rasa knows this channel by."""
        return "madoguchi"

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Keep a response as it is."""
        self.responses.append(message)


def replies_of(responses: list[dict[str, Any]]) -> list[Reply]:
    """Return the messages to send: plain texts that follow each other become one, up to the one that asks."""
    replies: list[Reply] = []
    joinable = False
    for response in responses:
        reply = _reply(response)
        if not (reply.text or reply.cards):
            continue
        if joinable and reply.kind == "text" and not reply.cards:
            last = replies.pop()
            easy = f"{last.easy_text or last.text}\n\n{reply.easy_text or reply.text}" if last.easy_text or reply.easy_text else ""
            reply = reply.model_copy(update={"text": f"{last.text}\n\n{reply.text}", "easy_text": easy})
        replies.append(reply)
        joinable = reply.kind == "text" and not (reply.cards or reply.buttons or reply.asks)
    return replies


def effects_of(responses: list[dict[str, Any]]) -> list[str]:
    """Return what the actions asked the turn to do beside speaking: hand_over, call_human, erase."""
    return [effect for response in responses for effect in (response.get("custom") or {}).get("effects", [])]


def _reply(response: dict[str, Any]) -> Reply:
    custom = response.get("custom") or {}
    return Reply(
        text=(response.get("text") or "").strip(),
        kind=custom.get("kind", "text"),
        buttons=[Button(title=button["title"], payload=button["payload"]) for button in response.get("buttons") or []],
        cards=[Card.model_validate(card) for card in custom.get("cards", [])],
        asks=[Ask.model_validate(ask) for ask in custom.get("asks", [])],
        easy_text=say_easily(response.get("utter_action") or "", response),
    )
