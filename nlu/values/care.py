"""Care level, and the times at which a person may be reached."""

from collections.abc import Iterator

from nlu.values.lexicon import load_lexicon
from nlu.values.reading import Candidate, Reading, corrected


def read_care_level(reading: Reading) -> Iterator[tuple[str, Candidate]]:
    """Yield (`care_level`, id): a level that is said, `applying` while the outcome is awaited, `none` when there is none."""
    lexicon = load_lexicon("care")
    asked = reading.asked == "care_level"
    found = []
    for match in lexicon.pattern("level" if asked else "full_level").finditer(reading.text):
        value = lexicon.table("level").get(_kind(match["kind"]) + match["n"])
        if value and not lexicon.pattern("past").match(reading.text[match.end() :]):
            found.append(Candidate(value, *match.span()))
    for match in lexicon.pattern("became").finditer(reading.text):
        found.append(Candidate(lexicon.table("level")[match["kind"] + match["n"]], *match.span()))
    if found:
        yield "care_level", corrected(reading, found)[-1]
        return
    about_care = asked or lexicon.pattern("care_context").search(reading.text)
    for name, value in (
        ("not_certified", "none"),
        ("applying", "applying"),
        ("no_answer", "none"),
    ):
        outcome = lexicon.pattern(name).search(reading.text) if about_care and (asked or name != "no_answer") else None
        if outcome and (asked or name == "not_certified" or lexicon.pattern("care_context").search(reading.left(outcome.start(), 14))):
            yield "care_level", Candidate(value, *outcome.span(), 0.9)
            return


def _kind(word: str) -> str:
    kana = load_lexicon("care").table("kana")
    return str(kana.get(word, word))


def read_contact_time(reading: Reading) -> Iterator[tuple[str, Candidate]]:
    """Yield (`contact_time`, words): the words that say when a person may be reached."""
    lexicon = load_lexicon("care")
    spans = []
    for match in lexicon.pattern("time").finditer(reading.text):
        if match[0] and lexicon.pattern("any_time").search(match[0]) and not lexicon.pattern("cannot").match(reading.text[match.end() :]):
            spans.append(match.span())
    if not spans:
        return
    if reading.asked == "contact_time":
        start, end = spans[0][0], spans[-1][1]
        yield "contact_time", Candidate(reading.text[start:end], start, end)
        return
    for start, end in spans:
        left = lexicon.pattern("reach_left").search(reading.left(start, 14))
        if lexicon.pattern("reach").match(reading.right(end, 16)) or left:
            yield "contact_time", Candidate(reading.text[start:end], start, end)
            return
