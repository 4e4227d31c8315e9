"""Cooperating shops: estate agents that help people who are often turned away, and whom each of them accepts."""

import datetime as dt
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.directory import SHOWN, is_old
from knowledge.errors import DataError
from knowledge.files import DATA, load_sources, read_shape
from knowledge.hours import say_as_of
from knowledge.models import Shop
from knowledge.rows import digest, source_columns, source_of
from knowledge.schema import DeskStatus, PhoneNumber, RecordId, Serves, Shape, SourceRef, Text, Website
from knowledge.wording import phrase, words

FOLDER = DATA / "shops"
OPEN_TO_ALL = "all"


class ShopRecord(Shape):
    """One shop. `accepts`: whom it accepts."""

    id: RecordId
    name: Text
    municipality: Text = Field(description="canonical name with its suffix")
    address: str | None = None
    phone: PhoneNumber | None = None
    website: Website | None = None
    accepts: Annotated[list[Serves], Field(min_length=1)] = ["all"]
    status: DeskStatus = "current"
    sample: bool = Field(default=False, description="made up; printed as a sample")
    notes: str | None = Field(default=None, description="for staff")
    checked_on: dt.date | None = None
    source: SourceRef | None = Field(default=None, description="inherits the file's")


class ShopFile(Shape):
    """One file of `data/shops/`."""

    source: SourceRef
    shops: Annotated[list[ShopRecord], Field(min_length=1)]


def read_shops(folder: Path = FOLDER) -> list[ShopRecord]:
    """Return the shops of all files, each with its source. Raises DataError that names file and record when anything is wrong."""
    found: dict[str, ShopRecord] = {}
    for path in sorted(folder.glob("*.yml")):
        file = read_shape(path, ShopFile)
        for raw in file.shops:
            shop = raw.model_copy(update={"source": raw.source or file.source})
            if shop.id in found:
                raise DataError(path.name, shop.id, "this id stands twice")
            if shop.source is None or shop.source.document not in load_sources():
                raise DataError(path.name, shop.id, "the source document is not in sources.yml")
            found[shop.id] = shop
    return list(found.values())


def shop_to_row(shop: ShopRecord) -> Shop:
    """Return a shop as a row. The shop must state its source."""
    if shop.source is None:
        raise ValueError(f"shop {shop.id} has no source")
    return Shop(**shop.model_dump(exclude={"source"}), digest=digest(shop), **source_columns(shop.source))


def row_to_shop(row: Shop) -> ShopRecord:
    """Return the record again that `shop_to_row` was given."""
    names = ShopRecord.model_fields.keys() - {"source"}
    return ShopRecord.model_validate({**{name: getattr(row, name) for name in names}, "source": source_of(row).model_dump()})


def published_shops(session: Session) -> tuple[ShopRecord, ...]:
    """Return every live shop that residents may be told of."""
    return tuple(row_to_shop(row) for row in session.scalars(select(Shop).where(Shop.state == "published", Shop.status.in_(SHOWN)).order_by(Shop.id)))


def fitting_shops(shops: Iterable[ShopRecord], areas: Collection[str], people: Collection[str]) -> list[ShopRecord]:
    """Return the shops in `areas` (canonical municipalities) that accept a person who belongs to the groups `people`, the fullest match first.

    Somebody who belongs to no group is welcome everywhere.
    """
    near = [shop for shop in shops if shop.municipality in areas and shop.status in SHOWN]
    found = [shop for shop in near if not people or _accepted(shop, people)]
    return sorted(found, key=lambda shop: (-_accepted(shop, people), OPEN_TO_ALL in shop.accepts, shop.name))


def shop_card(shop: ShopRecord, people: Collection[str], at: dt.datetime) -> dict[str, Any]:
    """Return a shop as the fields of a card. It names no group that is hard to have written down about oneself."""
    labels = words("shops.groups")
    own = [labels[group] for group in shop.accepts if group in people and group in labels]
    why = phrase("shops.accepts", groups=str(words("shops.joiner")).join(own)) if own else phrase("shops.open")
    phone = shop_phone(shop, at)
    reach: list[dict[str, str | None]] = []
    if phone:
        reach.append({"kind": "phone", "label": phrase("reach.phone_number", number=phone), "href": f"tel:{phone.replace('-', '')}"})
    if shop.website:
        reach.append({"kind": "web", "label": phrase("reach.web"), "href": shop.website})
    if shop.address:
        reach.append({"kind": "visit", "label": phrase("reach.visit", place=shop.address), "href": None})
    day = max(filter(None, (shop.checked_on, shop.source.as_of if shop.source else None)))
    return {
        "id": shop.id,
        "desk_kind": "cooperating_shop",
        "title": shop.name,
        "what": phrase("shops.what"),
        "why": why,
        "reach": reach,
        "say": phrase("shops.say"),
        "bring": list(words("shops.bring")),
        "as_of": say_as_of(day),
        "notice": phrase("notices.sample") if shop.sample else phrase("shops.notice"),
    }


def shop_phone(shop: ShopRecord, at: dt.datetime) -> str | None:
    """Return the number that residents may be shown: known to be true within the last two years. None when there is none."""
    days = [day for day in (shop.checked_on, shop.source.as_of if shop.source else None) if day]
    return shop.phone if days and not is_old(max(days), at) else None


def _accepted(shop: ShopRecord, wanted: Collection[str]) -> int:
    return len(wanted) if OPEN_TO_ALL in shop.accepts else len({*wanted} & {*shop.accepts})
