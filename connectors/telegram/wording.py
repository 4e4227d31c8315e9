"""The words of the Telegram channel, from wording.yml."""

import re
from functools import cache
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

_Payload = Annotated[str, StringConstraints(pattern=r"^/[a-z_]+$")]


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Command(_Shape):
    """One command: its description in Telegram's menu, what pressing it says in the conversation, and the dialogue's intent.

    `payload` is absent for /start alone, which opens the conversation.
    """

    description: str = Field(min_length=1, max_length=256)
    text: str = Field(default="", max_length=300)
    payload: _Payload | None = None


class Wording(_Shape):
    """Everything that the channel itself says."""

    commands: dict[Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,32}$")], Command] = Field(min_length=1, max_length=100)
    staff_name: str
    open_now: str
    closed_now: str
    say: str
    bring: str
    tap_to_call: str
    choose: str
    private_notice: str = Field(max_length=80)
    button_used: str = Field(max_length=200)
    button_passed: str = Field(max_length=200)
    group: str = Field(max_length=4096)


@cache
def wording() -> Wording:
    """Return the words. Raises pydantic's ValidationError when the file does not fit."""
    return Wording.model_validate(yaml.safe_load((Path(__file__).parent / "wording.yml").read_text(encoding="utf-8")))


def read_command(text: str) -> tuple[str, str] | None:
    """Return a typed command without its slash, in lower case, and what stands after it; None when the text is no command."""
    found = re.match(r"/([A-Za-z0-9_]{1,32})(?:@\w+)?(?:\s+(.*))?$", text.strip(), re.DOTALL)
    return (found[1].lower(), (found[2] or "").strip()) if found else None
