"""How many months of rent are behind."""

from collections.abc import Iterator

from nlu.values.lexicon import load_lexicon
from nlu.values.reading import Candidate, Reading, corrected


def read_arrears_months(reading: Reading) -> Iterator[tuple[str, Candidate]]:
    """Yield (`arrears_months`, n) when rent is behind now; debts already settled and other bills are left out."""
    lexicon = load_lexicon("counts")
    asked = reading.asked == "arrears_months"
    if asked and (match := lexicon.pattern("never_late").search(reading.text)):
        yield "arrears_months", Candidate(0, *match.span())
        return
    if lexicon.pattern("settled").search(reading.text):
        return
    found = _asked(reading) if asked else []
    found = found or _months(reading) or _named_months(reading)
    if found:
        yield (
            "arrears_months",
            found[-1] if asked and len(found) > 1 and found[0].start > 0 else found[0],
        )


def _asked(reading: Reading) -> list[Candidate]:
    lexicon = load_lexicon("counts")
    found = [Candidate(int(match["n"]), *match.span()) for match in lexicon.pattern("asked_months").finditer(reading.text)]
    if not found:
        named = list(lexicon.pattern("named_part").finditer(reading.text))
        found = [Candidate(len(named), named[0].start(), named[-1].end())] if named else []
    return corrected(reading, found)[-1:]


def _months(reading: Reading) -> list[Candidate]:
    lexicon = load_lexicon("counts")
    found = []
    for match in lexicon.pattern("months").finditer(reading.text):
        left, right = reading.left(match.start(), 24), reading.right(match.end(), 24)
        if lexicon.pattern("other_late").search(left):
            continue
        late = lexicon.pattern("late_cue").search(right) or lexicon.pattern("late_cue").search(left)
        rent = lexicon.pattern("rent_word").search(reading.text) or lexicon.pattern("late_word").search(left + right)
        in_court = match["part"] and lexicon.pattern("rent_word").search(left) and lexicon.pattern("debt_word").search(reading.text)
        alone = match["part"] and not left and lexicon.pattern("rent_unpaid").search(reading.text)
        if (late and rent) or in_court or alone:
            found.append(Candidate(int(match["n"]), *match.span()))
    return corrected(reading, found)


def _named_months(reading: Reading) -> list[Candidate]:
    """Count months told by name: 先々月と先月の分がまだ is two."""
    lexicon = load_lexicon("counts")
    for name in ("these_months", "this_month"):
        for match in lexicon.pattern(name).finditer(reading.text):
            around = reading.left(match.start(), 24) + reading.right(match.end(), 20)
            late = lexicon.pattern("late_cue").search(reading.right(match.end(), 16))
            if late and lexicon.pattern("rent_word").search(around + match[0]):
                return [
                    Candidate(
                        len(lexicon.pattern("month_word").findall(match[0])),
                        *match.span(),
                    )
                ]
    return []
