"""What stands on each paper: the data that the templates and spreadsheets are filled with. No layout here."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from bot.case_files import CaseFile
from bot.consents import ConsentView
from bot.sheet import Sheet, SheetConcern, SheetFact, SheetNeed, SheetSection
from connectors.console.exports.wording import paper_words, print_time
from connectors.console.wording import load_wording, print_fact
from knowledge.disaster_plan import fill_disaster_plan
from knowledge.facts import plain_values
from knowledge.landlord_sheet import fill_landlord_sheet
from knowledge.sharing import load_sharing, shared_values

_GLANCE = ("age", "age_band", "household", "housing_now", "reasons", "deadline")
_GRAVE = ("emergency", "today")
_KNOWN = ("said", "confirmed", "inferred", "corrected")
_SHORT_QUOTE = 40
_LONG_QUOTE = 160
_QUOTES = 3
_MOST_NEEDS = 6


def intake_paper(file: CaseFile, organisation: str, now: datetime) -> dict[str, Any]:
    """Return the 相談受付・申込票 with the assessment, for `templates/intake.typ`."""
    words, sheet = paper_words(), file.sheet
    facts = {fact.key: fact for fact in sheet.facts}
    urgency_words = load_wording()
    return {
        **paper_frame(words.intake.title, file.case.reference, organisation, now),
        "about": words.intake.about,
        "words": words.intake.model_dump(),
        "urgency": {
            "grave": sheet.urgency in _GRAVE,
            "label": urgency_words.urgency[sheet.urgency],
            "why": words.joiner.join(sheet.urgency_reasons) or urgency_words.urgency_note[sheet.urgency],
            "kinds": [urgency_words.alert_kind[kind] for kind in sheet.emergency],
        },
        "head": _head(file),
        "glance": _glance(facts),
        "concerns": [_concern(concern) for concern in sheet.concerns],
        "heaviest": _heaviest(sheet.concerns),
        "contact": _contact(sheet),
        "strengths": _strengths(sheet),
        "wishes": [_pair(facts[key]) for key in ("desired_area", "rent_max", "wishes") if facts[key].value],
        "needs": _needs_by_status(sheet.needs),
        "suggested": suggested(sheet),
        "assessment": {
            **words.assessment.model_dump(exclude={"state", "blanks"}),
            "sections": [_section(section, sheet, file.authors) for section in sheet.sections],
        },
    }


def shared_paper(file: CaseFile, consent: ConsentView, remark: str, staff_name: str, organisation: str, now: datetime) -> dict[str, Any]:
    """Return the 入居者情報共有シート for one consent, for `templates/shared.typ`: only what the person agreed to share with that recipient.

    `remark`: what the caseworker adds, may be empty.
    """
    words = paper_words().shared
    sheet = fill_landlord_sheet(shared_values(file.facts, consent.items), consent.items, now)
    labels = {"wishes": words.wishes, "support": words.support, "care": words.care}
    return {
        **paper_frame(words.title, file.case.reference, organisation, now),
        "about": words.about,
        "words": words.model_dump(),
        "recipient": recipient_name(consent),
        "reference": file.case.reference,
        "groups": [
            {"label": labels[item], "lines": [asdict(line) for line in lines], "notes": sheet.notes if item == "care" else []}
            for item, lines in sheet.lines.items()
        ],
        "worries": [asdict(worry) for worry in sheet.worries],
        "remark": remark,
        "contact": [organisation, words.staff_blank + staff_name, words.phone_blank],
        "consent": words.consent.format(day=print_time(consent.given_at)),
    }


def recipient_name(consent: ConsentView) -> str:
    """Return the recipient of a consent in words."""
    return consent.name or load_sharing().recipients[consent.recipient].label  # type: ignore[index]


def plan_paper(file: CaseFile, organisation: str, now: datetime) -> dict[str, Any] | None:
    """Return the 再建計画書 filled from what the person told, for `templates/plan.typ`; None when there was no disaster."""
    plan = fill_disaster_plan(plain_values(file.facts), now)
    if plan is None:
        return None
    words = paper_words().plan
    return {
        **paper_frame(words.title, file.case.reference, organisation, now),
        "words": words.model_dump(),
        "introduction": plan.introduction,
        "form-note": plan.form_note,
        "not-sent": plan.not_sent,
        "lines": [asdict(line) for line in plan.lines],
        "months": [asdict(month) for month in plan.months],
        "steps": list(plan.steps),
        "steps-note": plan.steps_note,
        "next-steps": list(plan.next_steps),
        "menu-introduction": plan.menu_introduction,
        "menu": [asdict(support) for support in plan.menu],
        "source": plan.source,
    }


def paper_frame(title: str, reference: str, organisation: str, now: datetime) -> dict[str, Any]:
    """Return what every paper carries around its content."""
    words = paper_words()
    return {
        "title": title,
        "author": organisation,
        "footer": f"{words.handle_with_care}　{words.intake.reference} {reference}",
        "made": words.made_at.format(moment=print_time(now)),
        "missing-note": words.missing_glyph_note,
    }


def concern_mark(concern: SheetConcern) -> str:
    """Return the sign in the box of a worry; empty when nobody asked."""
    marks = paper_words().concern_mark
    return marks.get(str(concern.marks)) or marks.get(concern.status, "")


def fact_basis(fact: SheetFact, author: str) -> str:
    """Return whose word a fact is: the person's, a caseworker's, ours."""
    words = load_wording()
    return words.fact_author["staff"] if author == "staff" else words.fact_status.get(fact.status, "")


def suggested(sheet: Sheet) -> list[dict[str, str]]:
    """Return what was suggested: desks with why, programmes with how they stood."""
    words = paper_words().intake
    desks = [{"title": desk.title, "note": desk.why} for desk in sheet.desks]
    programmes = [
        {"title": programme.title, "note": words.programme_yes if programme.verdict == "yes" else words.programme_unknown}
        for programme in sheet.programmes
    ]
    return desks + programmes


def known_facts(section: SheetSection, sheet: Sheet) -> list[SheetFact]:
    """Return the facts of a section that have a value; the age band that only repeats the age is left out."""
    lines = {fact.key: fact for fact in sheet.facts}
    has_age = bool(lines["age"].value)
    return [lines[key] for key in section.facts if lines[key].status in _KNOWN and lines[key].value and not (key == "age_band" and has_age)]


def blanks(section: SheetSection, sheet: Sheet) -> dict[str, list[SheetFact]]:
    """Return the facts of a section without a value, by why there is none; what is never asked is left out."""
    lines = {fact.key: fact for fact in sheet.facts}
    found: dict[str, list[SheetFact]] = {}
    for status in paper_words().assessment.blanks:
        empty = [lines[key] for key in section.facts if lines[key].status == status and not (key == "age_band" and lines["age"].value)]
        if empty:
            found[status] = empty
    return found


def short(words: Sequence[str], length: int, count: int = _QUOTES) -> list[str]:
    """Return the first few of the person's words, each cut to `length` characters."""
    more = paper_words().more
    return [one if len(one) <= length else one[:length] + more for one in words[:count]]


