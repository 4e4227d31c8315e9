"""What understanding hands on: one fact (or need) with the words it rests on."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mention:
    """One value said in a message. `start` and `end` are offsets into the text as the person typed it.

    `key` is a vocabulary fact key, or "need" with a need id as `value`. `confidence` is 0…1; `source` names what found it.
    """

    key: str
    value: int | str
    start: int
    end: int
    text: str
    confidence: float = 1.0
    source: str = "rule"
