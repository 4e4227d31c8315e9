"""The directory as Open Referral HSDS 3 keeps it: one list for each table, joined by ids, ready for JSON.

Ids are UUIDs made from our own ids, so that the same desk has the same UUID in every export. Left out: nationwide descriptions of a
kind of desk (no service of anybody), samples, and telephone numbers
that we would not show either. What is required stands in HSDS's schemas (github.com/openreferral/specification, 3.0 to 3.2).
"""

import datetime as dt
import json
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from knowledge.directory import Directory, phones_to_show, true_on
from knowledge.hours import say_schedule
from knowledge.schema import DeskRecord, OrganizationRecord, ScheduleRecord
from knowledge.vocabulary import load_vocabulary

Item = dict[str, Any]
Tables = dict[str, list[Item]]
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "madoguchi")
_STATUS = {"current": "active", "unverified": "active", "ended": "defunct", "not_offered": "inactive"}
_OFFSET = "+09:00"
_COUNTRY = "JP"
_TABLES = (
    "organizations", "services", "locations", "service_at_locations", "schedules", "phones", "service_areas", "languages",
    "required_documents", "accessibility", "attributes", "taxonomies", "taxonomy_terms",
)  # fmt: skip


def hsds_json(session: Session, now: dt.datetime) -> bytes:
    """Return all that is published as HSDS JSON (UTF-8). `now`: numbers too old then are left out."""
    return json.dumps(export_hsds(Directory.from_database(session), now), ensure_ascii=False, indent=1).encode()


def export_hsds(directory: Directory, now: dt.datetime) -> Tables:
    """Return the tables by their plural name; every id that a row names is the id of a row."""
    tables: Tables = {name: [] for name in _TABLES}
    tables["organizations"] = [_organization(record) for record in directory.organizations.values()]
    terms: dict[str, str] = {}
    for desk in directory.records:
        if not desk.general and not desk.sample:
            _add_desk(tables, terms, desk, now)
    _add_terms(tables, terms)
    return tables


def hsds_id(table: str, record_id: str) -> str:
    """Return the UUID of one of our records, the same in every export."""
    return str(uuid.uuid5(_NAMESPACE, f"{table}/{record_id}"))


def _organization(record: OrganizationRecord) -> Item:
    return _known(
        {
            "id": hsds_id("organization", record.id),
            "name": record.name,
            "description": record.notes or record.name,
            "website": record.website,
        }
    )


def _add_desk(tables: Tables, terms: dict[str, str], desk: DeskRecord, now: dt.datetime) -> None:
    tables["services"].append(_service(desk))
    link = {"service_id": hsds_id("service", desk.id)}
    if desk.place:
        location = hsds_id("location", desk.id)
        tables["locations"].append(_location(desk))
        at_location = hsds_id("service_at_location", desk.id)
        tables["service_at_locations"].append({"id": at_location, **link, "location_id": location})
        link = {"service_at_location_id": at_location}
        tables["accessibility"] += _numbered("accessibility", desk, desk.accessibility, "description", {"location_id": location})
    tables["schedules"] += [_schedule(desk, number, line, link) for number, line in enumerate(desk.schedule)]
    if desk.schedule_text and not desk.schedule:
        tables["schedules"].append({"id": hsds_id("schedule", f"{desk.id}/text"), **link, "description": desk.schedule_text})
    tables["phones"] += [
        _known(
            {
                "id": hsds_id("phone", f"{desk.id}/{phone.number}"),
                **link,
                "number": phone.number,
                "type": "voice",
                "description": phone.label,
            }
        )
        for phone in phones_to_show(desk, now)
    ]
    service = {"service_id": hsds_id("service", desk.id)}
    tables["service_areas"].append(_area(desk, service))
    tables["required_documents"] += _numbered("required_document", desk, desk.bring, "document", service)
    tables["languages"] += _numbered("language", desk, desk.languages, "code", service)
    tables["attributes"] += [_attribute(desk, code, terms) for code in _codes(desk)]


