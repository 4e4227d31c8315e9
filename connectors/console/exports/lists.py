"""The list of cases as a workbook: what the queue shows, for those who plan the day on paper or count by hand."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.access import listed, rights
from bot.models import Case, Staff
from bot.sheet import Sheet
from connectors.console.exports.spreadsheets import workbook
from connectors.console.exports.wording import paper_words, print_time
from connectors.console.wording import load_wording, print_fact


def case_list(session: Session, staff: Staff) -> bytes:
    """Return the cases that this person may see, newest first. Of those they may not open only number, urgency, status and times are listed.

    What stands in a line is what was handed over; no words of the person, no way to reach them.
    """
    columns = paper_words().cases.columns
    names = {person.id: person.name for person in session.scalars(select(Staff))}
    rows = []
    for case in session.scalars(select(Case).where(listed(staff)).order_by(Case.consented_at.desc())):
        line = _head(case, names)
        if "read" in rights(session, staff, case):
            line |= _content(case)
        rows.append([line.get(name) for name in columns])
    return workbook([(paper_words().cases.title, list(columns.values()), rows)])


def _head(case: Case, names: dict[int, str]) -> dict[str, str | float | None]:
    words = load_wording()
    waited = (case.opened_at - case.consented_at).total_seconds() / 3600 if case.opened_at else None
    return {
        "reference": case.reference,
        "urgency": words.urgency.get(case.urgency, case.urgency),
        "status": words.case_status.get(case.status, case.status),
        "consented_at": print_time(case.consented_at),
        "opened_at": print_time(case.opened_at) if case.opened_at else None,
        "opened_by": names.get(case.opened_by_id or 0),
        "waiting_hours": None if waited is None else round(waited, 1),
    }


def _content(case: Case) -> dict[str, str | None]:
    sheet = Sheet.model_validate(case.sheet)
    facts = {fact.key: print_fact(fact.value) for fact in sheet.facts}
    join = paper_words().joiner.join
    return {
        "municipality": None if case.sensitive else case.municipality,
        "age_band": facts["age_band"] or facts["age"],
        "household": facts["household"],
        "reasons": facts["reasons"],
        "heaviest": next((concern.label for concern in sheet.concerns if concern.marks == 2), ""),
        "needs_said": join(need.label for need in sheet.needs if need.status in ("stated", "confirmed")),
        "needs_suspected": join(need.label for need in sheet.needs if need.status == "suspected"),
        "desks": "" if case.sensitive else join(desk.title for desk in sheet.desks),
    }
