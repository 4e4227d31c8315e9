"""Who will live in the new home: the household that the people named in a message make together."""

from collections.abc import Sequence
from dataclasses import replace

from nlu.patterns import Finding

MEMBER = "with_"
KEY = "household"


def settle_household(found: Sequence[Finding]) -> list[Finding]:
    """Return `found` with the members named (keys `with_…`) put together into one `household`; nothing named, nothing added.

    A household said outright wins; a child without a partner is a single parent, with one both parents' (labelling rule 2 of the vocabulary).
    """
    rest = [one for one in found if not one.key.startswith(MEMBER) and one.key != KEY]
    stated = [one for one in found if one.key == KEY]
    members = {one.key.removeprefix(MEMBER): one for one in reversed(found) if one.key.startswith(MEMBER) and one.value == "yes"}
    gone = any(one.key == "with_partner" and one.value == "no" for one in found)
    chosen = _of_members(members, gone)
    if stated:
        chosen = _stated(stated, members, gone, chosen)
    return [*rest, chosen] if chosen else rest


def _stated(stated: Sequence[Finding], members: dict[str, Finding], gone: bool, composed: Finding | None) -> Finding:
    """Return the household that was said; a couple or a family that is more than that by its members gives way."""
    best = min(stated, key=lambda one: (not one.answered, -one.confidence, one.order))
    if composed is None or best.confidence >= 1.0:
        return best
    if best.value == "couple" and gone:
        return composed
    if best.value in ("couple", "with_parents", "with_relatives", "single") and composed.value in ("with_children", "single_parent", "with_parents"):
        return composed
    return best


def _of_members(members: dict[str, Finding], gone: bool) -> Finding | None:
    partner = members.get("partner") if not gone else None
    child = members.get("child")
    if child and partner:
        return _as(child, "with_children")
    if child:
        return _as(child, "single_parent") if "alone_raising" in members or gone or "no_partner" in members else _as(child, "single_parent", 0.8)
    for name, value in (("parent", "with_parents"), ("partner", "couple"), ("relative", "with_relatives"), ("friend", "roommates")):
        if name in members and not (name == "partner" and gone):
            return _as(members[name], value)
    return None


def _as(member: Finding, value: str, confidence: float = 0.9) -> Finding:
    return replace(member, key=KEY, value=value, confidence=confidence)
