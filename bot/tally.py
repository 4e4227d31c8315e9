"""Counting conversations and cases: what the council's statistics are made of, and what remains when a person's record is deleted.

A tally is a Counter of keys without anything about a person. Living records are counted when somebody looks; of a deleted one the
counts are added to `monthly_counts` in the transaction that deletes it, so that no figure changes by a deletion.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.models import Alert, Case, CaseEvent, Conversation, Message, MonthlyCount, Referral

TOKYO = ZoneInfo("Asia/Tokyo")
STATIONS = ("new", "first_response", "considering", "searching", "applying", "following_up")
"""The stations of a case on its way to a home, in order; closed and out_of_scope end it from any of them."""
WAITS = (("hour", timedelta(hours=1)), ("day", timedelta(days=1)), ("three_days", timedelta(days=3)), ("week", timedelta(days=7)))
"""Bands of the time from consent to the first human contact: up to and including this long."""
UNKNOWN = "unknown"
_MOST_HOPS = 2
_NEEDED = {"stated": "said", "confirmed": "said", "suspected": "suspected"}


class Key(NamedTuple):
    """What a number counts; see MonthlyCount."""

    month: str
    municipality: str
    measure: str
    value: str
    by: str


Tally = Counter[Key]


@dataclass(frozen=True)
class _Case:
    case: Case
    events: list[str]
    hops: int


def month_of(moment: datetime) -> str:
    """Return the month, YYYY-MM, in Japan."""
    return moment.astimezone(TOKYO).strftime("%Y-%m")


def tally_conversation(session: Session, conversation: Conversation) -> Tally:
    """Return what a conversation counts for: nothing when the person never wrote."""
    spoke = select(Message.id).where(Message.conversation_id == conversation.id, Message.author == "resident", Message.kind != "start")
    if session.scalar(spoke.limit(1)) is None:
        return Counter()
    kinds = session.scalars(select(Alert.kind).where(Alert.conversation_id == conversation.id).distinct())
    month = month_of(conversation.created_at)
    keys = [Key(month, "", "conversation", conversation.channel, ""), *(Key(month, "", "alert", kind, "") for kind in kinds)]
    return Counter(keys)


def tally_case(session: Session, case: Case) -> Tally:
    """Return what a case counts for: itself, its needs, how far it came, how long the person waited, how often it was passed on."""
    return Counter(_keys_of(next(_with_history(session, [case]))))


def collect(session: Session, months: Iterable[str], *, sample: bool) -> Tally:
    """Return all counts of these months. `sample`: count the samples (見本) alone, which are otherwise left out."""
    wanted = frozenset(months)
    found: Tally = Counter()
    for row in session.scalars(select(MonthlyCount).where(MonthlyCount.month.in_(wanted), MonthlyCount.sample.is_(sample))):
        found[Key(row.month, row.municipality, row.measure, row.value, row.by)] += row.count
    cases = session.scalars(select(Case).join(Conversation).where(Conversation.sample.is_(sample))).all()
    for one in _with_history(session, [case for case in cases if month_of(case.consented_at) in wanted]):
        found.update(_keys_of(one))
    found.update(_conversations(session, wanted, sample))
    return found


def add_counts(session: Session, tally: Tally, *, sample: bool = False) -> None:
    """Add these numbers to what is kept for good. `sample`: kept apart from what is real. The caller commits."""
    for key, count in tally.items():
        row = session.scalar(select(MonthlyCount).filter_by(**key._asdict(), sample=sample))
        if row is None:
            row = MonthlyCount(**key._asdict(), count=0, sample=sample)
            session.add(row)
        row.count += count
    session.flush()


def count_unanswered(session: Session, now: datetime, *, sample: bool = False) -> None:
    """Count one more general question that the FAQ could not answer, by month alone: neither its words nor who asked. The caller commits."""
    add_counts(session, Counter([Key(month_of(now), "", "unanswered", "", "")]), sample=sample)


def _keys_of(one: _Case) -> Iterator[Key]:
    case, month, place = one.case, month_of(one.case.consented_at), one.case.municipality or ""
    facts = {fact["key"]: fact.get("raw") for fact in case.sheet["facts"]}
    household = str(facts.get("household") or UNKNOWN)
    yield Key(month, place, "case", "", "")
    yield Key(month, "", "urgency", case.urgency, "")
    yield Key(month, "", "household", household, "")
    for need in case.sheet["needs"]:
        if basis := _NEEDED.get(need["status"]):
            yield Key(month, place, "need", need["id"], basis)
            yield Key(month, "", "need_household", need["id"], household)
            yield Key(month, "", "need_urgency", need["id"], case.urgency)
    yield Key(month, "", "status", case.status, "")
    yield Key(month, "", "furthest", _furthest([case.status, *one.events]), "")
    yield Key(month, "", "wait", _wait(case), "")
    yield Key(month, "", "hops", str(min(one.hops, _MOST_HOPS)), "")


def _furthest(statuses: Iterable[str]) -> str:
    return max((status for status in statuses if status in STATIONS), key=STATIONS.index, default="new")


def _wait(case: Case) -> str:
    if case.first_contact_at is None:
        return "not_yet"
    waited = case.first_contact_at - case.consented_at
    return next((name for name, longest in WAITS if waited <= longest), "later")


def _with_history(session: Session, cases: list[Case]) -> Iterator[_Case]:
    """Yield the cases with the statuses they went through and the times another organisation accepted them."""
    if not cases:
        return
    ids = [case.id for case in cases]
    statuses: dict[int, list[str]] = {}
    events = select(CaseEvent.case_id, CaseEvent.after).where(CaseEvent.case_id.in_(ids), CaseEvent.kind == "status")
    for case_id, after in session.execute(events):
        statuses.setdefault(case_id, []).append(after or "")
    accepted = select(Referral.case_id, func.count()).where(Referral.case_id.in_(ids), Referral.status == "accepted").group_by(Referral.case_id)
    hops = {case_id: count for case_id, count in session.execute(accepted)}
    for case in cases:
        yield _Case(case, statuses.get(case.id, []), hops.get(case.id, 0))


def _conversations(session: Session, months: frozenset[str], sample: bool) -> Tally:
    spoke = select(Message.id).where(Message.conversation_id == Conversation.id, Message.author == "resident", Message.kind != "start").exists()
    found: Tally = Counter()
    of_these = Conversation.sample.is_(sample)
    for created_at, channel in session.execute(select(Conversation.created_at, Conversation.channel).where(of_these, spoke)):
        if month_of(created_at) in months:
            found[Key(month_of(created_at), "", "conversation", channel, "")] += 1
    alerts = select(Conversation.id, Conversation.created_at, Alert.kind).join(Alert, Alert.conversation_id == Conversation.id)
    for _id, created_at, kind in session.execute(alerts.where(of_these, spoke).distinct()):
        if month_of(created_at) in months:
            found[Key(month_of(created_at), "", "alert", kind, "")] += 1
    return found
