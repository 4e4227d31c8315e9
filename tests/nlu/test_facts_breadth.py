"""Whole messages in many voices: every fact that they state and no other (the table is `breadth.txt`)."""

from datetime import datetime
from pathlib import Path

import pytest

from knowledge.facts import merge
from nlu.facts import extract_facts

NOW = datetime.fromisoformat("2026-11-20T10:00:00+09:00")
TABLE = Path(__file__).with_name("breadth.txt")
UNCOUNTED = {("speaker", "self"), ("speaker", "family")}

Pairs = set[tuple[str, str]]


def pairs_of(written: str) -> Pairs:
    return {(key, value) for key, values in (part.split("=", 1) for part in written.split()) for value in values.split(",")}


def read_table() -> list[tuple[str | None, str, Pairs, Pairs]]:
    rows = []
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            asked, text, stated, allowed = [*(part.strip() for part in line.split("|")), "", ""][:4]
            rows.append((asked or None, text, pairs_of(stated), pairs_of(allowed)))
    return rows


def found(text: str, asked: str | None) -> Pairs:
    entities = [
        {"entity": one.key, "value": one.value, "start": one.start, "end": one.end, "text": one.text, "confidence_entity": one.confidence}
        for one in extract_facts(text, asked, NOW)
    ]
    facts, _ = merge({}, entities, asked=asked, message_id=None)
    said = {key: record["value"] for key, record in facts.items() if record["status"] == "said" and not key.startswith("need:")}
    values = [(key, one) for key, value in said.items() for one in (value if isinstance(value, list) else [value])]
    return {(key, "*" if key == "contact_time" else str(value)) for key, value in values}


@pytest.mark.parametrize(("asked", "text", "stated", "allowed"), read_table())
def test_a_message_gives_every_fact_it_states_and_no_other(asked: str | None, text: str, stated: Pairs, allowed: Pairs) -> None:
    got = found(text, asked)
    assert stated - got == set()
    assert got - stated - allowed - UNCOUNTED == set()
