"""Numbers as people write them: Chinese numerals, full-width, mixed; and a copy of the text in which all are plain digits."""

import re

from nlu.values.lexicon import load_lexicon
from nlu.values.normalise import Normalised

# longer runs are codes or noise, not amounts
LONGEST = 24

Change = tuple[int, int, str]


def parse_number(text: str) -> int | None:
    """Return the number that the whole of `text` spells (十二, 3万5千, 2.5万, 1,200), or None; several tens (数十) are none.

    A lone digit after ten thousands counts thousands, as people say it: 6万5 is 65000.
    """
    match = load_lexicon("numbers").pattern("run").fullmatch(text)
    return _value(_tokens(text)) if match else None


def _tokens(text: str) -> list[str]:
    return load_lexicon("numbers").pattern("token").findall(text)


def _value(tokens: list[str]) -> int:
    lexicon = load_lexicon("numbers")
    digit, unit, big = (
        lexicon.table("digit"),
        lexicon.table("unit"),
        lexicon.table("big"),
    )
    if _is_neighbour_pair(tokens):
        tokens = tokens[1:]
    total = section = 0.0
    current: float | None = None
    for token in tokens:
        if token in digit:
            current = (current or 0) * 10 + int(digit[token])
        elif token in unit:
            section += (1 if current is None else current) * int(unit[token])
            current = None
        elif token in big:
            total += ((section + (current or 0)) or 1) * int(big[token])
            section, current = 0.0, None
        else:
            current = float(token.replace(",", "")) if current is None else current * 10 ** len(token) + float(token.replace(",", ""))
    if current is not None and current < 10 and len(tokens) > 1 and big.get(tokens[-2]) == 10000 and section == 0:
        current *= 1000
    return round(total + section + (current or 0))


def _is_neighbour_pair(tokens: list[str]) -> bool:
    """Tell 五六万 (five or six ten-thousands) from 五十六万."""
    digit = load_lexicon("numbers").table("digit")
    if len(tokens) < 2 or tokens[0] not in digit or tokens[1] not in digit:
        return False
    return int(digit[tokens[1]]) - int(digit[tokens[0]]) == 1 and (len(tokens) == 2 or tokens[2] not in digit)


def with_digits(text: Normalised) -> Normalised:
    """Return `text` with every number as plain digits, its counter in one form, and sums of money as digits and 円.

    Spans of the result lead to the original as before. 八万二千円 becomes 82000円, 76さい 76歳, ふた月 2か月, 5、6万 60000円.
    """
    text = text.replaced(_whole_words(text.text))
    text = text.replaced(_spoken(text.text))
    text = text.replaced(_runs(text.text))
    return text.replaced(_ranges(text.text))


def _whole_words(text: str) -> list[Change]:
    lexicon = load_lexicon("numbers")
    table, protected = lexicon.table("whole"), _protected(text)
    found = (match for match in lexicon.pattern("whole").finditer(text) if not _inside(match.start(), protected))
    return [(match.start(), match.end(), str(table[match[0]])) for match in found]


def _protected(text: str) -> list[tuple[int, int]]:
    """Return the spans of words that only look like numbers."""
    return [match.span() for match in load_lexicon("numbers").pattern("protected").finditer(text)]


def _inside(at: int, spans: list[tuple[int, int]]) -> bool:
    return any(start <= at < end for start, end in spans)


def _spoken(text: str) -> list[Change]:
    lexicon = load_lexicon("numbers")
    table = lexicon.table("spoken")
    changes: list[Change] = []
    for match in lexicon.pattern("spoken_run").finditer(text):
        tens = match["tens"]
        value = int(table.get(match["ones"] or match["only"] or "", 0))
        if tens:
            value += 10 * int(table.get(tens[:-3], 1))
        changes.append((match.start(), match.end(), str(value)))
    return changes


def _runs(text: str) -> list[Change]:
    lexicon = load_lexicon("numbers")
    protected = _protected(text)
    changes: list[Change] = []
    for match in lexicon.pattern("run").finditer(text):
        after = text[match.end() : match.end() + 8]
        if len(match[0]) == 1 and _inside(match.start(), protected):
            continue
        if not lexicon.pattern("fuzzy_after").match(after) and _is_number(text, match):
            changes.append(_change(match, after))
    return changes


def _is_number(text: str, match: re.Match[str]) -> bool:
    lexicon = load_lexicon("numbers")
    run = match[0]
    if len(run) > LONGEST:
        return False
    if len(run) > 1 or run.isascii():
        return True
    before = text[max(0, match.start() - 2) : match.start()]
    after = text[match.end() :]
    if not lexicon.pattern("single_after").match(after):
        return False
    if lexicon.pattern("counter_after").match(after) or lexicon.pattern("money_after").match(after):
        return True
    # a numeral of its own has to open its clause, unless it goes on into a range or a further counter
    return bool(lexicon.pattern("single_before").search(before)) or not lexicon.pattern("clause_end").match(after)


def _change(match: re.Match[str], after: str) -> Change:
    lexicon = load_lexicon("numbers")
    tokens = _tokens(match[0])
    value = _value(tokens)
    yen = lexicon.table("sign")["yen"]
    money = lexicon.pattern("money_after").match(after)
    if money:
        return match.start(), match.end() + money.end(), f"{value}{yen}"
    counter = lexicon.pattern("counter_after").match(after)
    if counter:
        return (
            match.start(),
            match.end() + counter.end(),
            f"{value}{lexicon.table('counter')[counter['counter']]}",
        )
    if value >= 1000 and not tokens[-1].isdigit() and not lexicon.pattern("not_money_after").match(after):
        return match.start(), match.end(), f"{value}{yen}"
    if any(token in lexicon.table("big") for token in tokens) and not lexicon.pattern("not_money_after").match(after):
        return match.start(), match.end(), f"{value}{yen}"
    decimal = len(tokens) == 1 and "." in tokens[0]
    return match.start(), match.end(), tokens[0] if decimal else str(value)


def _ranges(text: str) -> list[Change]:
    lexicon = load_lexicon("numbers")
    yen = lexicon.table("sign")["yen"]
    changes: list[Change] = []
    for match in lexicon.pattern("range_small").finditer(text):
        low, high = int(match["a"]), int(match["b"])
        scale = 10000 if high >= 10000 else 1000
        if low * scale < high <= (low + 5) * scale:
            changes.append((match.start(), match.end(), f"{high}{yen}"))
    for match in lexicon.pattern("range_full").finditer(text):
        if int(match["a"]) < int(match["b"]) <= int(match["a"]) * 2:
            changes.append((match.start(), match.end(), f"{match['b']}{yen}"))
    for match in lexicon.pattern("range_count").finditer(text):
        if int(match["b"]) - int(match["a"]) == 1:
            changes.append((match.start(), match.end(), match["b"]))
    return _without_overlaps(changes)


def _without_overlaps(changes: list[Change]) -> list[Change]:
    kept: list[Change] = []
    for change in sorted(changes):
        if not kept or change[0] >= kept[-1][1]:
            kept.append(change)
    return kept
