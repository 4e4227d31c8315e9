"""Checking everything that is declared: schemas, ids, sources, the questions' wording, and whether residents can read it."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

from bot.retention import periods
from bot.wording import EASY, responses
from knowledge import disaster, practices, programmes
from knowledge.assessment import load_assessment
from knowledge.concerns import load_concerns
from knowledge.directory import Directory
from knowledge.faq import read_faq
from knowledge.interview import load_interview
from knowledge.landlord_sheet import load_landlord_sheet
from knowledge.lifelines import emergency_words, load_lifelines
from knowledge.municipalities import load_municipalities
from knowledge.needs import load_needs
from knowledge.phrases import say_facts
from knowledge.sharing import load_sharing
from knowledge.urgency import load_urgency
from knowledge.vocabulary import load_vocabulary
from nlu.emergency import check_lexicon
from nlu.patterns import load_lexicon

_READABILITY = Path(__file__).parent.parent / "knowledge" / "data" / "readability.yml"
_NEVER_ASKED = {"gender"}
_KANJI = re.compile(r"[\u3400-\u9fff]")
_IN_PARENTHESES = re.compile(r"[\uff08(][^\uff09)]*[\uff09)]")
_SENTENCE_ENDS = re.compile(r"[\u3002\uff1f?!\uff01\n]")
_LONG_ENOUGH = 20
_WITHOUT_READING = re.compile(r"[\u3400-\u9fff\u3005]+(?![\u3400-\u9fff\u3005]|\uff08[\u3041-\u3096\u30fc]+\uff09)")
_PLACEHOLDER = re.compile(r"\{[^}]*\}")


class Readability(BaseModel):
    """The limits of data/readability.yml."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    longest_sentence: int
    longest_easy_sentence: int
    also_in_plain_japanese: list[str]
    most_kanji: float
    hard_words: dict[str, str]


def check_all() -> list[str]:
    """Return one line for each thing that was checked. Raises the loader's error on the first fault in a file, ValueError for wording."""
    lines = [f"{name}: {load()}" for name, load in _LOADERS.items()]
    faults = list(wording_faults())
    if faults:
        raise ValueError("\n".join(faults))
    return [*lines, f"texts for residents: {sum(1 for _ in resident_texts())}, all readable"]


def wording_faults() -> Iterator[str]:
    """Yield what is wrong with the wording: a fact without its question, a sentence too long, too dense, or with a hard word."""
    for key in load_vocabulary().facts:
        if key not in _NEVER_ASKED and f"utter_ask_{key}" not in responses():
            yield f"bot/dialogue: no question utter_ask_{key}"
    for name in responses():
        yield from (f"bot/dialogue: {name}: {fault}" for fault in easy_faults(name))
        if _asks(name) and not any(one.get("channel") == EASY for one in responses()[name]):
            yield f"bot/dialogue: {name}: no variation in plain Japanese (channel: {EASY})"
    for key in load_interview().settings.worded_for_others:
        if f"utter_ask_{key}_of_another" not in responses():
            yield f"bot/dialogue: no question utter_ask_{key}_of_another"
    limits = readability()
    for name, text in resident_texts():
        yield from (f"{name}: {fault}" for fault in text_faults(text, limits))


def text_faults(text: str, limits: Readability) -> Iterator[str]:
    """Yield what makes a text for residents hard to read; nothing when it is fine."""
    for word, plain in limits.hard_words.items():
        if word in text:
            yield f"{word}: say {plain or 'it without this word'}"
    for sentence in _SENTENCE_ENDS.split(_IN_PARENTHESES.sub("", text)):
        if len(sentence) > limits.longest_sentence:
            yield f"a sentence of {len(sentence)} characters: {sentence}"
        elif len(sentence) >= _LONG_ENOUGH and len(_KANJI.findall(sentence)) / len(sentence) > limits.most_kanji:
            yield f"too many kanji: {sentence}"


def _asks(name: str) -> bool:
    """Whether a response is a question, the greeting, or has words of its own about an emergency."""
    own_words = _PLACEHOLDER.sub("", responses()[name][0].get("text", "")).strip()
    return bool(own_words) and (name.startswith("utter_ask_") or name in readability().also_in_plain_japanese)


def easy_faults(name: str) -> Iterator[str]:
    """Yield what is wrong with a response's variation in plain Japanese: a word without its reading, or a sentence too long."""
    for text in (one["text"] for one in responses()[name] if one.get("channel") == EASY):
        told = _PLACEHOLDER.sub("", text)
        yield from (f"no reading behind {found[0]}" for found in _WITHOUT_READING.finditer(told))
        for sentence in _SENTENCE_ENDS.split(_IN_PARENTHESES.sub("", told)):
            if len(sentence.strip()) > readability().longest_easy_sentence:
                yield f"too long for plain Japanese: {sentence.strip()}"


def readability() -> Readability:
    """Return the limits."""
    return Readability.model_validate(yaml.safe_load(_READABILITY.read_text(encoding="utf-8")))


def resident_texts() -> Iterator[tuple[str, str]]:
    """Yield (where it stands, text) of everything that residents are told."""
    for name, variations in responses().items():
        for variation in variations:
            yield f"bot/dialogue: {name}", variation.get("text", "")
    for need in load_needs().needs.values():
        yield f"needs.yml: {need.id}", need.check
    for kind in {kind for line in load_lifelines() for kind in line.answers}:
        yield f"lifelines.yml: {kind}", emergency_words(kind).message
    for desk in Directory.from_files().records:
        yield f"desks: {desk.id}", desk.what
    for entry in read_faq():
        yield f"faq: {entry.id}", entry.answer


def _count_values() -> str:
    return f"{len(load_vocabulary().facts)} facts, {len(load_vocabulary().needs)} needs"


def _check_emergency_lexicon() -> str:
    check_lexicon()
    return "read"


_LOADERS: dict[str, Callable[[], str]] = {
    "vocabulary": _count_values,
    "needs": lambda: f"{len(load_needs().needs)} needs with rules",
    "urgency": lambda: f"{len(load_urgency().rules)} rules",
    "interview": lambda: f"{len(load_interview().questions)} questions",
    "phrases": lambda: say_facts({}) or "read",
    "lifelines": lambda: f"{len(load_lifelines())} lines",
    "municipalities": lambda: f"{len(load_municipalities())} municipalities",
    "desks": lambda: f"{len(Directory.from_files().records)} desks, {len(Directory.from_files().councils)} councils",
    "programmes": lambda: f"{len(programmes.load_programmes())} programmes",
    "disaster": lambda: f"{len(disaster.load_menu().records)} support menus",
    "practices": lambda: f"{len(practices.load_practices().services)} services",
    "concerns": lambda: f"{len(load_concerns().concerns)} worries of the form",
    "assessment": lambda: f"{len(load_assessment().sections)} sections, {len(load_assessment().strengths)} strengths",
    "landlord sheet": lambda: f"{len(load_landlord_sheet().worries)} worries of landlords",
    "sharing": lambda: f"{len(load_sharing().items)} items for {len(load_sharing().recipients)} kinds of recipients",
    "retention": lambda: f"{len(periods(1))} periods",
    "faq": lambda: f"{len(read_faq())} entries",
    "lexicon": lambda: f"{len(load_lexicon().rules)} patterns",
    "emergency lexicon": _check_emergency_lexicon,
}
