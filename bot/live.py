"""Tells waiting connections in this process that a conversation has something new."""

import asyncio
import threading
from collections import defaultdict


class Live:
    """A bell per conversation. Ringing is safe from any thread; who missed the bell finds the news in the database."""

    def __init__(self) -> None:
        """Start without anybody waiting."""
        self._waiting: dict[int, set[tuple[asyncio.AbstractEventLoop, asyncio.Event]]] = defaultdict(set)
        self._lock = threading.Lock()

    def ring(self, conversation_id: int) -> None:
        """Wake everybody who waits for this conversation."""
        with self._lock:
            waiting = list(self._waiting.get(conversation_id, ()))
        for loop, event in waiting:
            if not loop.is_closed():
                loop.call_soon_threadsafe(event.set)

    async def wait(self, conversation_id: int, seconds: float) -> None:
        """Return when the bell rings, or after `seconds`."""
        entry = (asyncio.get_running_loop(), asyncio.Event())
        with self._lock:
            self._waiting[conversation_id].add(entry)
        try:
            await asyncio.wait_for(entry[1].wait(), seconds)
        except TimeoutError:
            return
        finally:
            with self._lock:
                self._waiting[conversation_id].discard(entry)
                if not self._waiting[conversation_id]:
                    del self._waiting[conversation_id]
