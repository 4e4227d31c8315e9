"""What the editing of knowledge hands out: lines of a list, one record, its versions, and what came of saving or publishing."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from knowledge.errors import KnowledgeError

Kind = Literal["faq", "desk", "shop", "programme"]
ADMIN = "admin"
"""Where a record comes from that an admin typed or edited: its row's `origin`, and its document in sources.yml."""
KINDS: tuple[Kind, ...] = ("faq", "desk", "shop", "programme")
Content = dict[str, Any]
"""A record in the shape of its data file, JSON-able: days "YYYY-MM-DD", times of day "HH:MM"."""
Errors = dict[str, str]
"""Dotted field ("schedule.0.byday"; "" for the whole record) -> plain Japanese sentence."""
State = Literal["draft", "published", "changed", "withdrawn", "discarded"]
"""draft: never published; published: live, nothing waits; changed: live, and a newer draft waits; withdrawn: was live, is not
shown any more; discarded: a draft that was thrown away before it was ever published."""
Action = Literal["draft", "published", "withdrawn", "discarded", "restored", "checked"]


class RecordNotFound(KnowledgeError):  # noqa: N818
    """There is no record of that kind and id."""

    def __init__(self, kind: str, record_id: str) -> None:
        super().__init__(f"no {kind} with the id {record_id!r}")


class Difference(NamedTuple):
    """One field whose value changed; None where it was or is empty. Values are JSON-able."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Version:
    """One step in the life of a record. `number` counts from 1; `author`: login of the admin, or "file" for what a data file said.

    `differences`: against the version before; empty for the first one.
    """

    number: int
    author: str
    at: dt.datetime
    action: Action
    differences: tuple[Difference, ...]
    content: Content = field(repr=False)


@dataclass(frozen=True)
class RecordLine:
    """A record in a list. `true_on`: the day at which it was last known to be true (an admin's check or its source's date)."""

    id: str
    kind: Kind
    title: str
    detail: str
    state: State
    status: str
    origin: str
    updated_at: dt.datetime | None
    checked_on: dt.date | None
    true_on: dt.date | None


@dataclass(frozen=True)
class EditableRecord:
    """One record to edit. `content`: what the form shows (the draft where one waits, else what is live).

    `published_content`: what residents see, None when nothing is live. `number`: the latest version, 0 when it was never edited.
    """

    id: str
    kind: Kind
    title: str
    content: Content
    state: State
    published_content: Content | None
    updated_at: dt.datetime | None
    checked_on: dt.date | None
    number: int
    history: tuple[Version, ...]


@dataclass(frozen=True)
class SaveResult:
    """What came of saving. With errors nothing was written and `id` is None for a new record."""

    id: str | None
    errors: Errors = field(default_factory=dict)
    number: int | None = None

    @property
    def saved(self) -> bool:
        """Whether the draft was written."""
        return not self.errors


@dataclass(frozen=True)
class PublishResult:
    """What came of publishing. With errors what residents see is unchanged."""

    errors: Errors = field(default_factory=dict)

    @property
    def published(self) -> bool:
        """Whether it is live now."""
        return not self.errors
