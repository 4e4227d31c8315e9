from datetime import date

import pytest

from nlu.values.dates import month_end
from nlu.values.lexicon import FOLDER, LexiconError, load_lexicon
from nlu.values.normalise import normalise
from nlu.values.numbers import parse_number, with_digits
from nlu.values.wareki import era_year, format_wareki


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("十二", 12),
        ("二十", 20),
        ("百五", 105),
        ("千二百", 1200),
        ("一九五三", 1953),
        ("3万5千", 35000),
        ("三万五千", 35000),
        ("2.5万", 25000),
        ("6万5", 65000),
        ("5万3千7百", 53700),
        ("1万2000", 12000),
        ("1,200", 1200),
        ("二百万", 2000000),
        ("1億2千万", 120000000),
        ("五六万", 60000),
        ("五十六万", 560000),
        ("4まん5せん", 45000),
        ("〇", 0),
        ("数十", None),
        ("abc", None),
        ("", None),
    ],
)
def test_a_number_is_read_as_spelled(text: str, value: int | None) -> None:
    assert parse_number(text) == value


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("八万二千円", "82000円"),
        ("８万", "80000円"),
        ("4まん5せんえん", "45000円"),
        ("5、6万", "60000円"),
        ("5~6万円", "60000円"),
        ("76さい", "76歳"),
        ("四ヶ月", "4か月"),
        ("ふた月", "2か月"),
        ("半年分", "6か月分"),
        ("三名", "3人"),
        ("ひとり暮らし", "1人暮らし"),
        ("八王子と三鷹と千葉", "八王子と三鷹と千葉"),
        ("数十万", "数十万"),
        ("何百円", "何百円"),
        ("二、三か月", "3か月"),
        ("2027年3月31日", "2027年3月31日"),
        ("万が一", "万が一"),
        ("一人っ子", "一人っ子"),
        ("5万人", "50000人"),
    ],
)
def test_numbers_in_text_become_plain_digits(typed: str, expected: str) -> None:
    assert with_digits(normalise(typed)).text == expected


@pytest.mark.parametrize(
    ("era", "year", "common"),
    [
        ("昭和", "28", 1953),
        ("令和", "元", 2019),
        ("平成", "31", 2019),
        ("R", "9", 2027),
        ("大正", "15", 1926),
    ],
)
def test_an_era_year_has_its_common_year(era: str, year: str, common: int) -> None:
    assert era_year(era, year) == common


@pytest.mark.parametrize(
    ("day", "text"),
    [
        (date(2027, 3, 31), "令和9年3月31日"),
        (date(2019, 5, 1), "令和元年5月1日"),
        (date(2019, 4, 30), "平成31年4月30日"),
        (date(1989, 1, 7), "昭和64年1月7日"),
    ],
)
def test_a_day_is_printed_in_its_era(day: date, text: str) -> None:
    assert format_wareki(day) == text


def test_months_run_over_the_end_of_the_year() -> None:
    assert month_end(2026, 14) == date(2027, 2, 28)
    assert month_end(2028, 2) == date(2028, 2, 29)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yml")), ids=lambda path: path.stem)
def test_every_pattern_file_loads_and_every_pattern_compiles(path: object) -> None:
    lexicon = load_lexicon(path.stem)  # type: ignore[attr-defined]
    for key in lexicon.pattern_names():
        assert lexicon.pattern(key).pattern


def test_an_unknown_pattern_is_named_in_the_error() -> None:
    with pytest.raises(LexiconError, match=r"money\.yml.*no_such"):
        load_lexicon("money").pattern("no_such")
