"""The plan for a lasting home as a page to keep: reached with the conversation's token, which no address carries."""

from datetime import timedelta
from typing import Any

from bot import store
from knowledge.facts import merge
from tests.connectors.web.conftest import Web

TOLD = {"reasons": "disaster", "damage": "half", "rebuild_plan": "rent", "housing_now": "temporary_housing", "household_size": 4}


def _tell(web: Web, told: dict[str, Any]) -> None:
    entities = [{"entity": key, "value": value, "text": "", "start": 0, "end": 0} for key, value in told.items()]
    facts: Any = merge({}, entities, asked=None, message_id=None)[0]
    with web.sessions() as session:
        store.write_facts(session, web.conversation_id(), facts, web.now)
        session.commit()


def test_the_plain_chat_opens_the_plan_with_its_cookie(web: Web) -> None:
    web.client.post("/plain/start")
    _tell(web, TOLD)
    page = web.client.get("/plain/plan")
    assert page.status_code == 200
    assert "☑ 半壊" in page.text
    assert "☑ 賃貸住宅を借りる" in page.text
    assert "4人" in page.text
    assert "賃貸住宅を探す → 賃貸借契約 → 引っ越し" in page.text


def test_the_widget_opens_the_plan_with_its_token_in_the_body(web: Web) -> None:
    token = web.begin()["Authorization"].removeprefix("Bearer ")
    _tell(web, TOLD)
    page = web.client.post("/plain/plan", data={"token": token})
    assert "☑ 半壊" in page.text
    assert token not in page.text
    assert page.headers["cache-control"] == "no-store"


def test_an_unknown_token_opens_nothing(web: Web) -> None:
    assert web.client.get("/plain/plan").status_code == 401
    assert web.client.post("/plain/plan", data={"token": "x"}).status_code == 401


def test_without_a_disaster_there_is_no_plan(web: Web) -> None:
    web.client.post("/plain/start")
    _tell(web, {"reasons": "rent_arrears"})
    page = web.client.get("/plain/plan")
    assert "まだありません" in page.text
    assert "☑" not in page.text


def test_the_day_is_the_day_of_opening(web: Web) -> None:
    web.client.post("/plain/start")
    _tell(web, TOLD)
    web.wait(int(timedelta(days=40).total_seconds()))
    day = web.now
    assert f"{day.year}年{day.month}月{day.day}日" in web.client.get("/plain/plan").text
