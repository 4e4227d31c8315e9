"""Completing what an admin typed: the id, the source and the date of what is known only from the admin."""

import datetime as dt
import hashlib
from collections.abc import Mapping
from typing import Any

from knowledge.editing_types import ADMIN, Content, Kind
from knowledge.hours import TOKYO


def filled(kind: Kind, content: Content, base: Content, now: dt.datetime, *, known_today: bool = True) -> Content:
    """What an admin types is known by this admin today: that is the source where none is given, and what makes a new number showable.

    `known_today` False: the content was copied from a list of an earlier day, which its source states; new numbers are as old as that.
    """
    today = now.astimezone(TOKYO).date().isoformat()
    own = {"document": ADMIN, "as_of": today}
    if kind == "programme":
        content["as_of"] = content.get("as_of") or today
        content["source"] = content.get("source") or {"document": ADMIN}
    else:
        content["source"] = content.get("source") or base.get("source") or own
    if not content.get("id"):
        content["id"] = base.get("id") or new_id(kind, content)
    if kind == "desk" and isinstance(content.get("phones"), list):
        known = {phone["number"] for phone in base.get("phones", [])}
        confirmed = today if known_today else None
        source = own if known_today else content["source"]
        content["phones"] = [
            phone if not isinstance(phone, dict) or phone.get("number") in known else _new_phone(phone, source, confirmed)
            for phone in content["phones"]
        ]
    return content


def _new_phone(phone: Content, source: Content, confirmed: str | None) -> Content:
    return {**phone, "source": phone.get("source") or source, "confirmed_on": phone.get("confirmed_on") or confirmed}


def new_id(kind: Kind, content: Mapping[str, Any]) -> str:
    """Return an id made from what tells a record from others: the same record, the same id."""
    names = "\n".join(str(content.get(field) or "") for field in ("question", "name", "municipality", "prefecture", "address"))
    return f"{kind}_{hashlib.sha256(names.encode()).hexdigest()[:10]}"
