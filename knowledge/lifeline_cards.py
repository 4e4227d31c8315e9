"""Lifelines as messages: the words for each kind of emergency and a card for each line."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from knowledge.lifelines import Lifeline, danger_sentence, emergency_words, language_answer, lifelines_for, load_lifelines
from knowledge.phrases import human_line_ids, word

_MOST_CARDS = 3


def lifeline_card(line: Lifeline, at: datetime) -> dict[str, Any]:
    """Return a line as the fields of a reply's card; `open_now` only where the hours are surely known."""
    label = word("call").format(number=line.number) if line.number else line.name
    as_of = "" if line.lasting else word("as_of").format(year=line.as_of.year, month=line.as_of.month, day=line.as_of.day)
    return {
        "id": line.id,
        "title": line.name,
        "what": line.for_whom,
        "why": line.note,
        "hours": word("gap").join(part for part in (line.hours.text, line.free_note or (word("free") if line.free else "")) if part),
        "open_now": line.is_open(at),
        "reach": [{"kind": "phone" if line.number else "web", "label": label, "href": line.href}] if line.href else [],
        "source": word("source").format(title=line.source.title, publisher=line.source.publisher),
        "as_of": as_of,
    }


def lifeline_reply(kinds: Sequence[str], at: datetime, *, sure: bool = True, language: str | None = None) -> dict[str, Any]:
    """Return {text, easy_text, cards} for these kinds of emergency, the weightiest first. `sure` False: ask gently first.

    In another `language` of ours its sentence on danger comes first, and lines that speak it before others.
    """
    words = [emergency_words(kind) for kind in kinds]
    theirs = danger_sentence(language) if language else None
    return {
        "text": "\n\n".join([*([theirs] if theirs else []), *(one.message if sure else one.gentle for one in words)]),
        "easy_text": "\n\n".join(one.easy_message if sure else one.easy_gentle for one in words),
        "cards": [lifeline_card(line, at) for line in lifelines_for(kinds, at, language)[:_MOST_CARDS]],
    }


def human_lines(at: datetime) -> list[dict[str, Any]]:
    """Return cards of the lines where a human answers about any trouble; stale ones are left out."""
    wanted = human_line_ids()
    return [lifeline_card(line, at) for line in load_lifelines() if line.id in wanted and line.is_fresh(at)]


def language_reply(language: str, at: datetime) -> dict[str, Any] | None:
    """Return {text, cards} in the person's language, or None when it is not one of ours."""
    answer = language_answer(language, at)
    if answer is None:
        return None
    return {"text": answer.text, "cards": [lifeline_card(answer.line, at)] if answer.line else []}
