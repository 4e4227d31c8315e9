import pytest

from nlu.values.places import find_municipalities


def names(text: str, asked: bool = False) -> list[str]:
    return [hit.name for hit in find_municipalities(text, asked)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("足立区", ["足立区"]),
        ("東京都足立区", ["足立区"]),
        ("八王子市内です", ["八王子市"]),
        ("川崎市多摩区登戸", ["川崎市"]),
        ("川崎市の多摩区", ["川崎市"]),
        ("浜松市中央区", ["浜松市"]),
        ("さいたま市大宮区", ["さいたま市"]),
        ("東大阪市に住んでいます", ["東大阪市"]),
        ("西東京市", ["西東京市"]),
        ("会津若松市", ["会津若松市"]),
        ("北葛飾郡松伏町に住んでいます", ["松伏町"]),
        ("大船渡市の三陸町", ["大船渡市"]),
        ("埼玉の川口", ["川口市"]),
        ("福島の会津若松", ["会津若松市"]),
        ("京都府京都市", ["京都市"]),
        ("大阪の堺", ["堺市"]),
        ("千葉の柏です", ["柏市"]),
        ("中央区と港区と北区", ["中央区", "港区", "北区"]),
        ("すぎなみく です", ["杉並区"]),
        ("練馬で探しています", ["練馬区"]),
        ("蒲田のアパートに住んでいます", ["大田区"]),
        ("佐藤さんに会った", []),
        ("大田さんの家", []),
        ("三好さん", []),
        ("境界線", []),
        ("旭日が見える", []),
        ("南向きの部屋", []),
        ("津々浦々", []),
        ("帰宅します。きたくします", []),
        ("足立区役所に行きました", []),
        ("市の窓口", []),
        ("区内がいい", []),
    ],
)
def test_a_municipality_is_found_where_the_words_make_it_one(text: str, found: list[str]) -> None:
    assert names(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("足立", ["足立区"]),
        ("せたがや", ["世田谷区"]),
        ("はちおうじ", ["八王子市"]),
        ("日野です", ["日野市"]),
        ("大田", ["大田区"]),
        ("松本さんに聞いてください", []),
        ("特にありません", []),
        ("駅の近くならどこでも", []),
    ],
)
def test_a_bare_name_is_enough_when_a_place_was_asked_for(text: str, found: list[str]) -> None:
    assert names(text, asked=True) == found


def test_a_name_in_two_prefectures_is_marked() -> None:
    (hit,) = find_municipalities("府中市です")
    assert hit.name == "府中市"
    assert set(hit.ambiguous) == {"13206", "34208"}


def test_a_prefecture_settles_which_one_is_meant() -> None:
    (hit,) = find_municipalities("広島県府中市です")
    assert (hit.code, hit.ambiguous) == ("34208", ())


def test_spans_are_those_of_the_text_as_typed() -> None:
    text = "😢　ｱﾉ、足立区に住んでいます"
    (hit,) = find_municipalities(text)
    assert text[hit.start : hit.end] == "足立区"
