"""Limits of the web channel: how much a message may hold, how often one may write, how big a request may be."""

import threading
import unicodedata
from collections import deque
from datetime import datetime, timedelta

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from connectors.web.errors import WebError
from connectors.web.wording import error_sentence

MAX_TEXT = 4000
"""Characters (Unicode code points) of one message."""
MAX_BODY_BYTES = 256 * 1024
"""Bytes of one request; 4,000 characters take at most 48 kB, and whoever pastes more is still told so kindly."""
_MINUTE = timedelta(minutes=1)
_FORGET_ABOVE = 5000


class RateLimit:
    """Counts per key over the last minute, in this process's memory only. Safe from any thread."""

    def __init__(self, per_minute: int) -> None:
        """Allow `per_minute` for each key."""
        self.per_minute = per_minute
        self._times: dict[str, deque[datetime]] = {}
        self._lock = threading.Lock()

    def check(self, key: str, now: datetime) -> None:
        """Count one for `key` at `now`. Raises WebError (429) when the minute is full; that one does not count."""
        with self._lock:
            if len(self._times) > _FORGET_ABOVE:
                self._times = {name: times for name, times in self._times.items() if times and now - times[-1] < _MINUTE}
            times = self._times.setdefault(key, deque())
            while times and now - times[0] >= _MINUTE:
                times.popleft()
            if len(times) >= self.per_minute:
                raise WebError(429, "too_many")
            times.append(now)


def clean_text(text: str) -> str:
    """Return `text` with halves of surrogate pairs replaced, which no encoding can hold.

    Raises WebError (422) when it is empty, made of invisible characters only, or longer than MAX_TEXT.
    """
    whole = text.encode("utf-8", "replace").decode("utf-8")
    if not any(_visible(character) for character in whole):
        raise WebError(422, "empty")
    if len(whole) > MAX_TEXT:
        raise WebError(422, "too_long")
    return whole


def _visible(character: str) -> bool:
    return unicodedata.category(character)[0] not in "CZ"


class BodyLimit:
    """Answers 413 to bigger requests than MAX_BODY_BYTES under `prefixes`, counted as they come in."""

    def __init__(self, app: ASGIApp, prefixes: tuple[str, ...]) -> None:
        """Wrap `app`."""
        self.app = app
        self.prefixes = prefixes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the body up to the limit, then hand it on."""
        if scope["type"] != "http" or scope["method"] not in ("POST", "PUT", "PATCH") or not scope["path"].startswith(self.prefixes):
            await self.app(scope, receive, send)
            return
        body = bytearray()
        more = True
        while more:
            message = await receive()
            if message["type"] != "http.request":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > MAX_BODY_BYTES:
                await _refuse(send)
                return
        await self.app(scope, _replay(bytes(body), receive), send)


def _replay(body: bytes, receive: Receive) -> Receive:
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return waiting.pop() if waiting else await receive()

    return again


async def _refuse(send: Send) -> None:
    sentence = error_sentence("too_big").encode()
    headers = [(b"content-type", b"application/json; charset=utf-8"), (b"cache-control", b"no-store"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": b'{"error":"' + sentence + b'"}'})
