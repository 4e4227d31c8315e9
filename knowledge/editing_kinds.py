"""The four kinds of record that admins edit: each one's shape, its table, and the way between the two."""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from sqlalchemy import Select, inspect, select
from sqlalchemy.orm import Session, selectinload

from knowledge.editing_types import Content, Kind
from knowledge.faq_entries import FaqRecord
from knowledge.models import FaqEntry, Programme, ServiceAtLocation, Shop
from knowledge.programme_schema import ProgrammeRecord
from knowledge.rows import desk_to_rows, digest, rows_to_desk, source_columns
from knowledge.schema import DeskRecord
from knowledge.shops import ShopRecord, row_to_shop, shop_to_row

Row = FaqEntry | ServiceAtLocation | Shop | Programme
PUBLIC_PAGE = "public_page"
_TIME = re.compile(r"\d{2}:\d{2}:\d{2}")


@dataclass(frozen=True)
class KindOfRecord:
    """How one kind is kept. `key`: the id of a record (a dict in its file's shape); `title` and `detail`: what a list shows."""

    kind: Kind
    shape: type[BaseModel]
    query: Callable[[], Select[Any]]
    find: Callable[[Session, str], Row | None]
    row_key: Callable[[Any], str]
    read: Callable[[Any], BaseModel]
    write: Callable[[Any], Row]
    title: Callable[[Content], str]
    detail: Callable[[Content], str]


def plain(record: BaseModel) -> Content:
    """Return a record as JSON-able dict; times of day as "HH:MM", as the shapes take them in again."""
    return dict(_without_seconds(record.model_dump(mode="json")))


def _without_seconds(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: item[:5] if key.endswith("s_at") and isinstance(item, str) and _TIME.fullmatch(item) else _without_seconds(item)
            for key, item in value.items()
        }
    return [_without_seconds(item) for item in value] if isinstance(value, list) else value


def programme_key(programme_id: str, valid_from: dt.date | str | None) -> str:
    """Return the id under which a programme's version is kept: its own, with the version's first day where that is known."""
    return f"{programme_id}@{valid_from}" if valid_from else programme_id


def record_key(kind: Kind, content: Mapping[str, Any]) -> str:
    """Return the id under which a record is kept."""
    return programme_key(content["id"], content.get("valid_from")) if kind == "programme" else str(content["id"])


def live_row(session: Session, kind: Kind, record_id: str) -> Row | None:
    """Return the row that is or was live, or None."""
    return KIND[kind].find(session, record_id)


def _find(table: type[Any]) -> Callable[[Session, str], Row | None]:
    return lambda session, record_id: session.get(table, record_id)


def _find_programme(session: Session, record_id: str) -> Row | None:
    programme_id, _at, day = record_id.partition("@")
    try:
        valid_from = dt.date.fromisoformat(day) if day else None
    except ValueError:
        return None
    return session.scalar(select(Programme).where(Programme.programme_id == programme_id, Programme.valid_from == valid_from))


def _write_faq(record: FaqRecord) -> FaqEntry:
    return FaqEntry(
        **record.model_dump(include={"id", "question", "answer", "variants", "needs", "desk_kinds"}),
        content=plain(record),
        digest=digest(record),
        **source_columns(record.source),
    )


def _write_programme(record: ProgrammeRecord) -> Programme:
    if record.source is None or record.as_of is None:
        raise ValueError(f"programme {record.id} has no source")
    return Programme(
        programme_id=record.id,
        **record.model_dump(include={"name", "valid_from", "valid_to", "status", "successor"}),
        content=plain(record),
        digest=digest(record),
        source_document=record.source.document or PUBLIC_PAGE,
        source_as_of=record.as_of,
        source_section=record.source.section,
    )


def _desk_query() -> Select[Any]:
    return select(ServiceAtLocation).options(
        *(selectinload(relation.class_attribute) for relation in inspect(ServiceAtLocation).relationships)
    )


def _area(content: Content) -> str:
    return " ".join(str(content[field]) for field in ("prefecture", "municipality") if content.get(field))


KIND: Mapping[Kind, KindOfRecord] = {
    "faq": KindOfRecord(
        kind="faq",
        shape=FaqRecord,
        query=lambda: select(FaqEntry),
        find=_find(FaqEntry),
        row_key=lambda row: str(row.id),
        read=lambda row: FaqRecord.model_validate(row.content),
        write=_write_faq,
        title=lambda content: str(content.get("question") or ""),
        detail=lambda content: str(content.get("answer") or ""),
    ),
    "desk": KindOfRecord(
        kind="desk",
        shape=DeskRecord,
        query=_desk_query,
        find=_find(ServiceAtLocation),
        row_key=lambda row: str(row.id),
        read=rows_to_desk,
        write=desk_to_rows,
        title=lambda content: str(content.get("name") or ""),
        detail=_area,
    ),
    "shop": KindOfRecord(
        kind="shop",
        shape=ShopRecord,
        query=lambda: select(Shop),
        find=_find(Shop),
        row_key=lambda row: str(row.id),
        read=row_to_shop,
        write=shop_to_row,
        title=lambda content: str(content.get("name") or ""),
        detail=lambda content: str(content.get("municipality") or ""),
    ),
    "programme": KindOfRecord(
        kind="programme",
        shape=ProgrammeRecord,
        query=lambda: select(Programme),
        find=_find_programme,
        row_key=lambda row: programme_key(row.programme_id, row.valid_from),
        read=lambda row: ProgrammeRecord.model_validate(row.content),
        write=_write_programme,
        title=lambda content: str(content.get("name") or ""),
        detail=lambda content: str(content.get("run_by") or ""),
    ),
}
