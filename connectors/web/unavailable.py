"""What is answered while the database cannot be reached: the lifelines still come, from a pure function and a file."""

from datetime import datetime
from typing import Any

from fastapi.responses import JSONResponse

from bot.turn import emergency_reply
from connectors.web.wording import error_sentence
from nlu.emergency import detect_emergency

STATUS = 503


def lifelines_for_text(text: str, now: datetime) -> dict[str, Any] | None:
    """Return the lifelines that a message calls for as a reply's JSON; None when it speaks of no danger."""
    signs = detect_emergency(text)
    return emergency_reply(signs, now).model_dump() if signs else None


def unavailable(text: str, now: datetime) -> JSONResponse:
    """Return the answer to a message that could not be stored: a sentence, and lifelines where they are needed."""
    return JSONResponse({"error": error_sentence("server"), "reply": lifelines_for_text(text, now)}, STATUS)