def _head(file: CaseFile) -> list[dict[str, str]]:
    words, case = paper_words().intake, file.case
    return [
        {"label": words.reference, "value": case.reference},
        {"label": words.received, "value": print_time(case.consented_at)},
        {"label": words.place, "value": file.place or (words.masked if case.sensitive else words.contact_not_asked)},
        {"label": words.status, "value": load_wording().case_status.get(case.status, case.status)},
    ]


def _glance(facts: Mapping[str, SheetFact]) -> list[str]:
    keys = [key for key in _GLANCE if not (key == "age_band" and facts["age"].value)]
    said = {key: print_fact(facts[key].value) for key in keys if facts[key].value}
    return [paper_words().deadline.format(value=value) if key == "deadline" else value for key, value in said.items()]


def _concern(concern: SheetConcern) -> dict[str, Any]:
    mark = concern_mark(concern)
    heavy = concern.marks > 0
    note = paper_words().joiner.join(concern.reasons[:2]) if heavy or concern.status == "suspected" else ""
    return {"label": concern.label, "mark": mark, "heavy": heavy, "note": note}


def _heaviest(concerns: Iterable[SheetConcern]) -> dict[str, Any] | None:
    found = next((concern for concern in concerns if concern.marks == 2), None)
    if found is None:
        return None
    return {"label": found.label, "reasons": found.reasons[:3], "words": short(found.words, _SHORT_QUOTE)}


def _contact(sheet: Sheet) -> dict[str, Any]:
    words, contact = paper_words().intake, sheet.contact
    return {
        "careful": contact.careful,
        "method": contact.method or words.contact_not_asked,
        "time": contact.time or words.contact_not_asked,
        "notes": [note.model_dump() for note in contact.notes],
        "open": "" if contact.asked_unsafe else words.contact_unsafe_open,
    }


def _strengths(sheet: Sheet) -> list[dict[str, Any]]:
    words = paper_words().intake
    groups = (("support", words.strengths_support), ("strength", words.strengths_strength))
    found = [(label, [one.text for one in sheet.strengths if one.kind == kind]) for kind, label in groups]
    return [{"label": label, "items": items} for label, items in found if items]


def _needs_by_status(needs: Sequence[SheetNeed]) -> list[dict[str, Any]]:
    labels = load_wording().need_status
    groups = []
    for status in ("stated", "confirmed", "suspected", "declined"):
        items = [need.label for need in needs if need.status == status]
        rest = len(items) - _MOST_NEEDS
        if items:
            groups.append({"label": labels[status], "items": items[:_MOST_NEEDS] + ([paper_words().more] if rest > 0 else [])})
    return groups


def _section(section: SheetSection, sheet: Sheet, authors: Mapping[str, str]) -> dict[str, Any]:
    words = paper_words().assessment
    needs = {need.id: need for need in sheet.needs}
    return {
        "label": section.label,
        "state": words.state[section.state],
        "facts": [
            {
                "label": fact.label,
                "value": print_fact(fact.value),
                "status": fact_basis(fact, authors.get(fact.key, "")),
                "words": short(fact.words, _LONG_QUOTE),
            }
            for fact in known_facts(section, sheet)
        ],
        "needs": [_need(needs[need]) for need in section.needs],
        "blanks": [
            {"label": words.blanks[status], "items": [fact.label for fact in empty]} for status, empty in blanks(section, sheet).items()
        ],
    }


def _need(need: SheetNeed) -> dict[str, Any]:
    return {
        "label": need.label,
        "status": load_wording().need_status[need.status],
        "reasons": need.reasons,
        "words": short(need.words, _LONG_QUOTE, 2),
    }


def _pair(fact: SheetFact) -> dict[str, str]:
    return {"label": fact.label, "value": print_fact(fact.value)}
