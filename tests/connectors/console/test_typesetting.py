"""Whatever people write can be set, and is never a command."""

import io
from datetime import datetime
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from bot.case_files import CaseFile
from bot.models import Case
from bot.sheet import build_sheet
from connectors.console.exports.papers import intake_paper
from connectors.console.exports.spreadsheets import intake_workbook
from connectors.console.exports.typesetting import can_print, typeset
from tests.conftest import NOW

PLAIN = "これは試しです。"


def case_with(text: str, now: datetime) -> CaseFile:
    evidence = [{"message_id": 1, "text": text, "start": 0, "end": len(text)}]
    facts: Any = {
        "reasons": {"value": ["eviction_demand"], "status": "said", "evidence": evidence},
        "contact_time": {"value": text, "status": "said", "evidence": evidence},
        "desired_area": {"value": [text], "status": "said", "evidence": evidence},
    }
    case = Case(id=1, conversation_id=1, reference="TEST-0001", status="new", urgency="normal", municipality=text, consented_at=now, sensitive=False)
    return CaseFile(case, build_sheet(facts, {"desks": [{"id": "a", "kind": "housing_desk", "title": text, "why": text}]}, now), facts, {}, [], text)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(min_size=1, max_size=200))
def test_any_text_makes_a_sheet_and_a_workbook(text: str) -> None:
    file = case_with(text, NOW)
    pdf = typeset("intake", intake_paper(file, text, NOW), NOW)
    assert pdf.startswith(b"%PDF-")
    assert intake_workbook(file, NOW).startswith(b"PK")


@settings(max_examples=40, deadline=None)
@given(st.text(alphabet=st.sampled_from("#$@*_<>[]{}()\\/=+-'\"`~^&|;:evalsyinputs"), min_size=3, max_size=40))
def test_marks_of_the_typesetting_language_come_out_as_they_went_in(text: str) -> None:
    pdf = typeset("intake", intake_paper(case_with(text, NOW), PLAIN, NOW), NOW)
    words = "".join("".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages)
    assert "".join(text.split()) in words


def test_the_fonts_have_what_japanese_names_and_addresses_need() -> None:
    assert all(can_print(sign) for sign in "髙﨑𠮷濵德祐瀨邊邉齋齊槗①②⑳㈱㈲㍿℡〒々〆ヶｱｲｳ～〜―－￥①ⅳ㎡")
    assert all(can_print(sign) for sign in "ệăđñçÜß")
    assert can_print("😢")


def test_the_same_data_makes_the_same_paper() -> None:
    data = intake_paper(case_with(PLAIN, NOW), PLAIN, NOW)
    assert typeset("intake", data, NOW) == typeset("intake", data, NOW)
