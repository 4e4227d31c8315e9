"""Sample data (`demo.yml`): stories put through what real cases go through, so that queue, case page and statistics have something to show.

All of it is flagged `sample`; case numbers, messages, notes and names begin with the mark, so that it shows wherever they do.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal, cast
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.alerts import mark_seen
from bot.cases import hand_over
from bot.casework import assign, plan, set_status, write_note
from bot.errors import SamplesRefused
from bot.gaps import EFFECT, count_gaps
from bot.models import Alert, Case, Conversation, DirectoryGap, Message, MonthlyCount, Organisation, Staff
from bot.organisations import ensure_organisation
from bot.referrals import NewReferral, give_back, refer
from bot.reply import Ask, Reply
from bot.store import load_facts, write_facts
from bot.tally import TOKYO, count_unanswered
from bot.wording import say
from knowledge.facts import Facts, derive
from knowledge.files import read_shape

DEMO_FILE = Path(__file__).with_name("demo.yml")
SAMPLED = (Conversation, Organisation, Staff, DirectoryGap, MonthlyCount)
"""The tables whose rows are flagged; everything else hangs on one of them."""


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Said(_Shape):
    """One answer. `facts`: key -> [value, the words of `text` that say it]; a value {in_days: N} is a day counted from then."""

    ask: str | None = None
    text: str
    facts: dict[str, tuple[Any, str]] = {}
    alert: str | None = None


class Step(_Shape):
    """What staff do `after` hours. Exactly what `do` names; `text`: note, next action, reason; `due_in`: days from today."""

    after: float
    do: Literal["take", "note", "phone", "visit", "status", "plan", "refer", "give_back", "seen"]
    text: str = ""
    asked: str = ""
    status: str = ""
    due_in: int = 0


class SampleCase(_Shape):
    """One case: which story, how many days ago, where, and what became of it."""

    story: str
    days: int = Field(ge=0)
    place: str
    path: str


class GapCount(_Shape):
    """So many people, `months` ago, were told that their place has no such desk."""

    place: str
    desk_kind: str
    known: Literal["not_offered", "not_known"]
    given: Literal["prefecture", "nationwide"]
    months: int
    people: int


class Demo(_Shape):
    """The whole file."""

    version: int
    mark: str
    number: str
    office: str
    staff: dict[Literal["worker", "receiver"], str]
    stories: dict[str, list[Said]]
    paths: dict[str, list[Step]]
    cases: list[SampleCase]
    gaps: list[GapCount]
    unanswered: list[int]


def load_demo() -> Demo:
    """Return the file. Raises DataError that names record and field."""
    return read_shape(DEMO_FILE, Demo)


def has_samples(session: Session) -> bool:
    """Return whether there is any sample data."""
    return any(session.scalar(select(table.id).where(table.sample).limit(1)) is not None for table in SAMPLED)


def make_samples(session: Session, now: datetime) -> int:
    """Make the sample data as of `now` and return how many cases it has. Commits. Raises SamplesRefused when there is some already."""
    if has_samples(session):
        raise SamplesRefused("There is sample data already. `madoguchi demo --remove` takes it out; then it can be made afresh.")
    demo = load_demo()
    office = ensure_organisation(session, "", now)
    other = Organisation(name=demo.office, kind="npo", municipalities=[], created_at=now, sample=True)
    session.add(other)
    session.flush()
    people = {
        "worker": _person(session, demo.staff["worker"], office, now),
        "receiver": _person(session, demo.staff["receiver"], other, now),
    }
    for one in demo.cases:
        case = _tell(session, demo, one, now)
        for step in demo.paths[one.path]:
            moment = case.consented_at + timedelta(hours=step.after)
            if moment <= now:
                _work(session, demo, case, step, people, moment, now)
    for gap in demo.gaps:
        effect = f"{EFFECT}{gap.place}::{gap.desk_kind}:{gap.known}:{gap.given}"
        count_gaps(session, [effect] * gap.people, _months_ago(now, gap.months), sample=True)
    for months, count in enumerate(demo.unanswered):
        for _ in range(count):
            count_unanswered(session, _months_ago(now, months), sample=True)
    session.commit()
    return len(demo.cases)


def _person(session: Session, name: str, office: Organisation, now: datetime) -> Staff:
    # Deactivated and without a password from the start: nobody can be this person, no notice goes to them.
    staff = Staff(
        login=f"sample-{uuid4().hex}", name=name, roles=["caseworker", "supervisor"], organisation_id=office.id, password_hash="",
        created_at=now, deactivated_at=now, sample=True,
    )  # fmt: skip
    session.add(staff)
    session.flush()
    return staff


def _tell(session: Session, demo: Demo, one: SampleCase, now: datetime) -> Case:
    """Write the conversation and hand it over. On the web alone, so that there is no channel that anything could be sent to."""
    moment = now - timedelta(days=one.days, hours=1)
    conversation = Conversation(channel="web", channel_user_hash=f"sample-{uuid4().hex}", sample=True, created_at=moment, last_message_at=moment)
    session.add(conversation)
    session.flush()
    facts: dict[str, dict[str, Any]] = {"municipality": {"value": one.place, "status": "said", "evidence": []}}
    emergencies: list[str] = []
    for said in demo.stories[one.story]:
        if said.ask:
            question = Reply(text=f"{demo.mark} {say(f'utter_ask_{said.ask}')}", asks=[Ask(fact=said.ask)])
            _message(session, conversation, "bot", question.model_dump(), moment)
        moment += timedelta(minutes=1)
        text = f"{demo.mark} {said.text}"
        message = _message(session, conversation, "resident", {"text": text, "payload": None}, moment)
        for key, (value, words) in said.facts.items():
            start = text.index(words)
            evidence = [{"message_id": message.id, "text": words, "start": start, "end": start + len(words)}]
            facts[key] = {"value": _value(value, moment), "status": "said", "evidence": evidence}
        if said.alert:
            emergencies.append(said.alert)
            session.add(Alert(conversation_id=conversation.id, message_id=message.id, kind=said.alert, words=[demo.mark], created_at=moment))
    conversation.last_message_at = moment
    write_facts(session, conversation.id, dict(derive(cast(Facts, facts))), moment)  # type: ignore[arg-type]
    session.flush()
    told = cast(Facts, load_facts(session, conversation.id))
    hand_over(session, conversation.id, told, {"asked": list(told), "emergencies": emergencies}, moment)
    case = session.scalars(select(Case).where(Case.conversation_id == conversation.id)).one()
    case.reference = f"{demo.number}-{case.reference.replace('-', '')}"
    session.commit()
    return case


def _message(session: Session, conversation: Conversation, author: str, content: Mapping[str, Any], moment: datetime) -> Message:
    ours = author == "bot"
    message = Message(
        conversation_id=conversation.id, direction="out" if ours else "in", author=author, channel=conversation.channel,
        event_id=None if ours else uuid4().hex, kind="text", content=dict(content), status="sent" if ours else "done", created_at=moment,
        done_at=moment,
    )  # fmt: skip
    session.add(message)
    session.flush()
    return message


def _work(session: Session, demo: Demo, case: Case, step: Step, people: Mapping[str, Staff], moment: datetime, now: datetime) -> None:
    worker, text = people["worker"], f"{demo.mark} {step.text}"
    match step.do:
        case "take":
            assign(session, case.id, worker.id, worker, moment)
        case "status":
            set_status(session, case.id, step.status, worker, moment)
        case "plan":
            plan(session, case.id, text, now.astimezone(TOKYO).date() + timedelta(days=step.due_in), worker, moment)
        case "refer":
            receiver = people["receiver"].organisation_id
            new = NewReferral(receiver, text, f"{demo.mark} {step.asked}", True, "spoken", ("sheet", "conversation"))
            refer(session, case.id, new, worker, moment)
        case "give_back":
            give_back(session, case.id, text, people["receiver"], moment)
        case "seen":
            for alert in session.scalars(select(Alert.id).where(Alert.conversation_id == case.conversation_id)).all():
                mark_seen(session, alert, worker, moment)
        case "note" | "phone" | "visit":
            write_note(session, case.id, text, step.do, worker, moment)


def _value(value: Any, moment: datetime) -> Any:
    if isinstance(value, dict):
        return (moment.astimezone(TOKYO).date() + timedelta(days=value["in_days"])).isoformat()
    return value


def _months_ago(now: datetime, months: int) -> datetime:
    local = now.astimezone(TOKYO)
    month = local.year * 12 + local.month - 1 - months
    return local.replace(year=month // 12, month=month % 12 + 1, day=1)
