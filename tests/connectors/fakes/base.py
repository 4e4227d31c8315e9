"""What every pretended platform has: real HTTP on localhost, failures on demand, and a list of the rules that were broken.

A channel's fake subclasses `FakePlatform`, answers its platform's requests in `answer`, writes every broken rule into
`problems`, and keeps what a person would see in `shown`. Tests end with `problems == []`.
"""

import asyncio
import random
import socket
import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route


@dataclass(frozen=True)
class Failure:
    """How a request fails. `kind`: status answers `status`; hang never answers; cut closes the connection without an answer.

    `accepted`: the platform does what was asked before it fails, as when an answer is lost on the way. `where`: part of the path.
    """

    kind: Literal["status", "hang", "cut"] = "status"
    status: int = 500
    accepted: bool = False
    body: dict[str, Any] = field(default_factory=lambda: {"message": "The API server is temporarily unavailable"})
    headers: dict[str, str] = field(default_factory=dict)
    where: str = ""


@dataclass(frozen=True)
class Shown:
    """One bubble as the person sees it: `text` with everything readable in it, `buttons` as (title, data), `preview` as on a locked screen."""

    person: str
    text: str
    buttons: tuple[tuple[str, str], ...] = ()
    preview: str = ""
    sender: str = ""
    request: str = ""
    """Names the request that brought it: the same one twice would be a doubled message."""


class FakePlatform:
    """A platform on localhost. Start it, let the channel talk to `url`, look at `shown` and `problems`."""

    hang_seconds = 3.0

    def __init__(self, port: int = 0) -> None:
        self.port = port or _free_port()
        self.shown: list[Shown] = []
        self.problems: list[str] = []
        self.requests: list[tuple[str, dict[str, Any]]] = []
        self.failures: deque[Failure] = deque()
        self.failure_rate = 0.0
        self.dice = random.Random(1)
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        """Where the platform answers."""
        return f"http://127.0.0.1:{self.port}"

    def answer(self, method: str, path: str, headers: dict[str, str], body: dict[str, Any]) -> tuple[int, dict[str, Any], dict[str, str]]:
        """Do what a request asks, check it against the platform's limits, and return status, body and headers."""
        raise NotImplementedError

    def fail(self, *failures: Failure) -> None:
        """Let the next requests fail, in this order."""
        self.failures.extend(failures)

    def random_failure(self) -> Failure:
        """Return one of the ways in which a platform fails by itself."""
        return self.dice.choice(
            [
                Failure(status=429, headers={"Retry-After": "1"}),
                Failure(status=500),
                Failure(status=500, accepted=True),
                Failure(kind="cut"),
                Failure(kind="cut", accepted=True),
            ]
        )

    def seen_by(self, person: str) -> list[Shown]:
        """Return what this person sees, in order."""
        return [bubble for bubble in self.shown if bubble.person == person]

    def start(self) -> None:
        """Answer from now on."""
        route = Route("/{path:path}", self._handle, methods=["GET", "POST", "PUT", "DELETE"])
        config = uvicorn.Config(
            Starlette(routes=[route]), host="127.0.0.1", port=self.port, log_config=None, access_log=False, ws="none", timeout_graceful_shutdown=1
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        until = time.monotonic() + 20
        while not self._server.started:
            assert time.monotonic() < until, "the pretended platform did not start"
            time.sleep(0.01)

    def stop(self) -> None:
        """Refuse connections, as a platform that is down."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join(10)
        self._server = self._thread = None

    async def _handle(self, request: Request) -> Response:
        path, raw = request.url.path, await request.body()
        body = await _json(request, raw)
        headers = {name.lower(): value for name, value in request.headers.items()}
        with self._lock:
            self.requests.append((path, body))
            failure = self._next_failure(path)
            if failure is None:
                status, content, more = self.answer(request.method, path, headers, body)
                return JSONResponse(content, status, headers=more)
            if failure.accepted:
                self.answer(request.method, path, headers, body)
        if failure.kind == "hang":
            await asyncio.sleep(self.hang_seconds)
        if failure.kind != "status":
            return _Cut()
        return JSONResponse(failure.body, failure.status, headers=failure.headers)

    def _next_failure(self, path: str) -> Failure | None:
        for failure in self.failures:
            if failure.where in path:
                self.failures.remove(failure)
                return failure
        if self.failure_rate and self.may_fail(path) and self.dice.random() < self.failure_rate:
            return self.random_failure()
        return None

    def may_fail(self, path: str) -> bool:
        """Return whether requests to `path` take part in random failures."""
        return True


class _Cut(Response):
    """Promises an answer and closes the connection without it."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"10")]})


async def _json(request: Request, raw: bytes) -> dict[str, Any]:
    if not raw:
        return dict(request.query_params)
    if request.headers.get("content-type", "").startswith("application/json"):
        found: dict[str, Any] = await request.json()
        return found
    if "form" in request.headers.get("content-type", ""):
        return {name: value if isinstance(value, str) else "file" for name, value in (await request.form()).items()}
    return {"bytes": len(raw)}


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def running(platform: FakePlatform) -> Iterator[FakePlatform]:
    """Run a platform as long as a fixture lives."""
    platform.start()
    yield platform
    platform.stop()
