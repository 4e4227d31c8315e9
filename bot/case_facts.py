"""Facts as caseworkers confirm and correct them: theirs count, what the person said stays beside them, everything else follows."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from bot.access import find_case
from bot.case_sheet import refresh_sheet
from bot.cases import restrict_if_violent
from bot.casework import add_event, mark_opened, put_in_charge
from bot.models import Case, FactRow, Staff
from bot.staff import note
from bot.store import FactRecords, load_facts, write_facts
from knowledge.facts import derive
from knowledge.vocabulary import load_vocabulary

MAX_NUMBER = 1_000_000_000
MAX_TEXT = 200


def read_value(key: str, sent: Sequence[str]) -> int | str | list[str] | None:
    """Return what a form sent for this fact in the vocabulary's type; None when it was left empty.

    Raises KeyError for an unknown fact, ValueError for something that cannot stand for it.
    """
    spec = load_vocabulary().facts[key]
    texts = [one.strip() for one in sent if one.strip()]
    if not texts:
        return None
    if spec.type == "multi":
        values = texts if spec.values else [one.strip() for text in texts for one in text.replace("\u3001", ",").split(",") if one.strip()]
        return list(dict.fromkeys(_allowed(key, one) for one in values))
    if spec.type == "int":
        number = int(texts[0])  # int() reads full-width digits as well
        if not 0 <= number <= MAX_NUMBER:
            raise ValueError("out of range")
        return number
    if spec.type == "date":
        return date.fromisoformat(texts[0]).isoformat()
    return _allowed(key, texts[0])


def _allowed(key: str, value: str) -> str:
    if len(value) > MAX_TEXT or not load_vocabulary().facts[key].allows(value):
        raise ValueError("not a value of this fact")
    return value


def edit_fact(session: Session, case_id: int, key: str, value: int | str | list[str] | None, staff: Staff, now: datetime) -> None:
    """Make `value` what counts, as stated by this caseworker; None: that it is not known. Needs, urgency and place follow. Commits.

    Raises KeyError for an unknown fact, NoSuchCase, CaseClosedToYou.
    """
    spec = load_vocabulary().facts[key]
    case = find_case(session, staff, case_id, "work")
    before = load_facts(session, case.conversation_id).get(key)
    same = before is not None and before["value"] == value
    evidence = before["evidence"] if before is not None and same else []
    record = {"value": value, "status": "confirmed" if value is not None else "unknown", "evidence": evidence}
    _write(session, case, {spec.key: record}, staff, now)


def confirm_fact(session: Session, case_id: int, key: str, staff: Staff, now: datetime) -> bool:
    """Note that this caseworker checked what stands there; its evidence stays. Commits. False when nothing stands there."""
    case = find_case(session, staff, case_id, "work")
    record = load_facts(session, case.conversation_id).get(key)
    if record is None or record["value"] is None:
        return False
    _write(session, case, {key: {**record, "status": "confirmed"}}, staff, now)
    return True


def take_persons_word(session: Session, case_id: int, key: str, staff: Staff, now: datetime) -> bool:
    """Let what the person said last count again, in place of what staff wrote. Commits. False when they said nothing else."""
    case = find_case(session, staff, case_id, "work")
    rows = session.query(FactRow).where(FactRow.conversation_id == case.conversation_id, FactRow.key == key, FactRow.author == "resident")
    last = rows.order_by(FactRow.id.desc()).first()
    if last is None or last.record["value"] is None:
        return False
    _write(session, case, {key: {**last.record, "status": "confirmed"}}, staff, now)
    return True


def _write(session: Session, case: Case, changes: FactRecords, staff: Staff, now: datetime) -> None:
    """Write the staff's rows, then what follows from all facts together."""
    facts = {**load_facts(session, case.conversation_id), **changes}
    own = {key: record for key, record in facts.items() if key in changes}
    rest = {key: record for key, record in load_facts(session, case.conversation_id).items() if key not in changes}
    write_facts(session, case.conversation_id, {**rest, **own}, now, author="staff", staff_id=staff.id)
    session.flush()
    derived = dict(derive(load_facts(session, case.conversation_id)))  # type: ignore[arg-type]
    write_facts(session, case.conversation_id, derived, now, author="rule")  # type: ignore[arg-type]
    session.flush()
    refresh_sheet(session, case, now)
    if restrict_if_violent(session, case, load_facts(session, case.conversation_id), now) and case.assigned_to_id is None:  # type: ignore[arg-type]
        put_in_charge(session, case, staff.id, staff, now)  # who wrote it down must not be shut out by it
    for key in changes:
        add_event(session, case, "facts", staff, now, after=key)
        note(session, staff.id, "case_fact_edited", f"cases:{case.id}", now)
    mark_opened(session, case, staff, now)
    session.commit()
