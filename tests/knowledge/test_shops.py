"""Cooperating shops: samples only, found by whom they accept."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from knowledge.database import Base, open_engine
from knowledge.editing import withdraw
from knowledge.errors import DataError
from knowledge.hours import TOKYO
from knowledge.load import load_all
from knowledge.municipalities import load_municipalities
from knowledge.schema import SourceRef
from knowledge.shops import ShopRecord, fitting_shops, published_shops, read_shops, shop_card, shop_phone

NOW = dt.datetime(2026, 11, 20, 10, 0, tzinfo=TOKYO)


@pytest.fixture
def session() -> Iterator[Session]:
    engine = open_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as opened:
        load_all(opened)
        yield opened
    engine.dispose()


def test_shipped_shops_are_samples_of_a_place_that_does_not_exist() -> None:
    shops = read_shops()
    assert shops
    assert all(shop.sample and "見本" in shop.name and shop.phone is None for shop in shops)
    assert not {shop.municipality for shop in shops} & {place.name for place in load_municipalities()}


@pytest.mark.parametrize(
    ("wanted", "first", "count"),
    [
        ([], "見本みどり住宅（見本）", 4),
        (["foreign"], "見本川辺ハウジング（見本）", 2),
        (["elderly", "public_assistance"], "見本駅前不動産（見本）", 2),
        (["elderly", "single_parent", "child"], "見本山手ルーム（見本）", 3),
        (["dv"], "見本山手ルーム（見本）", 1),
    ],
)
def test_shops_that_accept_more_of_what_is_wanted_come_first(session: Session, wanted: list[str], first: str, count: int) -> None:
    found = fitting_shops(published_shops(session), ["見本市"], wanted)
    assert (found[0].name, len(found)) == (first, count)


def test_withdrawn_shops_and_those_of_other_places_are_not_found(session: Session) -> None:
    withdraw(session, "shop", "mihon_shop_kawabe", "tanaka", NOW)
    assert "mihon_shop_kawabe" not in {shop.id for shop in fitting_shops(published_shops(session), ["見本市"], [])}
    assert fitting_shops(published_shops(session), ["足立区"], []) == []


@pytest.mark.parametrize(
    ("as_of", "checked_on", "shown"),
    [
        ("2024-11-20", None, True),
        ("2024-11-19", None, False),
        ("2020-01-01", dt.date(2026, 1, 1), True),
    ],
)
def test_a_number_is_shown_while_its_source_or_a_check_is_young(as_of: str, checked_on: dt.date | None, shown: bool) -> None:
    source = SourceRef(document="admin", as_of=dt.date.fromisoformat(as_of))
    shop = ShopRecord(id="s", name="見本", municipality="見本市", phone="03-0000-0000", source=source, checked_on=checked_on)
    assert shop_phone(shop, NOW) == ("03-0000-0000" if shown else None)


def test_a_shop_twice_or_without_a_known_source_stops_loading(tmp_path: Path) -> None:
    shop = "{id: one, name: 見本, municipality: 見本市}"
    (tmp_path / "a.yml").write_text(f"source: {{document: admin, as_of: 2026-11-01}}\nshops: [{shop}, {shop}]", encoding="utf-8")
    with pytest.raises(DataError, match="twice"):
        read_shops(tmp_path)
    (tmp_path / "a.yml").write_text(f"source: {{document: nothing, as_of: 2026-11-01}}\nshops: [{shop}]", encoding="utf-8")
    with pytest.raises(DataError, match=r"sources\.yml"):
        read_shops(tmp_path)


def test_a_shop_that_accepts_the_person_comes_with_what_to_say_and_says_that_it_is_a_sample() -> None:
    shop = fitting_shops(read_shops(), ["見本市"], {"elderly", "public_assistance"})[0]
    card = shop_card(shop, {"elderly", "public_assistance"}, NOW)
    assert card["title"] == "見本駅前不動産（見本）"
    assert "高齢の方" in card["why"]
    assert "生活保護" not in card["why"]
    assert card["say"]
    assert "見本です" in card["notice"]


def test_a_shop_for_others_is_not_named() -> None:
    assert "mihon_shop_kawabe" not in {shop.id for shop in fitting_shops(read_shops(), ["見本市"], {"elderly"})}
    assert fitting_shops(read_shops(), ["足立区"], {"elderly"}) == []
