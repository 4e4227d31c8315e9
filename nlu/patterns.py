"""The lexicon of facts: declarative patterns, read once, run on a message fast.

`lexicon/facts/*.yml` (one topic a file) and `lexicon/needs.yml` say which words mean which value; `lexicon/facts/words.yml` holds the
named alternatives. Keys and values are those of the vocabulary; an unknown one, an unknown name or a wrong pattern stops loading.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from knowledge.vocabulary import load_vocabulary
from nlu.clauses import HELPED, SELF, Clause, Reading, expand, is_negated_after, load_context
from nlu.prefilter import required_words

LEXICON = Path(__file__).parent / "lexicon"
NEED = "need"
_ANSWERED = 0.8
NOTHING = "none"
HOUSEHOLD_MEMBERS = ("with_partner", "with_child", "named_child", "with_parent")

Scope = Literal["person", "adults", "household", "anyone"]
Allowed = Literal["other", "past", "planned", "supposed", "asked", "quoted", "negated"]


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class _Says(_Shape):
    is_: str = Field(alias="is")
    unless: str | None = None
    near: str | None = None
    negated: str | None = None
    allow: list[Allowed] = []
    also: dict[str, str] = {}
    scope: Scope | None = None
    confidence: float = 1.0


class _Value(_Shape):
    says: list[str | _Says] = []
    answers: list[str | _Says] = []
    only_asked: list[str] | None = None
    allow: list[Allowed] | None = None
    unless: str | None = None
    also: dict[str, str] = {}


class _Answer(_Shape):
    affirm: str | None = None
    deny: str | None = None


class _Key(_Shape):
    scope: Scope = "person"
    allow: list[Allowed] = []
    only_asked: list[str] | None = None
    answer: _Answer = _Answer()
    values: dict[str, _Value]


class _File(_Shape):
    version: int
    keys: dict[str, _Key]


class _Words(_Shape):
    version: int
    words: dict[str, str]


@dataclass(frozen=True)
class Rule:
    """One pattern and what it means.

    `asked_only`: it counts only as an answer to its key; `only_asked`: in an answer it counts only if one of these was asked;
    `words`: one of them must be in the text.
    """

    key: str
    value: str
    pattern: re.Pattern[str]
    words: frozenset[str] | None
    unless: re.Pattern[str] | None
    near: re.Pattern[str] | None
    negated: str | None
    allow: frozenset[str]
    also: tuple[tuple[str, str], ...]
    scope: Scope
    confidence: float
    asked_only: bool
    only_asked: frozenset[str] | None
    order: int

    def counts(self, asked: str | None) -> bool:
        """Tell whether the rule counts in an answer to the question `asked` (None: nothing was asked)."""
        if asked == self.key:
            return True
        return not self.asked_only and (asked is None or self.only_asked is None or asked in self.only_asked)


@dataclass(frozen=True)
class Finding:
    """A value found in the folded text at `start`…`end`; `order` is the place of its rule in the lexicon."""

    key: str
    value: str
    start: int
    end: int
    confidence: float
    order: int
    answered: bool = False


@dataclass(frozen=True)
class Lexicon:
    """Every rule, and the short answers of each key."""

    rules: tuple[Rule, ...]
    always: tuple[Rule, ...]
    by_word: dict[str, tuple[Rule, ...]]
    answers: dict[str, tuple[str | None, str | None]]
    scopes: dict[str, Scope]
    single: frozenset[str]


def find(reading: Reading, asked: str | None, helped: str) -> list[Finding]:
    """Return all findings in `reading`. `helped` is who needs the home: "self", "*" for a helper's client, or the word of a relative."""
    lexicon = load_lexicon()
    text = reading.text
    due = {rule.order: rule for rule in lexicon.always}
    for word, rules in lexicon.by_word.items():
        if word in text:
            due.update((rule.order, rule) for rule in rules)
    unsure = load_context().patterns["unsure"].search(text) is not None
    found: list[Finding] = []
    for order in sorted(due):
        rule = due[order]
        if rule.counts(asked) and not (unsure and rule.asked_only):
            found += _findings(rule, reading, asked, helped)
    return found


def _findings(rule: Rule, reading: Reading, asked: str | None, helped: str) -> Iterator[Finding]:
    for match in rule.pattern.finditer(reading.text):
        if match.end() == match.start():
            continue
        value = _accepted(rule, reading, match, asked, helped)
        if value is not None:
            yield Finding(rule.key, value, match.start(), match.end(), rule.confidence, rule.order, rule.asked_only)
            clause = reading.at(match.end() - 1)
            for key, other in rule.also:
                if not _is_about(load_lexicon().scopes.get(key, "anyone"), reading, match, clause, helped):
                    continue
                yield Finding(key, other, match.start(), match.end(), rule.confidence, rule.order)
            return


def _accepted(rule: Rule, reading: Reading, match: re.Match[str], asked: str | None, helped: str) -> str | None:
    """Return the value that a match means in its context, None when it means nothing."""
    clause = reading.at(match.end() - 1)
    start, end = reading.sentence_span(match.start())
    if rule.unless is not None and rule.unless.search(reading.text[start:end]):
        return None
    if rule.near is not None and not rule.near.search(reading.text):
        return None
    allow = rule.allow
    if asked == rule.key and load_context().patterns["hedged"].search(reading.text, clause.start, clause.end):
        allow = allow | {"asked", "supposed"}
    if (clause.past and "past" not in allow) or (clause.supposed and "supposed" not in allow) or (clause.asked and "asked" not in allow):
        return None
    if (
        "quoted" not in allow
        and rule.scope == "person"
        and reading.is_quoted(*match.span())
        and not reading.is_quoted(0, len(reading.text))
    ):
        return None
    if "other" not in allow and not _is_about(rule.scope, reading, match, clause, helped):
        return None
    if "negated" not in allow and is_negated_after(reading.text, match.end()):
        return rule.negated
    return rule.value


