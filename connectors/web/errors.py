"""What the web channel answers when something cannot be done: a status and a Japanese sentence, nothing about the inside."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute

from bot.errors import UnknownToken
from connectors.web.wording import error_sentence


class WebError(Exception):
    """A request that is answered with `status` and the sentence `name` of the strings file."""

    def __init__(self, status: int, name: str) -> None:
        """Take the HTTP status and the name of the sentence."""
        super().__init__(name)
        self.status = status
        self.name = name


class JsonRoute(APIRoute):
    """A route whose problems are answered as {"error": sentence}, and whose answers no cache keeps."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the usual handler."""
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                response = await handle(request)
            except WebError as problem:
                response = _problem(problem.status, problem.name)
            except UnknownToken:
                response = _problem(401, "unknown_conversation")
            except RequestValidationError:
                response = _problem(422, "unreadable")
            response.headers["Cache-Control"] = "no-store"
            response.headers["X-Content-Type-Options"] = "nosniff"
            return response

        return answer


def _problem(status: int, name: str) -> JSONResponse:
    return JSONResponse({"error": error_sentence(name)}, status)
