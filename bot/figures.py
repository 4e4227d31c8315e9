"""The council's figures: tables of whole months without anything about a person, counts under five hidden."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.models import DirectoryGap
from bot.queue import CASE_STATUSES, URGENCIES
from bot.suppression import LEAST, Line, protect
from bot.tally import STATIONS, TOKYO, UNKNOWN, WAITS, Tally, collect
from knowledge.vocabulary import load_vocabulary

MOST_MONTHS = 24
_BASES = ("said", "suspected")
_WAITED = (*(name for name, _longest in WAITS), "later", "not_yet")
_HOPS = ("0", "1", "2")


@dataclass(frozen=True)
class Row:
    """One row: an id (of what the table counts by) and its counts, None where hidden. Rows by place have the place as id."""

    id: str
    cells: tuple[int | None, ...]
    total: int | None


@dataclass(frozen=True)
class Table:
    """A table of counts. `columns`: ids; empty when there is the total alone. `kind`: what the rows' ids are."""

    id: str
    kind: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def shown(self) -> bool:
        """Whether there is any number above zero to see."""
        return any(row.total or any(row.cells) for row in self.rows)

    @property
    def hides(self) -> bool:
        """Whether a number is hidden."""
        return any(row.total is None or None in row.cells for row in self.rows)


@dataclass(frozen=True)
class Figures:
    """All tables over these months, oldest first. `cases`: None when under five."""

    months: tuple[str, ...]
    cases: int | None
    tables: tuple[Table, ...]


def whole_months(now: datetime, count: int) -> tuple[str, ...]:
    """Return the last `count` months (YYYY-MM, Asia/Tokyo) that are over, oldest first."""
    local = now.astimezone(TOKYO)
    ends = [local.year * 12 + local.month - 1 - back for back in range(count, 0, -1)]
    return tuple(f"{month // 12:04}-{month % 12 + 1:02}" for month in ends)


def read_figures(session: Session, months: Sequence[str], *, sample: bool = False) -> Figures:
    """Return the figures of these months. `sample`: of the samples (見本) alone, which are otherwise left out."""
    tally, months = collect(session, months, sample=sample), tuple(months)
    vocabulary = load_vocabulary()
    households = (*(vocabulary.facts["household"].values or ()), UNKNOWN)
    places = sorted({key.municipality for key in tally if key.measure == "case"})
    cases = protect([_sum(tally, "case", month=month) for month in months])
    needs = sorted({key.value for key in tally if key.measure == "need"}, key=list(vocabulary.needs).index)
    tables = [
        _single("cases", "month", months, cases),
        _single("municipalities", "place", places, protect([_sum(tally, "case", place=place) for place in places])),
        _single("urgency", "urgency", URGENCIES, protect([_sum(tally, "urgency", value=one) for one in URGENCIES])),
        _single("households", "household", households, protect([_sum(tally, "household", value=one) for one in households])),
        _by("needs", _BASES, needs, lambda need: [_sum(tally, "need", value=need, by=one) for one in _BASES]),
        _by("needs_month", months, needs, lambda need: [_sum(tally, "need", value=need, month=one) for one in months]),
        _by("needs_household", households, needs, lambda need: [_sum(tally, "need_household", value=need, by=one) for one in households]),
        _by("needs_urgency", URGENCIES, needs, lambda need: [_sum(tally, "need_urgency", value=need, by=one) for one in URGENCIES]),
        _by("needs_place", places, needs, lambda need: [_sum(tally, "need", value=need, place=one) for one in places]),
        _gaps(session, months, sample),
        _single("furthest", "status", STATIONS, protect([_sum(tally, "furthest", value=one) for one in STATIONS])),
        _single("status", "status", CASE_STATUSES, protect([_sum(tally, "status", value=one) for one in CASE_STATUSES])),
        _single("wait", "wait", _WAITED, protect([_sum(tally, "wait", value=one) for one in _WAITED])),
        _single("hops", "hops", _HOPS, protect([_sum(tally, "hops", value=one) for one in _HOPS])),
        _single("unanswered", "month", months, protect([_sum(tally, "unanswered", month=one) for one in months])),
    ]
    return Figures(months, cases.total, tuple(tables))


def _sum(tally: Tally, measure: str, *, month: str = "", place: str | None = None, value: str | None = None, by: str | None = None) -> int:
    return sum(
        count
        for key, count in tally.items()
        if key.measure == measure
        and (not month or key.month == month)
        and place in (None, key.municipality)
        and value in (None, key.value)
        and by in (None, key.by)
    )


def _single(name: str, kind: str, ids: Iterable[str], line: Line) -> Table:
    """One count a row. Rows share a total, so they are hidden together as one line."""
    return Table(name, kind, (), tuple(Row(one, (), cell) for one, cell in zip(ids, line.cells, strict=True)))


def _by(name: str, columns: Sequence[str], needs: Sequence[str], counts: Callable[[str], Sequence[int]]) -> Table:
    """Counts of needs by something. A person has several needs: columns add up to nothing that is shown."""
    lines = [(need, protect(counts(need))) for need in needs]
    return Table(name, "need", tuple(columns), tuple(Row(need, line.cells, line.total) for need, line in lines))


def _gaps(session: Session, months: Sequence[str], sample: bool) -> Table:
    """People who were told that their municipality has no desk of a kind, by place and kind; those under five are left out altogether."""
    people: dict[tuple[str, str], int] = {}
    for gap in session.scalars(select(DirectoryGap).where(DirectoryGap.month.in_(months), DirectoryGap.sample.is_(sample))):
        key = (f"{gap.prefecture}{gap.municipality}", gap.desk_kind)
        people[key] = people.get(key, 0) + gap.people
    often = sorted((item for item in people.items() if item[1] >= LEAST), key=lambda item: (-item[1], item[0]))
    return Table("gaps", "gap", (), tuple(Row(f"{place}:{kind}", (), count) for (place, kind), count in often))
