"""Cooperating shops: estate agents that help people who are often turned away, and whom each of them accepts."""

import datetime as dt
from pathlib import Path
from typing import Annotated

from pydantic import Field

from knowledge.files import DATA, read_shape
from knowledge.schema import DeskStatus, PhoneNumber, RecordId, Serves, Shape, SourceRef, Text, Website

FOLDER = DATA / "shops"


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
    found: list[ShopRecord] = []
    for path in sorted(folder.glob("*.yml")):
        file = read_shape(path, ShopFile)
        found.extend(shop.model_copy(update={"source": shop.source or file.source}) for shop in file.shops)
    return found
