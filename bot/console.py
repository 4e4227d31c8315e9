"""One case as staff read it: the sheet as of now with the words behind it, the conversation beside it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.access import Right, find_case, rights
from bot.alerts import AlertItem, alert_items
from bot.case_sheet import current_sheet
from bot.consents import is_withdrawn
from bot.contacts import ContactDetails, hide, read_contact
from bot.inbox import MessageView, timeline
from bot.models import Case, FactRow, Organisation, Staff
from bot.places import hide_places, is_place, places_in
from bot.referrals import ReferralView, referral_chain, talk_visible_from
from bot.sheet import Sheet, SheetFact, SheetNeed
from bot.staff import note
from bot.store import current_facts, load_facts
from knowledge.facts import plain_values
from knowledge.phrases import print_value

_NEED_ORDER = ("stated", "confirmed", "suspected", "declined")
_KNOWN = ("said", "confirmed", "inferred", "corrected")
_AT_A_GLANCE = ("age", "household", "housing_now", "reasons", "deadline", "contact_method", "contact_time")


@dataclass(frozen=True)
class Words:
    """The person's words that something rests on, and the message where they stand."""

    text: str
    message_id: int | None


@dataclass(frozen=True)
class FactView:
    """A fact with its words. `author`: who stated it (resident, staff or rule). `hidden`: a place, masked.

    `original`: what the person had said before staff wrote something else; `contradiction`: what they said after it. Both printed.
    """

    fact: SheetFact
    words: list[Words]
    author: str
    hidden: bool = False
    original: str = ""
    contradiction: str = ""


@dataclass(frozen=True)
class FactGroup:
    """The known facts of one group of the vocabulary."""

    group: str
    known: list[FactView]


@dataclass(frozen=True)
class CaseView:
    """A case on one screen. `quiet`: status (declined, unknown, asked, not_asked, never_asked) -> facts without a value.

    `contact`: what the person wrote on our own page; only for who may work on the case, without the address while places are masked.
    `messages` is None when the person did not agree that this organisation reads the conversation; `shortened`: only its later part is there.
    """

    case: Case
    rights: frozenset[Right]
    organisation: str
    sheet: Sheet
    glance: list[SheetFact]
    contact_unsafe: bool
    needs: list[SheetNeed]
    groups: list[FactGroup]
    quiet: dict[str, list[SheetFact]]
    messages: list[MessageView] | None
    shortened: bool
    alerts: list[AlertItem]
    opened_by: str | None
    assigned_to: str | None
    referrals: list[ReferralView]
    places_shown: bool
    contact: ContactDetails | None

    @property
    def hides_places(self) -> bool:
        """Whether places are masked on this page."""
        return self.case.sensitive and not self.places_shown


def read_case(session: Session, case_id: int, staff: Staff, now: datetime, *, show_places: bool = False) -> CaseView:
    """Return the case with its sheet worked out from the facts as they are now. The read is noted and committed.

    Raises what `find_case` raises, ConsentWithdrawn too when the person no longer wants a caseworker to have it. Places in a sensitive
    case are masked until `show_places`, which is noted too.
    """
    case = find_case(session, staff, case_id, "read")
    sheet = current_sheet(session, case, now)
    note(session, staff.id, "case_places_read" if case.sensitive and show_places else "case_read", f"cases:{case.id}", now)
    session.commit()
    masked = case.sensitive and not show_places
    if masked:
        sheet = Sheet.model_validate(hide_places(sheet.model_dump(), _places(session, case)))
    rows = {row.key: row for row in current_facts(session, case.conversation_id)}
    lines = {line.key: line for line in sheet.facts}
    since, messages = read_talk(session, staff, case, masked=masked)
    return CaseView(
        case=case,
        rights=rights(session, staff, case),
        organisation=session.scalars(select(Organisation.name).where(Organisation.id == case.organisation_id)).one(),
        sheet=sheet,
        glance=[lines[key] for key in _AT_A_GLANCE if lines[key].value],
        contact_unsafe=plain_values(load_facts(session, case.conversation_id)).get("contact_unsafe") == "yes",  # type: ignore[arg-type]
        needs=sorted(sheet.needs, key=lambda need: _NEED_ORDER.index(need.status)),
        groups=_groups(sheet.facts, rows, _older(session, case.conversation_id), masked),
        quiet=_quiet(sheet.facts),
        messages=messages,
        shortened=since is not None,
        alerts=alert_items(session, case.conversation_id),
        opened_by=session.scalar(select(Staff.name).where(Staff.id == case.opened_by_id)),
        assigned_to=session.scalar(select(Staff.name).where(Staff.id == case.assigned_to_id)),
        referrals=referral_chain(session, case),
        places_shown=case.sensitive and show_places,
        contact=_contact(session, case, masked) if "work" in rights(session, staff, case) else None,
    )


