"""Programmes are told from what the rules returned, without a promise."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.reply import Card
from knowledge.facts import derive, plain_values
from knowledge.needs import infer_needs
from knowledge.programme_choice import fitting_programmes, programme_card

NOW = datetime(2026, 11, 20, 10, tzinfo=ZoneInfo("Asia/Tokyo"))


def facts(**values: Any) -> dict[str, Any]:
    return derive({key: {"value": value, "status": "said", "evidence": []} for key, value in values.items()})


def told(already: tuple[str, ...] = (), **values: Any) -> list[str]:
    known = facts(**values)
    return [one.id for one in fitting_programmes(plain_values(known), infer_needs(known, NOW), NOW, already)]


LOST_WORK = {"reasons": ["job_loss", "rent_arrears"], "housing_now": "private_rent", "age": 45, "household": "single"}


def test_who_lost_work_and_cannot_pay_the_rent_hears_of_the_housing_benefit() -> None:
    assert "juukyo_kakuho_kyuufukin" in told(**LOST_WORK)


def test_nothing_is_told_twice() -> None:
    assert "juukyo_kakuho_kyuufukin" not in told(already=("juukyo_kakuho_kyuufukin",), **LOST_WORK)


def test_who_told_nothing_hears_of_nothing() -> None:
    assert told() == []


def test_an_undecided_programme_is_told_only_for_a_need_that_was_named() -> None:
    assert "seikatsu_hogo_juutaku_fujo" not in told(reasons=["rent_too_high"])


def test_a_card_says_why_and_that_the_desk_decides() -> None:
    known = facts(**LOST_WORK)
    finding = fitting_programmes(plain_values(known), infer_needs(known, NOW), NOW)[0]
    card = Card.model_validate(programme_card(finding, plain_values(known), NOW))
    assert "窓口が決めます" in card.notice and "2025年" in card.as_of and card.why and card.source
    assert not any(promise in card.model_dump_json() for promise in ("必ず", "もらえます", "受けられます"))
