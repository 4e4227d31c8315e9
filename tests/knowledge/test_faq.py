"""The FAQ's entries: their shape, their sources, and what they promise."""

import json
import re
from pathlib import Path

import pytest

from knowledge.errors import DataError
from knowledge.faq import FaqEntry, FaqRecord, entry_from_record, read_faq, search_faq, use_faq
from knowledge.faq_entries import load_faq_sources

QUERIES = Path(__file__).parent.parent / "data" / "faq_queries.jsonl"
PROMISES = re.compile(r"必ずもらえます|かならずもらえます|確実に|絶対に|必ず受けられ|かならず入れます|必ず見つかります")
RECORD = {
    "id": "sample_entry",
    "question": "質問ですか",
    "answer": "答えです。窓口で聞いてください。",
    "variants": ["言いかえ一", "言いかえ二", "言いかえ三"],
    "needs": ["housing_search"],
    "desk_kinds": ["housing_desk"],
    "source": {"document": "self", "as_of": "2026-11-21"},
}


def test_there_are_at_least_eighty_entries() -> None:
    assert len(read_faq()) >= 80


def test_every_entry_prints_its_source_and_date() -> None:
    for entry in read_faq():
        assert entry.as_of is not None
        assert f"{entry.as_of.year}年{entry.as_of.month}月{entry.as_of.day}日" in entry.source_line


def test_no_entry_is_older_than_its_source_allows() -> None:
    sources = load_faq_sources()
    for entry in read_faq():
        assert entry.source is not None
        stated = sources[entry.source.document].as_of
        assert stated is None or entry.source.as_of <= stated, entry.id


def test_the_documents_of_2007_and_2008_are_no_source_of_a_current_entry() -> None:
    assert not [entry.id for entry in read_faq() if entry.source and entry.source.document == "003" and entry.status == "current"]


def test_no_wording_and_no_id_stands_twice() -> None:
    wordings = [text for entry in read_faq() for text in (entry.id, entry.question, *entry.variants)]
    assert len(wordings) == len(set(wordings))


def test_answers_are_two_to_six_short_polite_sentences_without_promises() -> None:
    for entry in read_faq():
        sentences = [sentence for sentence in re.split("。", entry.answer) if sentence]
        assert 2 <= len(sentences) <= 6, entry.id
        assert max(len(sentence) for sentence in sentences) <= 95, entry.id
        assert not PROMISES.search(entry.answer), entry.id
        assert all(
            re.search(r"(です|ます|ません|ください|ましょう|ました|ですか|でしたね|ですね|はい)(（[^）]*）)?$", sentence)
            for sentence in sentences
        ), entry.id


def test_no_development_query_is_a_wording_of_an_entry() -> None:
    wordings = {text for entry in read_faq() for text in (entry.question, *entry.variants)}
    queries = [json.loads(line)["query"] for line in QUERIES.read_text(encoding="utf-8").splitlines()]
    assert len(queries) >= 150
    assert len(set(queries)) == len(queries)
    assert not wordings & set(queries)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"needs": ["no_such_need"]}, "no_such_need"),
        ({"desk_kinds": ["no_such_desk"]}, "no_such_desk"),
        ({"source": {"document": "no_such_document", "as_of": "2026-11-21"}}, "no_such_document"),
    ],
)
def test_an_unknown_id_is_refused_by_name(change: dict[str, object], named: str) -> None:
    with pytest.raises(DataError, match=f"sample_entry.*{named}"):
        entry_from_record(FaqRecord.model_validate(RECORD | change))


@pytest.mark.parametrize("line", ["extra: 1", "variants: [一つ]", "source: {document: self}"])
def test_a_file_with_a_wrong_field_names_file_and_record(tmp_path: Path, line: str) -> None:
    key = line.split(":")[0]
    record = {name: value for name, value in RECORD.items() if name != key}
    rows = "".join(f"    {name}: {json.dumps(value, ensure_ascii=False)}\n" for name, value in record.items() if name != "id")
    (tmp_path / "topic.yml").write_text(f"faqs:\n  - id: sample_entry\n{rows}    {line}\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"topic\.yml: sample_entry"):
        read_faq(tmp_path)


def test_entries_put_in_use_are_found_at_once_and_ended_ones_never() -> None:
    entry = FaqEntry(id="bicycle", question="自転車置き場はどこで借りられますか", answer="自転車置き場は管理人に聞いてください。")
    try:
        use_faq([entry])
        assert [hit.entry.id for hit in search_faq("自転車置き場を借りたい")] == ["bicycle"]
        use_faq([FaqEntry(id="bicycle", question=entry.question, answer=entry.answer, status="ended")])
        assert search_faq("自転車置き場を借りたい") == []
    finally:
        use_faq(read_faq())