def read_talk(
    session: Session, staff: Staff, case: Case, *, masked: bool, after: int = 0
) -> tuple[datetime | None, list[MessageView] | None]:
    """Return (since when the conversation may be read; None: from its start, its messages after `after`; None: it may not be read at all)."""
    allowed, since = talk_visible_from(session, staff, case)
    if not allowed or is_withdrawn(session, case.conversation_id, "caseworker"):
        return None, None
    messages = [one for one in timeline(session, case.conversation_id, after) if since is None or one.created_at >= since]
    messages = [replace(one, content=hide(one.content)) for one in messages]
    if masked:
        places = _places(session, case)
        messages = [replace(one, content=hide_places(one.content, places)) for one in messages]
    return since, messages


def _contact(session: Session, case: Case, masked: bool) -> ContactDetails | None:
    details = read_contact(session, case.conversation_id)
    return details.model_copy(update={"address": ""}) if details is not None and masked else details


def _places(session: Session, case: Case) -> list[str]:
    return places_in(session.scalars(select(FactRow).where(FactRow.conversation_id == case.conversation_id)))


def _older(session: Session, conversation_id: int) -> dict[str, list[FactRow]]:
    """Return the replaced rows by key, oldest first."""
    rows = session.scalars(
        select(FactRow).where(FactRow.conversation_id == conversation_id, FactRow.replaced_at.is_not(None)).order_by(FactRow.id)
    )
    found: dict[str, list[FactRow]] = {}
    for row in rows:
        found.setdefault(row.key, []).append(row)
    return found


def _groups(facts: Sequence[SheetFact], rows: Mapping[str, FactRow], older: Mapping[str, list[FactRow]], masked: bool) -> list[FactGroup]:
    """Return the known facts by group. The age band that only repeats the age is left out."""
    groups: dict[str, list[FactView]] = {}
    has_age = any(fact.key == "age" and fact.value for fact in facts)
    for fact in facts:
        if fact.status not in _KNOWN or not fact.value or (fact.key == "age_band" and has_age):
            continue
        groups.setdefault(fact.group, []).append(_fact_view(fact, rows[fact.key], older.get(fact.key, []), masked and is_place(fact.key)))
    return [FactGroup(group, known) for group, known in groups.items()]


def _fact_view(fact: SheetFact, row: FactRow, older: Sequence[FactRow], hidden: bool) -> FactView:
    if hidden:
        return FactView(fact, [], row.author, hidden=True)
    words = dict.fromkeys(Words(item["text"], item.get("message_id")) for item in row.record["evidence"] if item.get("text"))
    if row.author != "staff":
        return FactView(fact, list(words), row.author)
    said = [one for one in older if one.author != "staff" and one.record["status"] != "inferred" and one.record["value"] != row.record["value"]]
    return FactView(
        fact,
        list(words),
        row.author,
        original=_printed(one for one in said if one.id < row.id),
        contradiction=_printed(one for one in said if one.id > row.id),
    )


def _printed(rows: Iterable[FactRow]) -> str:
    values = [print_value(row.key, row.record["value"]) for row in rows if row.record["value"] not in (None, [])]
    return values[-1] if values else ""


def _quiet(facts: Sequence[SheetFact]) -> dict[str, list[SheetFact]]:
    quiet: dict[str, list[SheetFact]] = {}
    has_age = any(fact.key == "age" and fact.value for fact in facts)
    for fact in facts:
        if fact.status not in _KNOWN and not (fact.key == "age_band" and has_age):
            quiet.setdefault(fact.status, []).append(fact)
    return quiet
