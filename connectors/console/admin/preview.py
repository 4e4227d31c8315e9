"""A record as a resident would see it: the fields of the chat's cards, from a draft or from what is live."""

import dataclasses
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from connectors.console.admin.fields import Kind, options
from connectors.console.admin.wording import load_admin_wording
from connectors.console.wording import print_day
from knowledge.directory import Directory
from knowledge.faq_entries import FaqRecord, entry_from_record
from knowledge.programme_schema import Amount, ProgrammeRecord
from knowledge.schema import DeskRecord
from knowledge.shops import ShopRecord
from knowledge.suggestions import preview_desk, suggestion_card

Card = dict[str, Any]
_SHOWN = ("current", "unverified")
_TEXTS = ("bubble", "title", "what", "why", "hours", "say", "notice", "source", "as_of", "hidden")
_LISTS = ("lines", "reach", "bring")


def preview(kind: Kind, content: Mapping[str, Any], session: Session, now: datetime) -> Card:
    """Return what the template shows of a record: `bubble` (said) and, when `title` is not empty, a card. `hidden`: why nobody sees it."""
    card = {"faq": _faq, "desk": _desk, "shop": _shop, "programme": _programme}[kind](content, session, now)
    shown = ("current",) if kind == "faq" else _SHOWN
    hidden = "" if content.get("status", "current") in shown else load_admin_wording().hidden["ended"]
    return {**_empty(), "hidden": hidden, **card}


def said(text: str) -> Card:
    """Return a plain message."""
    return {**_empty(), "bubble": text}


def _empty() -> Card:
    return {**dict.fromkeys(_TEXTS, ""), **{name: [] for name in _LISTS}}


def _faq(content: Mapping[str, Any], _session: Session, _now: datetime) -> Card:
    entry = entry_from_record(FaqRecord.model_validate(content))
    return {"bubble": f"{entry.answer}\n\n{entry.source_line}".strip()}


def _desk(content: Mapping[str, Any], session: Session, now: datetime) -> Card:
    desk = DeskRecord.model_validate(content)
    directory = dataclasses.replace(Directory.from_database(session), records=(desk,))
    suggestion = preview_desk(desk, directory, now)
    return suggestion_card(suggestion) if suggestion else {}


def _shop(content: Mapping[str, Any], _session: Session, _now: datetime) -> Card:
    shop, words = ShopRecord.model_validate(content), load_admin_wording()
    told = {
        "accepts": " / ".join(options("serves")[key] for key in shop.accepts),
        "address": shop.address,
        "phone": shop.phone,
        "website": shop.website,
    }
    return {
        "title": shop.name,
        "what": words.shop_what.format(municipality=shop.municipality),
        "lines": _lines(words.shop_lines, told),
        "notice": words.sample if shop.sample else "",
        "as_of": print_day(shop.checked_on or shop.source.as_of) if shop.source else "",
    }


def _programme(content: Mapping[str, Any], _session: Session, _now: datetime) -> Card:
    programme, words = ProgrammeRecord.model_validate(content), load_admin_wording()
    told = {
        "for_whom": programme.for_whom,
        "amounts": "\n".join(_print_amount(amount) for amount in programme.amounts),
        "apply_by": programme.apply_by,
        "left_to_desk": "\n".join(programme.left_to_desk),
    }
    return {
        "title": programme.name,
        "what": programme.what,
        "lines": _lines(words.programme_lines, told),
        "bring": programme.documents,
        "source": programme.run_by,
        "as_of": print_day(programme.as_of) if programme.as_of else "",
    }


def _print_amount(amount: Amount) -> str:
    sum_ = amount.text or load_admin_wording().yen.format(amount=f"{amount.amount_jpy:,}")
    return " ".join(part for part in (amount.condition, sum_, amount.unit) if part)


def _lines(labels: Mapping[str, str], told: Mapping[str, str | None]) -> list[tuple[str, str]]:
    return [(labels[key], text) for key, text in told.items() if text]
