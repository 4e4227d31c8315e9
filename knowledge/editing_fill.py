"""Completing what an admin typed: the id, the source and the date of what is known only from the admin."""

import datetime as dt
import hashlib
from collections.abc import Mapping
from typing import Any

from knowledge.editing_types import ADMIN, Content, Kind
from knowledge.hours import TOKYO


def filled(kind: Kind, content: Content, base: Content, now: dt.datetime) -> Content:
    """What an admin types is known by this admin today: that is the source where none is given, and what makes a new number showable."""
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
        content["phones"] = [_own_phone(phone, known, own) if isinstance(phone, dict) else phone for phone in content["phones"]]
    return content


def _own_phone(phone: Content, known: set[str], own: Content) -> Content:
    if phone.get("number") in known:
        return phone
    return {**phone, "source": phone.get("source") or own, "confirmed_on": phone.get("confirmed_on") or own["as_of"]}


def new_id(kind: Kind, content: Mapping[str, Any]) -> str:
    """Return an id made from what tells a record from others: the same record, the same id."""
    names = "\n".join(str(content.get(field) or "") for field in ("question", "name", "municipality", "prefecture", "address"))
    return f"{kind}_{hashlib.sha256(names.encode()).hexdigest()[:10]}"
