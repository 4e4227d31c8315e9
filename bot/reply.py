"""What the assistant says: the shape that every channel renders in its own way."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

ReplyKind = Literal["text", "lifeline", "suggestion", "summary", "apology", "notice"]


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Button(_Shape):
    """A quick reply. `payload` is a Rasa payload such as /affirm or /inform_situation{"guarantor": "no"}."""

    title: str
    payload: str


class Reach(_Shape):
    """One way to reach a desk: `kind` phone, web, visit or other; `href` is a tel: or https: link, or None."""

    kind: str
    label: str
    href: str | None = None


class Card(_Shape):
    """A desk, a line or a programme as the person sees it. Texts are ready to show."""

    id: str
    desk_kind: str | None = None
    title: str
    what: str = ""
    why: str = ""
    hours: str = ""
    open_now: bool | None = Field(default=None, description="None: not known; never guessed")
    reach: list[Reach] = []
    say: str = ""
    bring: list[str] = []
    source: str = ""
    as_of: str = Field(default="", description="printed date of the information, for the person")
    notice: str = Field(default="", description="for instance: ask before you go")


class Ask(_Shape):
    """What a message asks for, in data that people don't see: exactly one of the three."""

    fact: str | None = None
    need: str | None = None
    confirm: str | None = None


class Reply(_Shape):
    """One message to the person."""

    text: str
    kind: ReplyKind = "text"
    buttons: list[Button] = []
    cards: list[Card] = []
    asks: list[Ask] = []
    easy_text: str = Field(default="", description="the same in plain Japanese with readings, where it was written")


def in_easy_words(reply: Reply) -> Reply:
    """Return the reply with its plain Japanese as the text, where that was written; else as it is."""
    return reply.model_copy(update={"text": reply.easy_text}) if reply.easy_text else reply
