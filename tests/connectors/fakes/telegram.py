"""A Telegram that holds the Bot API's published limits (as of 2026-11) and shows what a person would see.

Updates wait until somebody asks for them (getUpdates) or are delivered by the test to a webhook. Whatever breaks a limit
answers 400 or 429 as Telegram does and stands in `problems`.
"""

import asyncio
import json
import re
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from itertools import count
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.connectors.fakes.base import Failure, FakePlatform, Shown

TOKEN = "4242424242:FAKE-canary-token-never-to-be-seen"
SECRET = "fake-webhook-secret-0123456789"
BOT_ID = 4242424242
METHODS = {
    "getMe", "getUpdates", "setWebhook", "deleteWebhook", "getWebhookInfo", "getMyCommands", "sendMessage", "editMessageReplyMarkup",
    "answerCallbackQuery", "sendChatAction", "setMyCommands", "leaveChat",
}  # fmt: skip
_NAMES = {name.lower(): name for name in METHODS}
_TAGS = {"b", "strong", "i", "em", "u", "s", "a", "code", "pre", "blockquote", "tg-spoiler"}
_ENTITY = re.compile(r"&(?!(?:lt|gt|amp|quot|#\d+|#x[0-9a-fA-F]+);)")
_SPOILER = re.compile(r"<tg-spoiler>.*?</tg-spoiler>", re.DOTALL)
"""Covered in notifications and in the list of chats (Telegram's blog, 2021-12-30)."""
_LONGEST_POLL = 1.0


@dataclass
class Chat:
    """A private chat or a group, as Telegram knows it."""

    id: int
    type: str = "private"
    blocked: bool = False
    times: deque[float] = field(default_factory=deque)


@dataclass
class Written:
    """One message in a chat. `keyboard`: rows of (title, data)."""

    chat: int
    text: str = ""
    keyboard: list[list[tuple[str, str]]] = field(default_factory=list)
    by_bot: bool = False
    sent_at: float = 0.0


