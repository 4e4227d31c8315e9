"""Needs that people ask for in so many words."""

from datetime import datetime

import pytest

from nlu.facts import extract_facts

NOW = datetime.fromisoformat("2026-11-20T10:00:00+09:00")


def needs(text: str) -> set[int | str]:
    return {mention.value for mention in extract_facts(text, None, NOW) if mention.key == "need"}


ASKED = [
    ("次の部屋を探しています", "housing_search"),
    ("市営住宅の申し込み方を教えてください", "public_housing_application"),
    ("URはどうですか", "public_housing_application"),
    ("今夜泊まるところがありません", "temporary_stay"),
    ("保証会社は使えますか", "rent_guarantee"),
    ("敷金礼金が用意できません", "initial_cost"),
    ("家賃の補助はありますか", "rent_support"),
    ("債務整理をしたいです", "debt_counselling"),
    ("裁判所から書類が届きました", "legal_advice"),
    ("内容証明が来ました", "legal_advice"),
    ("生活保護を申請したいです", "livelihood_support"),
    ("所持金が500円しかありません", "livelihood_support"),
    ("仕事を探しています", "employment_support"),
    ("フードバンクを使いたい", "food_support"),
    ("荷造りがひとりではできません", "moving_support"),
    ("不動産屋に一人で行くのが不安です", "viewing_accompaniment"),
    ("一人で倒れたら誰が気づいてくれるのか心配です", "watch_over"),
    ("死んだ後の片づけが心配です", "after_death_affairs"),
    ("お風呂に一人で入れなくて手伝ってほしい", "care_service"),
    ("ヘルパーさんを頼みたいです", "care_service"),
    ("お金がなくて病院に行けません", "medical_care"),
    ("お金の管理ができなくて困っています", "money_management"),
    ("成年後見について知りたい", "money_management"),
    ("子育てがつらいです", "child_support"),
    ("転校させるのが心配です", "school_support"),
    ("娘が不登校です", "school_support"),
    ("大家さんとのトラブルで間に入ってほしい", "landlord_mediation"),
    ("住民税が払えていません", "tax_utility_payment"),
    ("職場のパワハラがつらいです", "work_trouble"),
    ("息子が10年ひきこもっています", "hikikomori_support"),
    ("日本語がむずかしいです", "language_support"),
    ("話し相手がほしいです", "social_connection"),
    ("もうすぐ出所します", "release_support"),
    ("母と仲が悪くて悩んでいます", "family_relations"),
]

NOT_ASKED = [
    ("お金の管理はできています", "money_management"),
    ("仕事は順調です", "work_trouble"),
    ("パートナーと暮らす部屋を探しています", "employment_support"),
    ("介護の仕事をしています", "care_service"),
    ("貯金は120万あります", "livelihood_support"),
]


@pytest.mark.parametrize(("text", "need"), ASKED)
def test_a_need_that_is_asked_for_is_found(text: str, need: str) -> None:
    assert need in needs(text)


@pytest.mark.parametrize(("text", "need"), NOT_ASKED)
def test_a_look_alike_is_no_need(text: str, need: str) -> None:
    assert need not in needs(text)
