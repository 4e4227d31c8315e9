"""A message as sentences and clauses, each with what a reader notices at once: whose, when, whether only supposed, asked or denied."""

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

from nlu.folding import Folded, as_read, fold

CONTEXT = Path(__file__).parent / "lexicon" / "context.yml"

SELF, HELPED = "self", "helped"
_NAME = re.compile(r"(?<!\?P)<([a-z_]+)>")


@dataclass(frozen=True)
class Clause:
    """One clause. `start`…`end` are offsets into the folded text; `sentence` counts from 0.

    `who`: "" when nobody is named, "self" for the writer, else the group of the person it is about (partner, child, parent, sibling, other)
    with their word in `word`.
    The flags: `negated` (denied at its end), `past` (over by now), `planned`, `supposed` (if, in case), `asked` (a question).
    """

    start: int
    end: int
    sentence: int
    who: str = ""
    word: str = ""
    negated: bool = False
    past: bool = False
    planned: bool = False
    supposed: bool = False
    asked: bool = False


@dataclass(frozen=True)
class Reading:
    """A folded message with its clauses in order; they cover the text without gaps."""

    folded: Folded
    clauses: tuple[Clause, ...]
    starts: tuple[int, ...]

    @property
    def text(self) -> str:
        """The folded text."""
        return self.folded.text

    def at(self, place: int) -> Clause:
        """Return the clause around a place in the folded text."""
        return self.clauses[max(0, bisect_right(self.starts, place) - 1)]

    def sentence_span(self, place: int) -> tuple[int, int]:
        """Return where the sentence around `place` begins and ends."""
        number = self.at(place).sentence
        inside = [clause for clause in self.clauses if clause.sentence == number]
        return inside[0].start, inside[-1].end

    def is_quoted(self, start: int, end: int) -> bool:
        """Tell whether a span lies between quotation marks."""
        return any(opened <= start and end <= closed for opened, closed in self.folded.quoted)


class _Context(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int
    words: dict[str, str]
    people: dict[str, str]
    patterns: dict[str, str]


@dataclass(frozen=True)
class Context:
    """The compiled word lists of `lexicon/context.yml`."""

    patterns: dict[str, re.Pattern[str]]
    subject: re.Pattern[str]
    people: tuple[tuple[str, re.Pattern[str]], ...]

    def group_of(self, word: str) -> str:
        """Return the group of a word for a person; "" when it is none."""
        return next((group for group, pattern in self.people if pattern.fullmatch(word)), "")


def read_clauses(text: str) -> Reading:
    """Return `text` folded and split; an empty text has one empty clause. Never raises on any string."""
    context = load_context()
    folded = fold(text, context.patterns["blank_stop"])
    clauses: list[Clause] = []
    for number, (start, end) in enumerate(_pieces(folded.text, 0, len(folded.text), context.patterns["sentence"])):
        clauses += _clauses_of(folded.text, start, end, number, context)
    clauses = clauses or [Clause(0, 0, 0)]
    return Reading(folded, tuple(clauses), tuple(clause.start for clause in clauses))


def is_negated_after(text: str, end: int) -> bool:
    """Tell whether what ends at `end` of the folded text is denied by what follows; "must" (出ないといけません) denies nothing."""
    patterns = load_context().patterns
    return patterns["negated_after"].match(text, end) is not None and patterns["must"].match(text, max(0, end - 6)) is None


def _pieces(text: str, start: int, end: int, splitter: re.Pattern[str]) -> list[tuple[int, int]]:
    """Return the spans between the splitter's matches, each with the words that end it."""
    pieces = []
    at = start
    for match in splitter.finditer(text, start, end):
        if match.end() > at:
            pieces.append((at, match.end()))
            at = match.end()
    return [*pieces, (at, end)] if at < end else pieces


def _clauses_of(text: str, start: int, end: int, number: int, context: Context) -> list[Clause]:
    patterns = context.patterns
    spans = _pieces(text, start, end, patterns["clause"])
    asked = patterns["asked"].search(text, start, end) is not None
    clauses: list[Clause] = []
    topic: tuple[str, str] = ("", "")
    past = False
    for index, (left, right) in enumerate(spans):
        who, word, lasting = _who(text, left, right, context)
        if who:
            topic = (who, word) if lasting and not patterns["gone"].search(text, left, right) else ("", "")
        elif patterns["fresh"].match(text, left, right):
            topic = ("", "")
        else:
            who, word = topic
        now = patterns["now"].search(text, left, right) is not None
        past = not now and (past or patterns["past_topic"].search(text, left, right) is not None)
        turned = index + 1 < len(spans) and patterns["now"].match(text, *spans[index + 1]) is not None
        over = patterns["past"].search(text, left, right) is not None or (turned and patterns["was"].search(text, left, right) is not None)
        clauses.append(
            Clause(
                left,
                right,
                number,
                who,
                word,
                negated=patterns["negated_end"].search(text, left, right) is not None,
                past=past or over,
                planned=patterns["planned"].search(text, left, right) is not None,
                supposed=patterns["supposed"].search(text[left:right]) is not None
                or patterns["supposed_here"].search(text[left:end]) is not None,
                asked=asked and index == len(spans) - 1,
            )
        )
    return clauses


def _who(text: str, start: int, end: int, context: Context) -> tuple[str, str, bool]:
    """Return whom a clause is about, their word, and whether this lasts to the end of the sentence (a topic, not a subject)."""
    found: re.Match[str] | None = None
    for match in context.subject.finditer(text, start, end):
        found = match
        if match["topic"]:
            break
    if found is None:
        return "", "", False
    return context.group_of(found["who"]), found["who"], bool(found["topic"])


@lru_cache(maxsize=1)
def load_context() -> Context:
    """Return the compiled context words. Raises ValueError naming the record when a pattern is wrong."""
    data = _Context.model_validate(yaml.safe_load(CONTEXT.read_text(encoding="utf-8")))
    words = {**data.words, **data.people, "people": "(?:" + "|".join(data.people.values()) + ")"}
    patterns = {name: compile_pattern(pattern, words, f"{CONTEXT.name}: patterns.{name}") for name, pattern in data.patterns.items()}
    people = tuple((group, compile_pattern(pattern, words, f"{CONTEXT.name}: people.{group}")) for group, pattern in data.people.items())
    return Context(patterns, patterns["subject"], people)


def compile_pattern(pattern: str, words: dict[str, str], record: str) -> re.Pattern[str]:
    """Return a pattern with its <names> put in and in the folded spelling. Raises ValueError with `record` when it is wrong."""
    return re.compile(expand(pattern, words, record))


def expand(pattern: str, words: dict[str, str], record: str) -> str:
    """Return the full regular expression behind a pattern; names may stand in words too, four deep. Raises ValueError with `record`."""

    def word(match: re.Match[str]) -> str:
        if match[1] not in words:
            raise ValueError(f"{record}: no such word: <{match[1]}>")
        return words[match[1]]

    for _ in range(4):
        pattern = _NAME.sub(word, pattern)
    full = as_read(pattern)
    try:
        re.compile(full)
    except re.error as error:
        raise ValueError(f"{record}: {error}") from error
    return full
