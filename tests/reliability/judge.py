"""What must hold at the end, read from the database and compared with what the people sent and saw."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from bot.models import Conversation, Message


@dataclass
class Verdict:
    """Figures for the page, and what is wrong (nothing, if all is well)."""

    figures: dict[str, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def expect(self, holds: bool, sentence: str) -> None:
        """Note a broken promise."""
        if not holds:
            self.wrong.append(sentence)


def judge_record(engine: Engine, channel: str, sent: Mapping[str, Sequence[str]], people: Mapping[int, str]) -> tuple[Verdict, dict[str, list[Message]]]:
    """Check the record: every message once, done, in the order of arrival, answered by one turn. Returns it and what we said to whom.

    `sent`: person -> texts in the order of arrival. `people`: conversation id -> person.
    """
    verdict = Verdict()
    outgoing: dict[str, list[Message]] = {person: [] for person in sent}
    with Session(engine) as session:
        rows = list(session.scalars(select(Message).where(Message.channel == channel).order_by(Message.id)))
    kept: dict[str, list[Message]] = {person: [] for person in sent}
    moments: dict[int, set[object]] = {}
    for row in rows:
        person = people[row.conversation_id]
        if row.direction == "out":
            outgoing[person].append(row)
            if row.kind != "lifeline" and row.in_reply_to_id is not None:
                moments.setdefault(row.in_reply_to_id, set()).add(row.created_at)
        elif row.kind not in ("start", "resume"):
            kept[person].append(row)
    for person, texts in sent.items():
        mine = kept[person]
        verdict.expect([row.content["text"] for row in mine] == list(texts), f"{person}: the record is not what arrived, in its order")
        verdict.expect({row.status for row in mine} <= {"done"}, f"{person}: {Counter(row.status for row in mine)}")
        done = [row.done_at for row in mine if row.done_at is not None]
        verdict.expect(done == sorted(done), f"{person}: not done in order")
        verdict.expect(bool(mine) and mine[-1].id in {row.in_reply_to_id for row in outgoing[person]}, f"{person}: the last word was not answered")
    doubled = sum(len(found) > 1 for found in moments.values())
    verdict.expect(doubled == 0, f"{doubled} messages were answered by two turns")
    statuses = Counter(row.status for row in rows if row.direction == "out")
    verdict.figures = {
        "conversations": len(sent),
        "messages that arrived": sum(len(texts) for texts in sent.values()),
        "messages done": sum(row.status == "done" for found in kept.values() for row in found),
        "replies": sum(len(found) for found in outgoing.values()),
        **{f"replies {status}": count for status, count in sorted(statuses.items())},
        "sends tried": sum(row.attempts for found in outgoing.values() for row in found),
    }
    return verdict, outgoing


def judge_shown(verdict: Verdict, expected: Mapping[str, Sequence[tuple[str, bool]]], shown: Mapping[str, Sequence[str]]) -> None:
    """Check what people saw: everything, in order, and nothing twice unless it was marked as uncertain.

    `expected`: person -> (text, whether it may have come twice), in order. `shown`: person -> texts as they came.
    """
    twice = 0
    for person, texts in expected.items():
        doubtful = {text for text, maybe_twice in texts if maybe_twice}
        at = 0
        for text in shown.get(person, ()):
            if at < len(texts) and text == texts[at][0]:
                at += 1
            elif text in doubtful:
                twice += 1
            else:
                verdict.expect(False, f"{person}: something was shown that was not said, came twice, or out of its order")
        verdict.expect(at == len(texts), f"{person}: {len(texts) - at} of {len(texts)} replies did not arrive in their order")
    verdict.figures["replies seen twice"] = twice
    verdict.figures["replies marked as perhaps seen twice"] = sum(marked for texts in expected.values() for _, marked in texts)


def judge_pushes(verdict: Verdict, expected: Mapping[str, Sequence[tuple[str, bool]]], pushed: Mapping[str, Sequence[str]]) -> None:
    """Check that no push came twice. `pushed`: person -> texts that came by push; the same words may have been said several times."""
    for person, texts in pushed.items():
        said = Counter(text for text, _ in expected.get(person, ()))
        verdict.expect(not Counter(texts) - said, f"{person}: a push came twice")


def people_of(engine: Engine, channel: str) -> dict[int, str]:
    """Return conversation id -> the channel's own user id."""
    with Session(engine) as session:
        rows = session.execute(select(Conversation.id, Conversation.channel_user).where(Conversation.channel == channel))
        return {conversation_id: user for conversation_id, user in rows}
