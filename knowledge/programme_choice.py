"""Which programmes to tell a person about, and how: only what the rules returned, never a promise."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from knowledge.needs import NeedFinding, load_needs
from knowledge.phrases import word
from knowledge.programme_schema import Amount
from knowledge.programmes import ProgrammeFinding, amounts_for, check_programmes
from knowledge.vocabulary import load_vocabulary


def fitting_programmes(
    values: Mapping[str, Any], needs: Sequence[NeedFinding], now: datetime, already: Collection[str] = (), limit: int = 3
) -> list[ProgrammeFinding]:
    """Return current programmes for the person's needs that the rules do not rule out, the surest and weightiest first.

    A fitting one rests on what the person said, so it may be named whatever it is about; an undecided one only when the person
    named the need, and not for a sensitive need alone.
    """
    open_needs = {need.id: need for need in needs if need.in_summary and need.status != "declined"}
    named = {need.id for need in open_needs.values() if need.status in ("stated", "confirmed")}
    found: list[tuple[float, ProgrammeFinding]] = []
    for finding in check_programmes(values, now):
        served = [open_needs[need] for need in finding.programme.needs if need in open_needs]
        speakable = [
            need for need in served if finding.verdict == "yes" or need.id in named or not load_needs().needs[need.id].sensitive
        ]
        if finding.id in already or not speakable or finding.verdict == "no":
            continue
        if finding.verdict == "yes" or any(need.id in named for need in served):
            surest = 10.0 if finding.decided and finding.verdict == "yes" else 0.0
            found.append((surest + max(need.score for need in speakable), finding))
    return [finding for _, finding in sorted(found, key=lambda pair: -pair[0])][:limit]


def programme_card(finding: ProgrammeFinding, values: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """Return a programme as the fields of a reply's card: why it may fit, what the desk decides, where to ask."""
    record = finding.programme
    kinds = load_vocabulary().desk_kinds
    why = word("programme_fits" if finding.verdict == "yes" else "programme_open").format(
        reasons=word("join").join(finding.decided or finding.open)
    )
    desk = word("programme_desk").format(desks=word("join").join(kinds[kind] for kind in record.desk_kinds[:2])) if record.desk_kinds else ""
    amounts = word("join").join(_amount(amount) for amount in amounts_for(record, values, now))
    left = word("programme_left").format(items=word("join").join(finding.left_to_desk)) if finding.left_to_desk else ""
    source = record.source
    as_of = record.as_of
    return {
        "id": record.id,
        "title": record.name,
        "what": record.what,
        "why": why if (finding.decided or finding.open) else "",
        "hours": amounts,
        "reach": [{"kind": "visit", "label": desk, "href": None}] if desk else [],
        "say": word("programme_say").format(name=record.name),
        "bring": list(record.documents),
        "source": word("source").format(title=source.title, publisher=source.publisher) if source and source.title else "",
        "as_of": word("as_of").format(year=as_of.year, month=as_of.month, day=as_of.day) if as_of else "",
        "notice": word("gap").join(part for part in (word("programme_notice"), left) if part),
    }


def _amount(amount: Amount) -> str:
    """Return a sum as people read it: unit, sum, for whom."""
    figure = amount.text or word("yen").format(amount=f"{amount.amount_jpy:,}")
    parts = [f"{amount.unit} {figure}" if amount.unit else figure, amount.condition or ""]
    return word("gap").join(part for part in parts if part)