def _service(desk: DeskRecord) -> Item:
    return _known(
        {
            "id": hsds_id("service", desk.id),
            "organization_id": hsds_id("organization", desk.organization) if desk.organization else None,
            "name": desk.name,
            "description": desk.what,
            "url": desk.websites[0] if desk.websites else None,
            "email": desk.email,
            "status": _STATUS[desk.status],
            "application_process": desk.say,
            "eligibility_description": desk.for_whom,
            "assured_date": true_on(desk).isoformat(),
        }
    )


def _location(desk: DeskRecord) -> Item:
    place = desk.place
    where = " ".join(part for part in (place.address, place.floor) if part) if place else ""
    name = place.name if place else None
    # HSDS asks for a postal code in every address, which we do not know: the address stands in the description.
    return _known({"id": hsds_id("location", desk.id), "location_type": "physical", "name": name, "description": where or None})


def _schedule(desk: DeskRecord, number: int, line: ScheduleRecord, link: Item) -> Item:
    # HSDS knows WEEKLY and MONTHLY only, and no months: what comes in some months only is said in words.
    rule: Item = (
        {} if line.freq == "YEARLY" or line.bymonth else {"freq": line.freq, "interval": line.interval, "byday": ",".join(line.byday)}
    )
    return _known(
        {
            "id": hsds_id("schedule", f"{desk.id}/{number}"),
            **link,
            **rule,
            "dtstart": line.valid_from.isoformat() if line.valid_from and line.interval > 1 else None,
            "valid_from": line.valid_from.isoformat() if line.valid_from else None,
            "valid_to": line.valid_to.isoformat() if line.valid_to else None,
            "timezone": 9,
            "opens_at": f"{line.opens_at:%H:%M}{_OFFSET}" if line.opens_at else None,
            "closes_at": f"{line.closes_at:%H:%M}{_OFFSET}" if line.closes_at else None,
            "description": say_schedule(line),
            "notes": line.note,
        }
    )


def _area(desk: DeskRecord, link: Item) -> Item:
    extent = " ".join(name for name in (desk.prefecture, desk.municipality) if name) or _COUNTRY
    return {"id": hsds_id("service_area", desk.id), **link, "name": extent, "extent": extent, "extent_type": "text"}


def _numbered(table: str, desk: DeskRecord, values: Iterable[str], field: str, link: Item) -> list[Item]:
    return [{"id": hsds_id(table, f"{desk.id}/{value}"), **link, field: value} for value in dict.fromkeys(values)]


def _codes(desk: DeskRecord) -> list[str]:
    return [
        f"desk_kind:{desk.kind}",
        *(f"need:{need}" for need in dict.fromkeys(desk.needs)),
        *(f"serves:{tag}" for tag in dict.fromkeys(desk.serves)),
    ]


def _attribute(desk: DeskRecord, code: str, terms: dict[str, str]) -> Item:
    term = terms.setdefault(code, hsds_id("taxonomy_term", code))
    return {
        "id": hsds_id("attribute", f"{desk.id}/{code}"),
        "link_id": hsds_id("service", desk.id),
        "link_entity": "service",
        "taxonomy_term_id": term,
    }


def _add_terms(tables: Tables, terms: Mapping[str, str]) -> None:
    vocabulary = load_vocabulary()
    names = {"need": vocabulary.needs, "desk_kind": vocabulary.desk_kinds}
    for taxonomy in sorted({code.split(":", 1)[0] for code in terms}):
        tables["taxonomies"].append({"id": hsds_id("taxonomy", taxonomy), "name": taxonomy, "description": taxonomy})
    for term, term_id in sorted(terms.items()):
        taxonomy, code = term.split(":", 1)
        name = names.get(taxonomy, {}).get(code, code)
        tables["taxonomy_terms"].append(
            {"id": term_id, "code": code, "name": name, "description": name, "taxonomy_id": hsds_id("taxonomy", taxonomy)}
        )


def _known(item: Item) -> Item:
    return {name: value for name, value in item.items() if value is not None}
