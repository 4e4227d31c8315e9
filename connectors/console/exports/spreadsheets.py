"""Papers as XLSX workbooks. No cell is ever a formula: what looks like one is written as text, and stays text when saved as CSV."""

import io
from collections.abc import Iterable, Sequence
from datetime import datetime

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from bot.case_files import CaseFile
from connectors.console.exports.papers import blanks, concern_mark, fact_basis, known_facts, suggested
from connectors.console.exports.wording import paper_words, print_time
from connectors.console.wording import load_wording, print_fact
from knowledge.exchange_cells import guard

MOST_SIGNS = 32_767  # of a cell, in Excel
_HEAD = PatternFill("solid", fgColor="F1F1F4")
_WIDEST, _NARROWEST = 60, 8
Row = Sequence[str | int | float | None]


def workbook(sheets: Iterable[tuple[str, Row, Sequence[Row]]]) -> bytes:
    """Return an XLSX file of (title, header, rows); texts are guarded, numbers stay numbers."""
    book = Workbook()
    book.remove(book.active)
    for title, header, rows in sheets:
        _fill(book.create_sheet(title), header, rows)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def intake_workbook(file: CaseFile, now: datetime) -> bytes:
    """Return the 相談受付・申込票 and the assessment with all of the person's words, one table a sheet."""
    words, sheet = paper_words(), file.sheet
    names = words.intake_sheets
    return workbook(
        [
            (names["intake"], [words.intake.title, ""], _intake_rows(file, now)),
            (names["concerns"], [words.intake.concerns, "", words.assessment.reason, words.assessment.words], [
                [concern.label, concern_mark(concern), words.joiner.join(concern.reasons), _quoted(concern.words)] for concern in sheet.concerns
            ]),
            (names["assessment"], _assessment_header(), _assessment_rows(file)),
            (names["needs"], [words.assessment.needs, words.assessment.basis, words.assessment.reason, words.assessment.words], [
                [need.label, load_wording().need_status[need.status], words.joiner.join(need.reasons), _quoted(need.words)] for need in sheet.needs
            ]),
            (names["suggested"], [words.intake.suggested, words.assessment.reason], [[one["title"], one["note"]] for one in suggested(sheet)]),
        ]
    )  # fmt: skip


def _intake_rows(file: CaseFile, now: datetime) -> list[Row]:
    words, sheet, case = paper_words(), file.sheet, file.case
    contact = sheet.contact
    return [
        [words.intake.reference, case.reference],
        [words.intake.received, print_time(case.consented_at)],
        [words.intake.place, file.place or ""],
        [words.intake.status, load_wording().case_status.get(case.status, case.status)],
        [words.intake.urgency, load_wording().urgency[sheet.urgency]],
        [words.assessment.reason, words.joiner.join(sheet.urgency_reasons)],
        [words.intake.contact_method, contact.method],
        [words.intake.contact_time, contact.time],
        *([words.intake.contact, note.text] for note in contact.notes),
        *([words.intake.strengths, strength.text] for strength in sheet.strengths),
        ["", words.made_at.format(moment=print_time(now))],
        ["", words.handle_with_care],
    ]


def _assessment_header() -> Row:
    words = paper_words().assessment
    return [words.title, words.item, words.value, words.basis, words.words]


def _assessment_rows(file: CaseFile) -> list[Row]:
    rows: list[Row] = []
    for section in file.sheet.sections:
        rows += [
            [section.label, fact.label, print_fact(fact.value), fact_basis(fact, file.authors.get(fact.key, "")), _quoted(fact.words)]
            for fact in known_facts(section, file.sheet)
        ]
        for status, empty in blanks(section, file.sheet).items():
            rows += [[section.label, fact.label, "", paper_words().assessment.blanks[status], _quoted(fact.words)] for fact in empty]
    return rows


def _quoted(words: Sequence[str]) -> str:
    return "\n".join(words)


def _fill(sheet: Worksheet, header: Row, rows: Sequence[Row]) -> None:
    for number, row in enumerate([header, *rows], start=1):
        for column, value in enumerate(row, start=1):
            cell = sheet.cell(number, column)
            _write(cell, value)
            cell.alignment = Alignment(vertical="top", wrap_text=True)
            if number == 1:
                cell.font, cell.fill = Font(bold=True), _HEAD
    for column in range(1, len(header) + 1):
        widest = max((_width(row[column - 1]) for row in [header, *rows] if len(row) >= column), default=0)
        sheet.column_dimensions[get_column_letter(column)].width = max(_NARROWEST, min(_WIDEST, widest + 2))
    sheet.freeze_panes = "A2"
    if rows:
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(header))}{len(rows) + 1}"


def _write(cell: Cell, value: str | int | float | None) -> None:
    if isinstance(value, str):
        cell.value = guard(ILLEGAL_CHARACTERS_RE.sub("", value))[:MOST_SIGNS]
        cell.data_type = "s"
    else:
        cell.value = value


def _width(value: str | int | float | None) -> int:
    """Return how wide a value is in a column, in half-width signs."""
    lines = str("" if value is None else value).split("\n")
    return max(sum(2 if ord(sign) > 0x2E7F else 1 for sign in line) for line in lines)
