"""Who will live in the new home: the household that the people named in a message make together."""

from collections.abc import Sequence
from dataclasses import replace

from nlu.patterns import HOUSEHOLD_MEMBERS as MEMBERS
from nlu.patterns import Finding

KEY = "household"


def settle_household(found: Sequence[Finding]) -> list[Finding]:
    """Return `found` with the members named (keys of MEMBERS) put together into one `household`; nothing named, nothing added.

    A household said outright wins. A child and a partner are a family, a child without a partner has a single parent.
    """
    rest = [one for one in found if one.key not in MEMBERS and one.key != KEY]
    stated = [one for one in found if one.key == KEY]
    members = {one.key: one for one in reversed(found) if one.key in MEMBERS and one.value == "yes"}
    gone = any(one.key == "with_partner" and one.value == "no" for one in found)
    chosen = _of_members(members, gone)
    if stated:
        chosen = _stated(stated, members, gone, chosen)
    return [*rest, chosen] if chosen else rest


def _stated(stated: Sequence[Finding], members: dict[str, Finding], gone: bool, composed: Finding | None) -> Finding | None:
    """Return the household that was said; a couple or a family that is more than that by its members gives way."""
    best = min(stated, key=lambda one: (-one.confidence, one.order))
    if best.value == "couple" and gone and composed is None:
        return None
    if composed is None or best.confidence >= 1.0:
        return best
    if best.value == "couple" and gone:
        return composed
    if best.value in ("couple", "with_parents", "with_relatives", "single") and composed.value in (
        "with_children",
        "single_parent",
        "with_parents",
    ):
        return composed
    return best


def _of_members(members: dict[str, Finding], gone: bool) -> Finding | None:
    """Return the household of the people named; `gone`: the partner left or died. A child merely named needs a partner, there or gone."""
    partner = None if gone else members.get("with_partner")
    child = members.get("with_child") or (members.get("named_child") if partner or gone else None)
    if child:
        return _as(child, "with_children" if partner else "single_parent")
    if "with_parent" in members:
        return _as(members["with_parent"], "with_parents")
    return _as(partner, "couple", 0.7) if partner else None


def _as(member: Finding, value: str, confidence: float = 0.9) -> Finding:
    return replace(member, key=KEY, value=value, confidence=confidence)