class FakeTelegram(FakePlatform):
    """Telegram on localhost. `clock`: seconds, so that a test can pretend a day; `keeps_pace`: whether rates are held against us."""

    def __init__(self, port: int = 0) -> None:
        super().__init__(port)
        self.long_polls = _LONGEST_POLL
        self.reset()

    def reset(self) -> None:
        """Be as new."""
        for kept in (self.shown, self.problems, self.requests, self.failures):
            kept.clear()
        self.failure_rate = 0.0
        self.clock: Callable[[], float] = time.time
        self.keeps_pace = True
        self.chats: dict[int, Chat] = {}
        self.messages: dict[int, Written] = {}
        self.updates: deque[dict[str, Any]] = deque()
        self.queries: dict[str, bool] = {}
        self.toasts: list[str] = []
        self.actions: list[int] = []
        self.commands: list[dict[str, str]] = []
        self.webhook: dict[str, Any] = {}
        self.left: list[int] = []
        self.too_fast = 0
        self.conflicts = 0
        self.sent = 0
        self.profile: dict[str, bool] = {"can_join_groups": False, "can_read_all_group_messages": False}
        self.last_error: dict[str, Any] = {}
        self._ids, self._update_ids = count(100), count(700_000_000)
        self._times: deque[float] = deque()
        self._poll = 0

    # What the bot asks.

    async def _handle(self, request: Request) -> Response:
        if request.url.path.lower().endswith("/getupdates") and not self.failures:
            return await self._long_poll(request)
        return await super()._handle(request)

    async def _long_poll(self, request: Request) -> Response:
        body = dict(await request.form())
        self.requests.append((request.url.path, {name: str(value) for name, value in body.items()}))
        if self._wrong_token(request.url.path):
            return JSONResponse({"ok": False, "error_code": 401, "description": "Unauthorized"}, 401)
        if self.webhook:
            text = "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
            return JSONResponse({"ok": False, "error_code": 409, "description": text}, 409)
        self._poll = mine = self._poll + 1
        offset, until = int(str(body.get("offset", 0))), time.monotonic() + min(float(str(body.get("timeout", 0))), self.long_polls)
        with self._lock:
            while self.updates and self.updates[0]["update_id"] < offset:
                self.updates.popleft()  # confirmed by asking for later ones: Telegram forgets it
        while True:
            with self._lock:
                waiting = list(self.updates)[:100]
            if self._poll != mine:
                self.conflicts += 1
                text = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
                return JSONResponse({"ok": False, "error_code": 409, "description": text}, 409)
            if waiting or time.monotonic() >= until:
                return JSONResponse({"ok": True, "result": waiting})
            await asyncio.sleep(0.01)

    def answer(self, method: str, path: str, headers: dict[str, str], body: dict[str, Any]) -> tuple[int, dict[str, Any], dict[str, str]]:
        if self._wrong_token(path):
            return self._no(401, "Unauthorized")
        name = _NAMES.get(path.split("/")[-1].lower())
        if name is None:
            self.problems.append(f"no such method: {path.split('/')[-1]}")
            return self._no(404, "Not Found")
        now = time.monotonic()
        self._times.append(now)
        while now - self._times[0] > 1:
            self._times.popleft()
        if self.keeps_pace and len(self._times) > 30:
            self.too_fast += 1
            return self._flood(1)
        done: tuple[int, dict[str, Any], dict[str, str]] = getattr(self, f"_{name}")(body)
        return done

    def _wrong_token(self, path: str) -> bool:
        return not path.startswith(f"/bot{TOKEN}/")

    def _ok(self, result: Any = True) -> tuple[int, dict[str, Any], dict[str, str]]:
        return 200, {"ok": True, "result": result}, {}

    def _no(self, status: int, text: str, **parameters: Any) -> tuple[int, dict[str, Any], dict[str, str]]:
        return status, {"ok": False, "error_code": status, "description": text, **({"parameters": parameters} if parameters else {})}, {}

    def _bad(self, problem: str, text: str) -> tuple[int, dict[str, Any], dict[str, str]]:
        self.problems.append(problem)
        return self._no(400, f"Bad Request: {text}")

    def _flood(self, seconds: int) -> tuple[int, dict[str, Any], dict[str, str]]:
        return self._no(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)

    def _getMe(self, _body: dict[str, Any]) -> Any:
        return self._ok({"id": BOT_ID, "is_bot": True, "first_name": "fake", "username": "fake_bot", **self.profile})

    def _setWebhook(self, body: dict[str, Any]) -> Any:
        if not str(body.get("url", "")).startswith("https://"):
            return self._bad("a webhook without https", "bad webhook: An HTTPS URL must be provided for webhook")
        if TOKEN in body["url"] or not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", body.get("secret_token", "")):
            return self._bad("a webhook without secret, or with the token in its address", "bad webhook")
        self.webhook = body
        return self._ok()

    def _deleteWebhook(self, body: dict[str, Any]) -> Any:
        if str(body.get("drop_pending_updates", "false")).lower() == "true":
            self.problems.append("waiting updates were thrown away")
        self.webhook = {}
        return self._ok()

    def _getWebhookInfo(self, _body: dict[str, Any]) -> Any:
        return self._ok({"url": self.webhook.get("url", ""), "has_custom_certificate": False, "pending_update_count": len(self.updates), **self.last_error})

    def _getMyCommands(self, _body: dict[str, Any]) -> Any:
        return self._ok(self.commands)

    def _setMyCommands(self, body: dict[str, Any]) -> Any:
        commands = json.loads(body["commands"])
        for command in commands:
            if not re.fullmatch(r"[a-z0-9_]{1,32}", command["command"]) or not 1 <= len(command["description"]) <= 256:
                return self._bad(f"a command that is not allowed: {command}", "BOT_COMMAND_INVALID")
        self.commands = commands
        return self._ok()

    def _leaveChat(self, body: dict[str, Any]) -> Any:
        self.left.append(int(body["chat_id"]))
        self.chats.pop(int(body["chat_id"]), None)
        return self._ok()

    def _sendChatAction(self, body: dict[str, Any]) -> Any:
        chat = self._reachable(body)
        if isinstance(chat, tuple):
            return chat
        if body.get("action") != "typing":
            return self._bad("an unknown action", "wrong parameter action in request")
        self.actions.append(chat.id)
        return self._ok()

    def _answerCallbackQuery(self, body: dict[str, Any]) -> Any:
        if self.queries.pop(body.get("callback_query_id", ""), None) is None:
            return self._no(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
        if utf16(body.get("text", "")) > 200:
            return self._bad("a button's answer above 200 signs", "MESSAGE_TOO_LONG")
        self.toasts.append(body.get("text", ""))
        return self._ok()

    def _editMessageReplyMarkup(self, body: dict[str, Any]) -> Any:
        message = self.messages.get(int(body["message_id"]))
        if message is None or message.chat != int(body["chat_id"]) or not message.by_bot:
            return self._bad("a message was edited that is not the bot's", "message to edit not found")
        keyboard = _keyboard(body.get("reply_markup"))
        if keyboard == message.keyboard:
            return self._no(400, "Bad Request: message is not modified")
        message.keyboard = keyboard
        return self._ok({"message_id": int(body["message_id"]), "date": int(self.clock()), "chat": {"id": message.chat, "type": "private"}})

    def _sendMessage(self, body: dict[str, Any]) -> Any:
        chat = self._reachable(body)
        if isinstance(chat, tuple):
            return chat
        text = preview = body.get("text", "")
        if body.get("parse_mode") == "HTML":
            fault = html_fault(text)
            if fault:
                return self._bad(f"HTML: {fault}", f"can't parse entities: {fault}")
            preview = unescape(re.sub(r"<[^>]*>", "", _SPOILER.sub("\u2592", text)))
            text = unescape(re.sub(r"<[^>]*>", "", text))
        elif body.get("parse_mode"):
            return self._bad("another way of formatting than HTML", "unsupported parse_mode")
        if not text.strip():
            return self._bad("an empty message", "message text is empty")
        if utf16(text) > 4096:
            return self._bad(f"a message of {utf16(text)} units", "message is too long")
        fault = keyboard_fault(body.get("reply_markup"))
        if fault:
            return self._bad(*fault)
        now = time.monotonic()
        if self.keeps_pace and chat.times and now - chat.times[-1] < 1.0:
            self.too_fast += 1
            return self._flood(1)
        chat.times.append(now)
        message_id = next(self._ids)
        keyboard = _keyboard(body.get("reply_markup"))
        self.messages[message_id] = Written(chat.id, text, keyboard, by_bot=True, sent_at=now)
        self.sent += 1
        buttons = tuple(button for row in keyboard for button in row)
        self.shown.append(Shown(str(chat.id), text.strip(), buttons, preview=preview[:100], request=str(message_id)))
        return self._ok({"message_id": message_id, "date": int(self.clock()), "chat": {"id": chat.id, "type": chat.type}, "text": text})

    def _reachable(self, body: dict[str, Any]) -> Any:
        chat = self.chats.get(int(body["chat_id"]))
        if chat is None:
            return self._no(400, "Bad Request: chat not found")
        if chat.blocked:
            return self._no(403, "Forbidden: bot was blocked by the user")
        return chat

    def may_fail(self, path: str) -> bool:
        return path.lower().endswith("/sendmessage")

    def random_failure(self) -> Failure:
        """Return one of the ways in which Telegram fails by itself."""
        return self.dice.choice([flood(1), *FAILURES])

    # What people do: updates as Telegram makes them.

    def update(self, **content: Any) -> dict[str, Any]:
        """Return an update with its number; `queue` or a webhook delivers it."""
        return {"update_id": next(self._update_ids), **content}

    def queue(self, *updates: dict[str, Any]) -> None:
        """Let updates wait for the next getUpdates."""
        with self._lock:
            self.updates.extend(updates)

    def message(self, person: int, *, key: str = "message", message_id: int | None = None, kind: str = "private", **content: Any) -> dict[str, Any]:
        """Return the update of a message of this person (or in a group)."""
        self.chats.setdefault(person, Chat(person, kind))
        number = message_id or next(self._ids)
        self.messages[number] = Written(person, content.get("text", ""))
        named = {"first_name": "山田カナリア", "username": "canary_name"} if kind == "private" else {"title": "カナリアの会"}
        body = {
            "message_id": number,
            "date": int(content.pop("date", self.clock())),
            "chat": {"id": person, "type": kind, **named},
            "from": {"id": abs(person), "is_bot": False, "first_name": "山田カナリア", "username": "canary_name", "language_code": "ja"},
            **content,
        }
        if key == "edited_message":
            body["edit_date"] = int(self.clock())
        if str(content.get("text", "")).startswith("/"):
            body["entities"] = [{"type": "bot_command", "offset": 0, "length": len(content["text"].split()[0])}]
        return self.update(**{key: body})

    def press(self, person: int, title: str) -> dict[str, Any]:
        """Return the update of pressing the newest button with this title that is still there."""
        for number, message in sorted(self.messages.items(), reverse=True):
            for data in (data for row in message.keyboard for shown, data in row if shown == title and message.chat == person):
                return self.callback(person, data, number)
        raise AssertionError(f"no button {title!r} is there")

    def callback(self, person: int, data: str, message_id: int) -> dict[str, Any]:
        """Return the update of a pressed button."""
        query = f"q{next(self._ids)}"
        self.queries[query] = True
        message = self.messages[message_id]
        shown = {
            "message_id": message_id,
            "date": int(self.clock()),
            "chat": {"id": person, "type": "private"},
            "from": {"id": BOT_ID, "is_bot": True, "first_name": "fake"},
            "text": message.text,
            "reply_markup": {"inline_keyboard": [[{"text": title, "callback_data": key} for title, key in row] for row in message.keyboard]},
        }
        person_shown = {"id": person, "is_bot": False, "first_name": "山田カナリア"}
        return self.update(callback_query={"id": query, "from": person_shown, "message": shown, "chat_instance": "1", "data": data})

    def membership(self, chat: int, status: str, before: str, kind: str = "private") -> dict[str, Any]:
        """Return the update that says how we stand in a chat."""
        known = self.chats.setdefault(chat, Chat(chat, kind))
        known.blocked = status in ("kicked", "left")
        bot = {"id": BOT_ID, "is_bot": True, "first_name": "fake"}

        def member(status: str) -> dict[str, Any]:
            return {"user": bot, "status": status, **({"until_date": 0} if status == "kicked" else {})}

        change = {
            "chat": {"id": chat, "type": kind, **({"first_name": "山田カナリア"} if kind == "private" else {"title": "カナリアの会"})},
            "from": {"id": abs(chat), "is_bot": False, "first_name": "山田カナリア"},
            "date": int(self.clock()),
            "old_chat_member": member(before),
            "new_chat_member": member(status),
        }
        return self.update(my_chat_member=change)


def flood(seconds: int) -> Failure:
    """Return Telegram's 429."""
    body = {"ok": False, "error_code": 429, "description": f"Too Many Requests: retry after {seconds}", "parameters": {"retry_after": seconds}}
    return Failure(status=429, body=body, where="sendMessage")


def refusal(status: int, text: str, *, accepted: bool = False) -> Failure:
    """Return another of Telegram's errors on sending."""
    return Failure(status=status, body={"ok": False, "error_code": status, "description": text}, where="sendMessage", accepted=accepted)


FAILURES = [
    refusal(500, "Internal Server Error"),
    refusal(502, "Bad Gateway", accepted=True),
    Failure(kind="cut", where="sendMessage"),
    Failure(kind="cut", where="sendMessage", accepted=True),
]


def utf16(text: str) -> int:
    """Return the length in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.open: list[str] = []
        self.fault = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _TAGS:
            self.fault = f'Unsupported start tag "{tag}"'
        if tag == "a" and not re.match(r"(https?|tg)://", dict(attrs).get("href") or ""):
            self.fault = "a link that Telegram would drop"
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.fault = "Unmatched end tag"


def html_fault(text: str) -> str:
    """Return what Telegram would not read in this HTML; empty when all is well."""
    if _ENTITY.search(text):
        return "an ampersand that is not escaped"
    if re.search(r"<(?!/?[a-z-]+( href=\"[^\"<>]*\")?>)", text) or re.search(r"(?<![a-z\"-])>", text):
        return "a < or > that is not escaped"
    tags = _Tags()
    tags.feed(text)
    tags.close()
    return tags.fault or ("Can't find end tag" if tags.open else "")


def keyboard_fault(markup: str | None) -> tuple[str, str] | None:
    """Return what breaks the limits of an inline keyboard, and Telegram's words for it."""
    if not markup:
        return None
    rows = json.loads(markup)["inline_keyboard"]
    buttons = [button for row in rows for button in row]
    if len(buttons) > 100 or any(len(row) > 8 for row in rows):
        return "too many buttons", "reply markup is too long"
    for button in buttons:
        if not button.get("text", "").strip():
            return "a button without text", "Text buttons must not be empty"
        if "callback_data" in button and not 1 <= len(button["callback_data"].encode()) <= 64:
            return f"{len(button['callback_data'].encode())} bytes of button data", "BUTTON_DATA_INVALID"
        if "url" in button and not re.match(r"(https?|tg)://", button["url"]):
            return "a button's link that is not allowed", "BUTTON_URL_INVALID"
    return None


def _keyboard(markup: str | None) -> list[list[tuple[str, str]]]:
    rows = json.loads(markup)["inline_keyboard"] if markup else []
    return [[(button["text"], button.get("callback_data", "")) for button in row] for row in rows]
