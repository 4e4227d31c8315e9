"""How fast a channel may be spoken to: so many requests a second in all, so long between two of one chat. In this process only."""

import threading
import time
from collections.abc import Callable

_FORGET_ABOVE = 5000
_SHORT_SECONDS = 0.25
"""A wait up to this long is slept here; a longer one is handed back, so that nobody's worker is held."""


class Pace:
    """Keeps the limits of one channel. Safe from any thread."""

    def __init__(
        self,
        per_second: float,
        chat_seconds: float = 0.0,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Allow `per_second` requests in all and one every `chat_seconds` to each chat."""
        self._gap = 1.0 / per_second
        self._chat_seconds = chat_seconds
        self._monotonic, self._sleep = monotonic, sleep
        self._next = 0.0
        self._chats: dict[str, float] = {}
        self._lock = threading.Lock()

    def reserve(self, chat: str) -> float:
        """Take the next place for `chat` and return 0, after a short sleep if need be; or return how many seconds to stay away."""
        with self._lock:
            now = self._monotonic()
            at = max(now, self._next, self._chats.get(chat, 0.0))
            if at - now > _SHORT_SECONDS:
                return at - now
            self._next = max(self._next, now) + self._gap
            self._chats[chat] = at + self._chat_seconds
            if len(self._chats) > _FORGET_ABOVE:
                self._chats = {name: until for name, until in self._chats.items() if until > now}
        if at > now:
            self._sleep(at - now)
        return 0.0

    def pause(self, seconds: float) -> None:
        """Let nobody send for `seconds`."""
        with self._lock:
            self._next = max(self._next, self._monotonic() + seconds)
