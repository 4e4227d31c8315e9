"""Counting where people looked for a desk in vain: what a council can act on, without a word about anybody."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.models import DirectoryGap

_TOKYO = ZoneInfo("Asia/Tokyo")
EFFECT = "gap:"
"""How an action tells the turn of a gap: gap:MUNICIPALITY:PREFECTURE:KIND:KNOWN:GIVEN (knowledge.suggestions.Gap)."""


def count_gaps(session: Session, effects: Iterable[str], now: datetime, *, sample: bool = False) -> None:
    """Count one person more for every gap among `effects`; the others are left alone. `sample`: kept apart from what is real. The caller commits."""
    month = now.astimezone(_TOKYO).strftime("%Y-%m")
    for effect in effects:
        if not effect.startswith(EFFECT):
            continue
        municipality, prefecture, kind, known, given = effect.removeprefix(EFFECT).split(":")
        key = {"municipality": municipality, "prefecture": prefecture, "desk_kind": kind, "month": month, "known": known, "given": given, "sample": sample}
        gap = session.scalar(select(DirectoryGap).filter_by(**key))
        if gap is None:
            gap = DirectoryGap(**key, people=0)
            session.add(gap)
        gap.people += 1
        session.flush()
