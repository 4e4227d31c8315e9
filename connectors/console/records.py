"""The page to search the records of use (audit): for admins, and for supervisors as far as their organisation goes."""

from datetime import date
from functools import cache
from pathlib import Path
from urllib.parse import urlencode

import yaml
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict

from bot.audit import AuditFilter, AuditLine, audited_people, search_audit
from connectors.console.access import ConsoleRoute, Overseer
from connectors.console.pages import page

_FILE = Path(__file__).parent / "audit.yml"
_FIELDS = ("person", "case", "action", "first", "last")
router = APIRouter(prefix="/console/records", route_class=ConsoleRoute)


class AuditGroup(BaseModel):
    """Actions that one searches for together: id, or beginning and *, to label."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    label: str
    actions: dict[str, str]


class AuditWords(BaseModel):
    """What `audit.yml` says."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    groups: dict[str, AuditGroup]
    subjects: dict[str, str]

    def action(self, action: str) -> str:
        """Return how an action is called; its id when it has no name."""
        names = {key: label for group in self.groups.values() for key, label in group.actions.items()}
        if action in names:
            return names[action]
        return next((label for key, label in names.items() if key.endswith("*") and action.startswith(key[:-1])), action)

    def subject(self, line: AuditLine) -> str:
        """Return what an entry is about: the case's number, else the kind of record and its id."""
        table, _, rest = line.subject.partition(":")
        return f"{self.subjects.get(table, table)} {line.reference or (rest if rest.isdigit() else '')}".strip()


@cache
def audit_words() -> AuditWords:
    """Return the words, read once. Raises pydantic's ValidationError when the file has gaps or unknown fields."""
    return AuditWords.model_validate(yaml.safe_load(_FILE.read_text(encoding="utf-8")))


@router.get("/")
def search_records(here: Overseer, request: Request) -> Response:
    """Who read or changed what, by person, case, action and days."""
    asked = {name: request.query_params.get(name, "").strip()[:40] for name in _FIELDS}
    words, faults = audit_words(), []
    days: dict[str, date | None] = {}
    for name in ("first", "last"):
        try:
            days[name] = date.fromisoformat(asked[name]) if asked[name] else None
        except ValueError:
            days[name] = None
            faults.append(name)
    group = words.groups.get(asked["action"])
    wanted = AuditFilter(
        staff_id=int(asked["person"]) if asked["person"].isdecimal() and len(asked["person"]) < 10 else None,
        reference=asked["case"],
        actions=tuple(group.actions) if group else (),
        first=days["first"],
        last=days["last"],
    )
    number = request.query_params.get("page", "1")
    found = search_audit(here.session, here.who.staff, wanted, int(number) if number.isdecimal() and len(number) < 7 else 1, here.now)
    return page(
        "records.html",
        logged_in=here.who,
        audit=words,
        asked=asked,
        faults=faults,
        found=found,
        people=audited_people(here.session, here.who.staff),
        query=urlencode({name: value for name, value in asked.items() if value}),
        narrowed=any(asked.values()),
    )
