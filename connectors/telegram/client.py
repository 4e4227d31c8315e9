"""Telegram's Bot API, on a thread and event loop of its own, so that neither the web server nor the workers wait for each other.

The token stands in every address of the Bot API, and libraries put addresses into errors: an error that came from there is
never logged or raised on, only what `reason_of` makes of it.
"""

import asyncio
import concurrent.futures
import threading
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

import httpx
import structlog
from telegram import Bot
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError, TimedOut
from telegram.request import HTTPXRequest

from connectors.telegram.settings import TelegramSettings

CHANNEL = "telegram"
_CONNECTIONS = 32
_GRACE_SECONDS = 5.0
_NOT_BEGUN = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_Result = TypeVar("_Result")
log = structlog.get_logger(__name__)


class TelegramClient:
    """The bot and its loop. `call` and `spawn` are safe from any thread."""

    def __init__(self, settings: TelegramSettings) -> None:
        """Make the client; nothing is sent yet."""
        self.timeout_seconds = settings.timeout_seconds
        self._requests = [self._request(), self._request()]
        self.bot = Bot(
            settings.bot_token,
            base_url=f"{settings.api_url.rstrip('/')}/bot",
            base_file_url=f"{settings.api_url.rstrip('/')}/file/bot",
            request=self._requests[0],
            get_updates_request=self._requests[1],
        )
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="telegram", daemon=True)
        self._tasks: set[concurrent.futures.Future[Any]] = set()
        self._closed = False
        self._thread.start()

    def _request(self) -> HTTPXRequest:
        seconds = self.timeout_seconds
        return HTTPXRequest(
            connection_pool_size=_CONNECTIONS, read_timeout=seconds, write_timeout=seconds, connect_timeout=seconds, pool_timeout=seconds
        )

    def call(self, work: Coroutine[Any, Any, _Result]) -> _Result:
        """Wait for `work` on the client's loop. Raises TelegramError (TimedOut when the loop itself does not answer)."""
        if self._closed:
            work.close()
            raise NetworkError("closed") from httpx.ConnectError("closed")
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result(self.timeout_seconds * 4)
        except (concurrent.futures.TimeoutError, concurrent.futures.CancelledError):
            future.cancel()
            raise TimedOut from None

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Begin `work` on the client's loop and go on."""
        if self._closed:
            work.close()
            return
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        self._tasks.add(future)
        future.add_done_callback(self._ended)

    def _ended(self, future: concurrent.futures.Future[Any]) -> None:
        self._tasks.discard(future)
        if not future.cancelled() and (fault := future.exception()) is not None:
            log.error("telegram_task_failed", channel=CHANNEL, reason=type(fault).__name__)

    def cancel(self) -> None:
        """End what was begun by `spawn`."""
        for future in list(self._tasks):
            future.cancel()

    def close(self) -> None:
        """End what runs, close the connections, stop the thread."""
        self._closed = True
        self.cancel()
        if self._thread.is_alive():
            closing = asyncio.run_coroutine_threadsafe(self._shut_down(), self._loop)
            concurrent.futures.wait([closing], _GRACE_SECONDS)
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(_GRACE_SECONDS)

    async def _shut_down(self) -> None:
        for request in self._requests:
            await request.shutdown()


async def quietly(work: Callable[[], Awaitable[Any]], event: str) -> bool:
    """Do what the conversation does not hang on; a failure is noted and no more. Returns whether it was done."""
    try:
        await work()
    except TelegramError as fault:
        log.info(event, channel=CHANNEL, reason=reason_of(fault))
        return False
    return True


def reason_of(fault: TelegramError) -> str:
    """Return what went wrong as a code: the words of such errors may hold the token or what a person wrote."""
    if isinstance(fault, RetryAfter):
        return "http_429"
    if isinstance(fault, TimedOut):
        return "timeout"
    known: list[tuple[type[TelegramError], str]] = [
        (Forbidden, "http_403"), (InvalidToken, "http_401"), (Conflict, "http_409"), (ChatMigrated, "chat_migrated"), (BadRequest, "http_400"),
    ]  # fmt: skip
    for kind, reason in known:
        if isinstance(fault, kind):
            return reason
    if isinstance(fault, NetworkError):
        return "connection" if is_not_begun(fault) else "no_answer" if isinstance(fault.__cause__, httpx.HTTPError) else "http_5xx"
    return "unreadable_answer"


def is_not_begun(fault: TelegramError) -> bool:
    """Return whether the request surely never reached Telegram."""
    return isinstance(fault.__cause__, _NOT_BEGUN)


def seconds_of(fault: RetryAfter) -> float:
    """Return how long Telegram asks us to wait."""
    after = fault.retry_after
    return float(after if isinstance(after, int) else after.total_seconds())
