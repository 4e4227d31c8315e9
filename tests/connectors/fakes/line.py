"""A LINE that holds its published limits (Messaging API reference, as of 2026-11) and shows what a person would see.

Reply tokens work once, within a minute, and only for events that this LINE sent. A push with a retry key that was accepted
answers 409. Whatever breaks a limit answers 400 as LINE does and stands in `problems`.
"""

import base64
import hashlib
import hmac
import json
import time
import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.connectors.fakes.base import FakePlatform, Shown

SECRET, TOKEN = "fake-line-secret", "fake-line-token"
TOKEN_LIVES_SECONDS = 60
_ACTIONS = {"postback", "message", "uri"}


@dataclass
class Reply:
    """A reply token: to whom, from when, and by which request it was used."""

    person: str
    made_at: float
    used: bool = False


@dataclass
class FakeLine(FakePlatform):
    """LINE on localhost. `clock`: seconds, so that a test can let a minute pass."""

    clock: Callable[[], float] = time.time
    tokens: dict[str, Reply] = field(default_factory=dict)
    retry_keys: dict[str, str] = field(default_factory=dict)
    loading: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    pushes: int = 0
    replies: int = 0
    rich_menus: dict[str, dict[str, Any]] = field(default_factory=dict)
    rich_menu_images: dict[str, int] = field(default_factory=dict)
    default_menu: str = ""
    webhook_endpoint: str | None = "https://example.invalid/line/webhook"
    webhook_active: bool = True
    chat_mode: str = "bot"
    monthly_limit: int | None = None

    def __post_init__(self) -> None:
        super().__init__()
        self._times: deque[float] = deque()

    def answer(self, method: str, path: str, headers: dict[str, str], body: dict[str, Any]) -> tuple[int, dict[str, Any], dict[str, str]]:
        request_id = {"X-Line-Request-Id": str(uuid.uuid4())}
        if headers.get("authorization") != f"Bearer {TOKEN}":
            return 401, {"message": "Authentication failed due to the following reason: invalid token."}, request_id
        now = time.monotonic()
        self._times.append(now)
        while now - self._times[0] > 1:
            self._times.popleft()
        if len(self._times) > 2000:
            self.problems.append("more than 2,000 requests a second")
            return 429, {"message": "The API rate limit has been exceeded. Try again later."}, {**request_id, "Retry-After": "1"}
        if path == "/v2/bot/message/reply":
            return (*self._reply(body), request_id)
        if path == "/v2/bot/message/push":
            return (*self._push(body, headers.get("x-line-retry-key")), request_id)
        return (*self._other(method, path, headers, body), request_id)

    def _reply(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        token = self.tokens.get(body.get("replyToken", ""))
        if token is None or token.used or self.clock() - token.made_at > TOKEN_LIVES_SECONDS:
            return 400, {"message": "Invalid reply token"}
        wrong = self._wrong(body)
        if wrong:
            return self._refuse(wrong)
        token.used = True
        self.replies += 1
        return 200, self._show(token.person, body["messages"], f"reply:{body['replyToken']}")

    def _push(self, body: dict[str, Any], key: str | None) -> tuple[int, dict[str, Any]]:
        if key is not None:
            try:
                uuid.UUID(key)
            except ValueError:
                return self._refuse(["the retry key is no UUID"])
        if not str(body.get("to", "")).startswith("U"):
            return 400, {"message": "The property, 'to', in the request body is invalid (line: -, column: -)"}
        wrong = self._wrong(body)
        if wrong:
            return self._refuse(wrong)
        if key in self.retry_keys:
            if self.retry_keys[key] != json.dumps(body, sort_keys=True):
                self.problems.append("a retry key came with another body")
            return 409, {"message": "The retry key is already accepted"}
        if self.monthly_limit is not None and self.pushes >= self.monthly_limit:
            return 429, {"message": "You have reached your monthly limit."}
        if key is not None:
            self.retry_keys[key] = json.dumps(body, sort_keys=True)
        self.pushes += 1
        return 200, self._show(body["to"], body["messages"], f"push:{key}")

    def _other(self, method: str, path: str, headers: dict[str, str], body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        parts = path.strip("/").split("/")
        if path == "/v2/bot/chat/loading/start":
            seconds = body.get("loadingSeconds", 20)
            if seconds % 5 or not 5 <= seconds <= 60:
                return self._refuse(["loadingSeconds"])
            self.loading.append(body["chatId"])
            return 202, {}
        if path == "/v2/bot/info":
            return 200, {"userId": "Ubot", "basicId": "@fake", "displayName": "fake", "chatMode": self.chat_mode, "markAsReadMode": "auto"}
        if path == "/v2/bot/channel/webhook/endpoint":
            if self.webhook_endpoint is None:
                return 404, {"message": "Not found"}
            return 200, {"endpoint": self.webhook_endpoint, "active": self.webhook_active}
        if path == "/v2/bot/message/quota":
            return 200, {"type": "limited", "value": 200}
        if path == "/v2/bot/message/quota/consumption":
            return 200, {"totalUsage": self.pushes}
        if parts[-1] == "leave":
            self.left.append(parts[-2])
            return 200, {}
        if path.startswith("/v2/bot/profile"):
            self.problems.append("a profile was fetched")
            return 200, {"userId": parts[-1], "displayName": "x"}
        return self._rich_menu(method, parts, headers, body)

    def _rich_menu(self, method: str, parts: list[str], headers: dict[str, str], body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if parts[2:] == ["richmenu"] and method == "POST":
            wrong = rich_menu_problems(body)
            if wrong:
                return self._refuse(wrong)
            name = f"richmenu-{len(self.rich_menus) + 1}"
            self.rich_menus[name] = body
            return 200, {"richMenuId": name}
        if parts[2:] == ["richmenu", "list"]:
            return 200, {"richmenus": [{**menu, "richMenuId": name} for name, menu in self.rich_menus.items()]}
        if parts[-1] == "content":
            if headers.get("content-type") not in ("image/png", "image/jpeg") or body.get("bytes", 0) > 1_000_000:
                return self._refuse(["the rich menu's image"])
            self.rich_menu_images[parts[-2]] = body["bytes"]
            return 200, {}
        if parts[2:5] == ["user", "all", "richmenu"]:
            if parts[5] not in self.rich_menu_images:
                return self._refuse(["a rich menu without an image became the default"])
            self.default_menu = parts[5]
            return 200, {}
        if parts[2] == "richmenu" and method == "DELETE":
            self.rich_menus.pop(parts[3], None)
            return 200, {}
        return 404, {"message": "Not found"}

    def _refuse(self, wrong: list[str]) -> tuple[int, dict[str, Any]]:
        self.problems += wrong
        return 400, {"message": f"The request body has {len(wrong)} error(s)", "details": [{"message": one, "property": ""} for one in wrong]}

    def _wrong(self, body: dict[str, Any]) -> list[str]:
        messages = body.get("messages") or []
        wrong = [] if 1 <= len(messages) <= 5 else [f"{len(messages)} messages in one request"]
        return wrong + [problem for message in messages for problem in message_problems(message)]

    def _show(self, person: str, messages: list[dict[str, Any]], request: str) -> dict[str, Any]:
        for message in messages:
            quick = [item["action"] for item in (message.get("quickReply") or {}).get("items", [])]
            shown = Shown(
                person=person,
                text=readable(message),
                buttons=tuple((action["label"], action.get("data", "")) for action in quick),
                preview=message.get("altText") or message.get("text", ""),
                sender=(message.get("sender") or {}).get("name", ""),
                request=request,
            )
            self.shown.append(shown)
        return {"sentMessages": [{"id": str(uuid.uuid4().int)[:18], "quoteToken": "q"} for _ in messages]}

    def may_fail(self, path: str) -> bool:
        return "/message/" in path

    # What people do: events as LINE sends them.

    def event(self, kind: str, person: str, *, token: bool = True, **more: Any) -> dict[str, Any]:
        """Return one webhook event of this person, with a reply token that works."""
        reply_token = uuid.uuid4().hex
        event = {
            "type": kind,
            "mode": "active",
            "timestamp": int(self.clock() * 1000),
            "source": more.pop("source", {"type": "user", "userId": person}),
            "webhookEventId": ulid(),
            "deliveryContext": {"isRedelivery": False},
            **more,
        }
        if token:
            self.tokens[reply_token] = Reply(person, self.clock())
            event["replyToken"] = reply_token
        return event

    def text(self, person: str, text: str, **more: Any) -> dict[str, Any]:
        """Return the event of a text message."""
        return self.event("message", person, message={"type": "text", "id": number(), "quoteToken": "q", "text": text}, **more)

    def message(self, person: str, kind: str, **content: Any) -> dict[str, Any]:
        """Return the event of another message: sticker, image, audio, video, file, location."""
        return self.event("message", person, message={"type": kind, "id": number(), **content})


def webhook(*events: dict[str, Any], secret: str = SECRET) -> tuple[bytes, dict[str, str]]:
    """Return body and headers of a signed webhook request."""
    body = json.dumps({"destination": "Ubot", "events": list(events)}, ensure_ascii=False).encode()
    signature = base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()
    return body, {"X-Line-Signature": signature, "Content-Type": "application/json; charset=utf-8"}


def redelivered(event: dict[str, Any]) -> dict[str, Any]:
    """Return the same event as LINE delivers it again."""
    return {**event, "deliveryContext": {"isRedelivery": True}}


def message_problems(message: dict[str, Any]) -> list[str]:
    """Return what LINE would refuse in one message object."""
    wrong = []
    if message["type"] == "text":
        wrong += [] if 1 <= _units(message["text"]) <= 5000 else [f"text of {_units(message['text'])} units"]
    elif message["type"] == "flex":
        wrong += _flex_problems(message)
    else:
        wrong.append(f"a message of type {message['type']}")
    items = (message.get("quickReply") or {}).get("items", [])
    wrong += [] if len(items) <= 13 else [f"{len(items)} quick replies"]
    for item in items:
        wrong += _action_problems(item["action"], label_needed=True)
    if len((message.get("sender") or {}).get("name", "")) > 20:
        wrong.append("sender name")
    return wrong


def _flex_problems(message: dict[str, Any]) -> list[str]:
    wrong = [] if 1 <= _units(message.get("altText", "")) <= 1500 else ["altText"]
    contents = message["contents"]
    bubbles = contents["contents"] if contents["type"] == "carousel" else [contents]
    wrong += [] if 1 <= len(bubbles) <= 12 else [f"{len(bubbles)} bubbles"]
    wrong += ["a bubble over 30 kB" for bubble in bubbles if len(json.dumps(bubble, ensure_ascii=False).encode()) > 30_000]
    if len(json.dumps(contents, ensure_ascii=False).encode()) > 50_000:
        wrong.append("contents over 50 kB")
    for bubble in bubbles:
        for part in _components(bubble):
            if part.get("type") == "text" and not part.get("text"):
                wrong.append("an empty text component")
            if "action" in part:
                wrong += _action_problems(part["action"], label_needed=part.get("type") == "button")
    return wrong


def _action_problems(action: dict[str, Any], *, label_needed: bool) -> list[str]:
    wrong = [] if action["type"] in _ACTIONS else [f"action {action['type']}"]
    label = action.get("label") or ""
    if (label_needed and not label) or _units(label) > 20:
        wrong.append(f"label of {_units(label)} units")
    if action["type"] == "postback" and not 1 <= _units(action.get("data", "")) <= 300:
        wrong.append("postback data")
    if _units(action.get("displayText") or "") > 300:
        wrong.append("displayText")
    if action["type"] == "uri" and not (action["uri"].startswith(("http://", "https://", "tel:", "line://")) and len(action["uri"]) <= 1000):
        wrong.append("uri")
    return wrong


def rich_menu_problems(menu: dict[str, Any]) -> list[str]:
    """Return what LINE would refuse in a rich menu."""
    size = menu.get("size", {})
    wide, high = size.get("width", 0), size.get("height", 0)
    wrong = [] if 800 <= wide <= 2500 and high >= 250 and wide / max(high, 1) >= 1.45 else ["size"]
    wrong += [] if 1 <= len(menu.get("chatBarText", "")) <= 14 else ["chatBarText"]
    wrong += [] if len(menu.get("areas", [])) <= 20 else ["areas"]
    for area in menu.get("areas", []):
        bounds = area["bounds"]
        if bounds["x"] + bounds["width"] > wide or bounds["y"] + bounds["height"] > high:
            wrong.append("an area reaches beyond the image")
        wrong += _action_problems(area["action"], label_needed=False)
    return wrong


def readable(message: dict[str, Any]) -> str:
    """Return everything that a person can read in a message."""
    if message["type"] == "text":
        return str(message["text"])
    contents = message["contents"]
    words = []
    for part in _components(contents):
        if part.get("type") == "text":
            words.append(part["text"])
        if "action" in part:
            words.append(f"[{part['action']['label']}]({part['action'].get('uri', '')})")
    return "\n".join(words)


def _components(part: Any) -> list[dict[str, Any]]:
    if isinstance(part, list):
        return [found for one in part for found in _components(one)]
    if not isinstance(part, dict):
        return []
    return [part, *(found for name in ("header", "hero", "body", "footer", "contents") for found in _components(part.get(name)))]


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def number() -> str:
    """Return a message id as LINE gives them: a number in a string."""
    return str(uuid.uuid4().int)[:18]


def ulid() -> str:
    """Return an event id of 26 signs."""
    return uuid.uuid4().hex[:26].upper()
