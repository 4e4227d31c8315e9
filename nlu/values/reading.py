"""One message made ready for the parsers: its plain and its digit form, what was asked, and the day."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from nlu.types import Mention
from nlu.values.lexicon import load_lexicon
from nlu.values.normalise import Normalised, normalise
from nlu.values.numbers import with_digits

TOKYO = ZoneInfo("Asia/Tokyo")


@dataclass(frozen=True)
class Candidate:
    """A possible value of one key: its span in the digit form, and how sure it is (0…1)."""

    value: int | str
    start: int
    end: int
    confidence: float = 1.0


@dataclass(frozen=True)
class Reading:
    """A message to read. `digits.text` has every number as plain digits; spans lead back to `original`."""

    original: str
    plain: Normalised
    digits: Normalised
    asked: str | None
    today: date

    @property
    def text(self) -> str:
        """The digit form, which the parsers search."""
        return self.digits.text

    def left(self, at: int, limit: int = 24) -> str:
        """Return what stands before `at` in the same sentence, at most `limit` characters."""
        return load_lexicon("shared").pattern("stop").split(self.text[max(0, at - limit) : at])[-1]

    def right(self, at: int, limit: int = 24) -> str:
        """Return what stands after `at` in the same sentence, at most `limit` characters."""
        return load_lexicon("shared").pattern("stop").split(self.text[at : at + limit])[0]

    def sentence(self, at: int) -> str:
        """Return the whole sentence around `at`."""
        return self.left(at, at) + self.right(at, len(self.text))

    def mention(self, key: str, found: Candidate) -> Mention:
        """Return `found` as a mention of `key`, with the words as they were typed."""
        start, end = self.digits.original_span(found.start, found.end)
        return Mention(key, found.value, start, end, self.original[start:end], found.confidence)


def read(text: str, asked: str | None, now: datetime) -> Reading:
    """Return `text` ready for the parsers; the day is that of `now` in Asia/Tokyo."""
    plain = normalise(text)
    return Reading(text, plain, with_digits(plain), asked, now.astimezone(TOKYO).date())


def corrected(reading: Reading, found: list[Candidate]) -> list[Candidate]:
    """Drop the candidates that the person took back (3人、いや4人 keeps the second)."""
    pattern = load_lexicon("shared").pattern("correction")
    kept: list[Candidate] = []
    for candidate in sorted(found, key=lambda one: one.start):
        if kept and pattern.search(reading.text, kept[-1].end, candidate.start):
            kept = []
        kept.append(candidate)
    return kept
