"""Short answers: yes, no and their like take their meaning from the question that was just asked."""

from nlu.clauses import Reading, load_context
from nlu.patterns import HOUSEHOLD_MEMBERS as MEMBERS
from nlu.patterns import Finding, load_lexicon

_ORDER = 10_000


def read_answer(reading: Reading, asked: str | None, found: list[Finding], valued: set[str]) -> list[Finding]:
    """Return what a bare yes or no means for the key `asked`; nothing when the message says it in so many words, is unsure or refuses.

    `found` are the findings of the patterns, `valued` the keys that have a value already.
    """
    if asked is None or asked in valued or any(one.key == asked for one in found):
        return []
    if asked == "household" and any(one.key in MEMBERS and one.value == "yes" for one in found):
        return []
    affirm, deny = load_lexicon().answers.get(asked, (None, None))
    patterns = load_context().patterns
    text = reading.text
    if (affirm is None and deny is None) or patterns["unsure"].search(text):
        return []
    for name, value in (("yes", affirm), ("no", deny), ("no_inside", deny), ("yes_inside", affirm)):
        match = patterns[name].search(text)
        if match:
            return [Finding(asked, value, match.start(), match.end(), 0.9, _ORDER, True)] if value else []
    return []
