"""Desks between their two homes: the record of a data file and the rows of the database."""

import hashlib
from typing import Any

from pydantic import BaseModel

from knowledge.models import (
    Accessibility,
    Attribute,
    Language,
    Location,
    Phone,
    RequiredDocument,
    Schedule,
    Service,
    ServiceArea,
    ServiceAtLocation,
)
from knowledge.schema import DeskRecord, ScheduleRecord, SourceRef


def digest(record: BaseModel) -> str:
    """SHA-256 over a record's contents: equal records, equal digests."""
    return hashlib.sha256(record.model_dump_json().encode()).hexdigest()


def source_columns(source: SourceRef) -> dict[str, Any]:
    """The columns of knowledge.models.Sourced."""
    return {
        "source_document": source.document,
        "source_as_of": source.as_of,
        "source_section": source.section,
        "source_page": source.page,
    }


def source_of(row: Any) -> SourceRef:
    """The source that a Sourced row states."""
    return SourceRef(document=row.source_document, as_of=row.source_as_of, section=row.source_section, page=row.source_page)


def desk_to_rows(desk: DeskRecord) -> ServiceAtLocation:
    """Return a desk as a row with all that hangs on it. The desk must state its source (DeskFile.desks_with_source)."""
    if desk.source is None:
        raise ValueError(f"desk {desk.id} has no source")
    place = desk.place.model_dump() if desk.place else None
    return ServiceAtLocation(
        id=desk.id,
        kind=desk.kind,
        general=desk.general,
        digest=digest(desk),
        service=Service(
            id=desk.id,
            organization_id=desk.organization,
            name=desk.name,
            description=desk.what,
            eligibility_description=desk.for_whom,
            application_process=desk.find,
            status=desk.status,
            offers=desk.services,
        ),
        location=Location(id=desk.id, **place) if place else None,
        schedules=[_schedule_to_row(schedule) for schedule in desk.schedule],
        phones=[
            Phone(
                number=phone.number,
                description=phone.label,
                notes=phone.note,
                confirmed_on=phone.confirmed_on,
                **source_columns(phone.source or desk.source),
            )
            for phone in desk.phones
        ],
        service_areas=[_area(desk)],
        required_documents=[RequiredDocument(document=document) for document in desk.bring],
        languages=[Language(code=code) for code in desk.languages],
        accessibility=[Accessibility(description=description) for description in desk.accessibility],
        attributes=[
            *(Attribute(taxonomy_term_id=f"need:{need}") for need in dict.fromkeys(desk.needs)),
            *(Attribute(taxonomy_term_id=f"serves:{tag}") for tag in dict.fromkeys(desk.serves)),
        ],
        shops=desk.shops.model_dump(mode="json") if desk.shops else None,
        **{name: getattr(desk, name) for name in _PLAIN},
        **source_columns(desk.source),
    )


def rows_to_desk(row: ServiceAtLocation) -> DeskRecord:
    """Return the record again that `desk_to_rows` was given."""
    service, area = row.service, row.service_areas[0]
    terms = [attribute.taxonomy_term_id.split(":", 1) for attribute in row.attributes]
    place = row.location
    return DeskRecord.model_validate(
        {
            "id": row.id,
            "kind": row.kind,
            "name": service.name,
            "organization": service.organization_id,
            "municipality": area.municipality,
            "prefecture": area.prefecture,
            "nationwide": area.extent_type == "nationwide",
            "general": row.general,
            "what": service.description,
            "for_whom": service.eligibility_description,
            "find": service.application_process,
            "status": service.status,
            "services": service.offers,
            "place": {"name": place.name, "address": place.address, "floor": place.floor} if place else None,
            "schedule": [_row_to_schedule(schedule) for schedule in row.schedules],
            "phones": [
                {
                    "number": phone.number,
                    "label": phone.description,
                    "note": phone.notes,
                    "confirmed_on": phone.confirmed_on,
                    "source": source_of(phone).model_dump(),
                }
                for phone in row.phones
            ],
            "bring": [document.document for document in row.required_documents],
            "languages": [language.code for language in row.languages],
            "accessibility": [item.description for item in row.accessibility],
            "needs": [code for taxonomy, code in terms if taxonomy == "need"],
            "serves": [code for taxonomy, code in terms if taxonomy == "serves"],
            "shops": row.shops,
            "source": source_of(row).model_dump(),
            **{name: getattr(row, name) for name in _PLAIN},
        }
    )


_PLAIN = (
    "schedule_text", "appointment", "reach", "websites", "email", "lifelines", "say", "sample", "notes", "checked_on",
)  # fmt: skip


def _area(desk: DeskRecord) -> ServiceArea:
    extent = "nationwide" if desk.nationwide else "municipality" if desk.municipality else "prefecture"
    return ServiceArea(extent_type=extent, municipality=desk.municipality, prefecture=desk.prefecture)


def _schedule_to_row(schedule: ScheduleRecord) -> Schedule:
    return Schedule(
        freq=schedule.freq,
        interval=schedule.interval,
        byday=",".join(schedule.byday),
        bymonth=",".join(map(str, schedule.bymonth)) or None,
        opens_at=schedule.opens_at.strftime("%H:%M") if schedule.opens_at else None,
        closes_at=schedule.closes_at.strftime("%H:%M") if schedule.closes_at else None,
        part_of_day=schedule.part_of_day,
        slots=schedule.slots,
        holidays=schedule.holidays,
        yearend_closed=schedule.yearend_closed,
        valid_from=schedule.valid_from,
        valid_to=schedule.valid_to,
        exceptions=[_exception(exception) for exception in schedule.exceptions],
        notes=schedule.note,
    )


def _row_to_schedule(row: Schedule) -> dict[str, Any]:
    return {
        "freq": row.freq,
        "interval": row.interval,
        "byday": row.byday.split(","),
        "bymonth": [int(month) for month in row.bymonth.split(",")] if row.bymonth else [],
        "opens_at": row.opens_at,
        "closes_at": row.closes_at,
        "part_of_day": row.part_of_day,
        "slots": row.slots,
        "holidays": row.holidays,
        "yearend_closed": row.yearend_closed,
        "valid_from": row.valid_from,
        "valid_to": row.valid_to,
        "exceptions": row.exceptions,
        "note": row.notes,
    }


def _exception(exception: BaseModel) -> dict[str, Any]:
    times = {name: value[:5] for name, value in exception.model_dump(mode="json").items() if name.endswith("_at") and value}
    return {**exception.model_dump(mode="json"), **times}