def _is_about(scope: Scope, reading: Reading, match: re.Match[str], clause: Clause, helped: str) -> bool:
    """Tell whether a match is about the person who needs the home (scope person), a grown-up (adults) or anybody who will live there."""
    if scope == "anyone":
        return True
    context = load_context()
    who, word = clause.who, clause.word
    if word and reading.text.find(word, clause.start, clause.end) > match.start():
        who, word = "", ""
    owner = context.patterns["owner_after"].match(reading.text, match.end())
    if owner:
        who, word = context.group_of(owner["who"]), owner["who"]
    if not who:
        return True
    if who == SELF:
        return helped in (SELF, HELPED) or context.patterns["client"].match(word) is not None
    if helped == word or (helped == HELPED and who != "other" and scope != "person"):
        return True
    if context.patterns["apart"].search(reading.text, *reading.sentence_span(clause.start)):
        return False
    if who == "partner" or (who == "child" and scope == "household"):
        return scope != "person"
    if scope != "person" and who in ("parent", "sibling"):
        return context.patterns["together"].search(reading.text) is not None
    return False


@lru_cache(maxsize=1)
def load_lexicon() -> Lexicon:
    """Return the compiled lexicon. Raises ValueError naming file and record when something in it is wrong."""
    words = {**load_words(), "people": "(?:" + "|".join(pattern.pattern for _, pattern in load_context().people) + ")"}
    rules: list[Rule] = []
    answers: dict[str, tuple[str | None, str | None]] = {}
    scopes: dict[str, Scope] = {}
    for path in _files():
        for key, spec in _load(path).keys.items():
            answers[key] = (spec.answer.affirm, spec.answer.deny)
            scopes[key] = spec.scope
            rules += _rules_of(path, key, spec, words, len(rules))
    by_word: dict[str, list[Rule]] = {}
    for rule in rules:
        for word in rule.words or ():
            by_word.setdefault(word, []).append(rule)
    single = frozenset(key for key, spec in load_vocabulary().facts.items() if spec.type != "multi")
    always = tuple(rule for rule in rules if not rule.words)
    return Lexicon(tuple(rules), always, {word: tuple(some) for word, some in by_word.items()}, answers, scopes, single)


def load_words() -> dict[str, str]:
    """Return the named alternatives that fact and need patterns share."""
    data = yaml.safe_load((LEXICON / "facts" / "words.yml").read_text(encoding="utf-8"))
    return _Words.model_validate(data).words


def _files() -> list[Path]:
    return [*sorted(path for path in (LEXICON / "facts").glob("*.yml") if path.name != "words.yml"), LEXICON / "needs.yml"]


def _load(path: Path) -> _File:
    try:
        data = _File.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        raise ValueError(f"{path.name}: {error}") from error
    for key, spec in data.keys.items():
        said = [(key, value) for value in spec.values] + [(key, value) for value in (spec.answer.affirm, spec.answer.deny) if value]
        rules = [one for entry in spec.values.values() for one in (*entry.says, *entry.answers) if isinstance(one, _Says)]
        said += [pair for entry in spec.values.values() for pair in entry.also.items()]
        said += [pair for rule in rules for pair in rule.also.items()] + [(key, rule.negated) for rule in rules if rule.negated]
        for pair in said:
            if not _is_known(*pair):
                raise ValueError(f"{path.name}: {pair[0]}: {pair[1]!r} is not in the vocabulary")
    return data


def _is_known(key: str, value: str) -> bool:
    """Tell whether the vocabulary has a value; the members of a household are our own keys."""
    vocabulary = load_vocabulary()
    if key == NEED:
        return value in vocabulary.needs
    if key in vocabulary.facts:
        return vocabulary.facts[key].allows(value)
    return key in HOUSEHOLD_MEMBERS and value in ("yes", "no")


def _rules_of(path: Path, key: str, spec: _Key, words: dict[str, str], order: int) -> Iterator[Rule]:
    for value, entry in spec.values.items():
        for asked_only, says in [*((False, one) for one in entry.says), *((True, one) for one in entry.answers)]:
            only_asked = entry.only_asked if entry.only_asked is not None else spec.only_asked
            allow = entry.allow if entry.allow is not None else spec.allow
            of_value = spec.model_copy(update={"only_asked": only_asked, "allow": allow})
            says = _Says(is_=says) if isinstance(says, str) else says
            unless = "|".join(f"(?:{one})" for one in (entry.unless, says.unless) if one) or None
            says = says.model_copy(update={"also": {**entry.also, **says.also}, "unless": unless})
            yield _rule(f"{path.name}: {key}.{value}", key, value, of_value, says, asked_only, words, order)
            order += 1


def _rule(record: str, key: str, value: str, spec: _Key, entry: _Says, asked_only: bool, words: dict[str, str], order: int) -> Rule:
    full = expand(entry.is_, words, record)

    def side(pattern: str | None) -> re.Pattern[str] | None:
        return re.compile(expand(pattern, words, record)) if pattern else None

    return Rule(
        key=key,
        value=value,
        pattern=re.compile(full),
        words=required_words(full),
        unless=side(entry.unless),
        near=side(entry.near),
        negated=entry.negated,
        allow=frozenset([*spec.allow, *entry.allow]),
        also=tuple(entry.also.items()),
        scope=entry.scope or spec.scope,
        confidence=min(entry.confidence, _ANSWERED) if asked_only else entry.confidence,
        asked_only=asked_only,
        only_asked=None if spec.only_asked is None else frozenset(spec.only_asked),
        order=order,
    )
