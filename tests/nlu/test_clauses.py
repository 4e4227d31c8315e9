"""Clauses and what is noticed about them."""

import pytest

from nlu.clauses import Clause, is_negated_after, read_clauses
from nlu.folding import fold


def last(text: str) -> Clause:
    return read_clauses(text).clauses[-1]


@pytest.mark.parametrize("text", ["", "。", "犬がいます。でも、家賃が高いので困っています。", "いま ともだちの いえです", "🙂\n\n?"])
def test_clauses_cover_the_text_without_gaps(text: str) -> None:
    reading = read_clauses(text)
    assert reading.clauses[0].start == 0
    assert reading.clauses[-1].end == len(reading.text)
    assert all(one.end == two.start for one, two in zip(reading.clauses, reading.clauses[1:], strict=False))


def test_a_message_is_split_at_stops_and_joining_words() -> None:
    reading = read_clauses("年金だけなので苦しいです。部屋を探しています")
    assert [reading.text[one.start : one.end] for one in reading.clauses] == ["年金だけなので", "苦しいです。", "部屋を探しています"]
    assert [one.sentence for one in reading.clauses] == [0, 0, 1]


@pytest.mark.parametrize("text", ["受けていません", "おらへん", "知らんばい。", "持ってねえ", "食べとらん。", "いねえよ"])
def test_a_denial_is_noticed_in_many_voices(text: str) -> None:
    assert last(text).negated


@pytest.mark.parametrize("text", ["困っているんです", "見えるんですが", "かならず行きます", "少しずつ返します"])
def test_look_alikes_of_a_denial_are_none(text: str) -> None:
    assert not last(text).negated


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("父は入院しています", "parent"),
        ("友人が困っています", "other"),
        ("夫は会社員です", "partner"),
        ("私は元気です", "self"),
        ("困っています", ""),
    ],
)
def test_a_clause_knows_whom_it_is_about(text: str, who: str) -> None:
    assert last(text).who == who


def test_a_topic_lasts_for_its_sentence_and_a_subject_does_not() -> None:
    assert read_clauses("母は78歳で、一人です").clauses[-1].who == "parent"
    assert read_clauses("母が入院して、一人です").clauses[-1].who == ""


@pytest.mark.parametrize("text", ["昔は犬を飼っていました", "以前は働いていた", "若い頃は元気でした"])
def test_what_is_over_is_past(text: str) -> None:
    assert last(text).past


def test_now_ends_the_past() -> None:
    clauses = read_clauses("昔は働いていましたが、今は無職です").clauses
    assert (clauses[0].past, clauses[-1].past) == (True, False)


@pytest.mark.parametrize("text", ["もし倒れたらどうしよう", "入院した場合はどうなりますか", "言われたら困る"])
def test_what_is_only_supposed_is_marked(text: str) -> None:
    assert any(clause.supposed for clause in read_clauses(text).clauses)


@pytest.mark.parametrize(
    ("text", "asked"), [("借りられますか", True), ("どうしたらいいでしょうか", True), ("借りました", False), ("いいのかな？", True)]
)
def test_a_question_is_noticed(text: str, asked: bool) -> None:
    assert last(text).asked is asked


def test_quoted_words_are_known() -> None:
    reading = read_clauses("大家に「出て行け」と言われた")
    start = reading.text.index("出て")
    assert reading.is_quoted(start, start + 4)
    assert not reading.is_quoted(0, 2)


@pytest.mark.parametrize(
    ("text", "end", "denied"),
    [
        ("受けていません", 2, True),
        ("受けています", 2, False),
        ("眠れません", 4, False),
        ("知られたくない", 5, False),
        ("借金ではない", 2, True),
    ],
)
def test_a_denial_right_after_a_finding(text: str, end: int, denied: bool) -> None:
    assert is_negated_after(text, end) is denied


def test_folding_leads_back_to_the_typed_text() -> None:
    text = "ﾈｺ と ＵＲ、１ｋ"
    folded = fold(text)
    assert folded.text == "ねことur、1k"
    at = folded.text.index("ur")
    assert text[slice(*folded.original_span(at, at + 2))] == "ＵＲ"


def test_decimal_points_are_no_stops() -> None:
    assert fold("9.5万です").text == "9.5万です"
