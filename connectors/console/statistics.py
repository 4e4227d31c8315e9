"""The council's view: figures to read, as charts with a table under each, as CSV and as a workbook. Nothing about a person stands behind it."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated

import yaml
from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict

from bot.figures import MOST_MONTHS, Figures, Row, Table, read_figures, whole_months
from bot.staff import note
from connectors.console.access import ConsoleRoute, Visit, visit_as
from connectors.console.exports.routes import XLSX, attachment, day_stem
from connectors.console.exports.spreadsheets import workbook
from connectors.console.pages import page
from connectors.console.wording import load_wording
from knowledge.exchange_cells import guard
from knowledge.practices import load_practices
from knowledge.vocabulary import load_vocabulary

_FILE = Path(__file__).parent / "statistics.yml"
_MONTHS = 6
_BAR = 28
_CATALOGUE = "004"
router = APIRouter(prefix="/console/statistics", route_class=ConsoleRoute)
Council = Annotated[Visit, Depends(visit_as("council", "supervisor"))]


class TableWords(BaseModel):
    """What one table is called. `row`: the head of its first column."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    title: str
    what: str
    row: str


class StatisticsWords(BaseModel):
    """What `statistics.yml` says."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    title: str
    sample: str
    tables: dict[str, TableWords]
    columns: dict[str, str]
    wait: dict[str, str]
    hops: dict[str, str]
    unknown: str
    hidden: str
    hidden_sign: str
    month: str
    chart: str
    file: str
    csv_header: list[str]


@dataclass(frozen=True)
class Bar:
    """One bar of a chart: where it lies and how long it is, in units of the drawing. `width`: None when the number is hidden."""

    label: str
    count: int | None
    y: int
    width: float | None


@cache
def statistics_words() -> StatisticsWords:
    """Return the words, read once. Raises pydantic's ValidationError when the file has gaps or unknown fields."""
    return StatisticsWords.model_validate(yaml.safe_load(_FILE.read_text(encoding="utf-8")))


@router.get("/")
def show_statistics(here: Council, request: Request) -> Response:
    """All figures of the chosen months."""
    months, sample, figures = _read(here, request, "statistics_read")
    catalogue = [one for one in load_practices().practices if one.source and one.source.document == _CATALOGUE]
    return page(
        "statistics.html",
        logged_in=here.who,
        stats=statistics_words(),
        figures=figures,
        months=months,
        sample=sample,
        label=label_of,
        bars=bars_of,
        bar_height=_BAR,
        catalogue=[one for one in catalogue if one.level == "prefecture"],
    )


@router.get("/figures.csv")
def hand_out_csv(here: Council, request: Request) -> Response:
    """The same figures, one number a line."""
    _months, sample, figures = _read(here, request, "statistics_csv")
    words, out = statistics_words(), io.StringIO()
    writer = csv.writer(out)
    writer.writerow(words.csv_header)
    for table in figures.tables:
        title = _title(table, sample)
        for row in table.rows:
            for column, count in zip(_columns(table), _counts(row, table), strict=True):
                writer.writerow([guard(title), guard(label_of(table.kind, row.id)), guard(column), words.hidden_sign if count is None else count])
    # The mark at the beginning tells Excel that it is UTF-8.
    body = out.getvalue().encode("utf-8-sig")
    name = f"{words.file}{words.sample if sample else ''}"
    answer = attachment(body, "text/csv; charset=utf-8", day_stem(name, here.now))
    answer.headers["Content-Disposition"] = answer.headers["Content-Disposition"].removesuffix("json") + "csv"
    return answer


@router.get("/report.xlsx")
def hand_out_workbook(here: Council, request: Request) -> Response:
    """The report to the council: the same figures, one table a sheet."""
    _months, sample, figures = _read(here, request, "statistics_xlsx")
    words = statistics_words()
    sheets = [
        (
            f"{number}_{words.tables[table.id].title}"[:31],
            [words.tables[table.id].row, *_columns(table), _title(table, sample)],
            [
                [label_of(table.kind, row.id), *(words.hidden_sign if count is None else count for count in _counts(row, table))]
                for row in table.rows
            ],
        )
        for number, table in enumerate(figures.tables, 1)
    ]
    return attachment(workbook(sheets), XLSX, day_stem(f"{words.file}{words.sample if sample else ''}", here.now))


def label_of(kind: str, name: str) -> str:
    """Return how a row's or column's id is called."""
    words, vocabulary = statistics_words(), load_vocabulary()
    if kind == "month":
        return words.month.format(year=name[:4], month=int(name[5:]))
    if kind == "gap":
        place, _, desk = name.partition(":")
        return f"{place} {vocabulary.desk_kinds.get(desk, desk)}"
    names: dict[str, dict[str, str]] = {
        "urgency": load_wording().urgency,
        "status": load_wording().case_status,
        "household": dict(vocabulary.facts["household"].values or {}),
        "need": dict(vocabulary.needs),
        "wait": words.wait,
        "hops": words.hops,
        "basis": words.columns,
    }
    return names.get(kind, {}).get(name) or (name if name not in ("", "unknown") else words.unknown)


def bars_of(table: Table) -> list[Bar]:
    """Return the bars of the table's totals; the longest is 300 units."""
    longest = max((row.total or 0 for row in table.rows), default=0) or 1
    return [
        Bar(label_of(table.kind, row.id), row.total, at * _BAR, None if row.total is None else round(300 * row.total / longest, 1))
        for at, row in enumerate(table.rows)
    ]


def _read(here: Visit, request: Request, action: str) -> tuple[int, bool, Figures]:
    asked = request.query_params.get("months", "")
    months = min(max(int(asked), 1), MOST_MONTHS) if asked.isdecimal() and len(asked) < 4 else _MONTHS
    sample = request.query_params.get("sample") == "yes"
    figures = read_figures(here.session, whole_months(here.now, months), sample=sample)
    note(here.session, here.who.staff.id, action, "statistics:list", here.now)
    here.session.commit()
    return months, sample, figures


_COLUMN_KINDS = {"needs": "basis", "needs_month": "month", "needs_household": "household", "needs_urgency": "urgency", "needs_place": "place"}


def _columns(table: Table) -> list[str]:
    words = statistics_words().columns
    if not table.columns:
        return [words["count"]]
    return [*(label_of(_COLUMN_KINDS[table.id], column) for column in table.columns), words["total"]]


def _counts(row: Row, table: Table) -> Sequence[int | None]:
    return [*row.cells, row.total] if table.columns else [row.total]


def _title(table: Table, sample: bool) -> str:
    words = statistics_words()
    return f"{words.tables[table.id].title}{f'（{words.sample}）' if sample else ''}"
