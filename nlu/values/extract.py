"""Every value that a message states, each under its fact key."""

from collections.abc import Callable, Iterator
from datetime import datetime

from nlu.types import Mention
from nlu.values.ages import read_age
from nlu.values.arrears import read_arrears_months
from nlu.values.care import read_care_level, read_contact_time
from nlu.values.counts import read_counts
from nlu.values.dates import read_deadlines
from nlu.values.locations import read_places
from nlu.values.money import read_money
from nlu.values.reading import Candidate, Reading, read

_Reader = Callable[[Reading], Iterator[tuple[str, Candidate]]]

_READERS: tuple[_Reader, ...] = (
    read_age,
    read_counts,
    read_money,
    read_arrears_months,
    read_deadlines,
    read_care_level,
    read_contact_time,
)


def extract_values(text: str, asked: str | None, now: datetime) -> list[Mention]:
    """Return the numbers, sums, dates and places of `text` as mentions, in the order of their place in the text.

    `asked` is the fact key that was just asked for, or None; a bare number takes its meaning from it. `now` is aware and gives
    the day in Asia/Tokyo. Each key comes at most once, `desired_area` once per place. Nothing found: an empty list.
    """
    reading = read(text, asked, now)
    found = [reading.mention(key, candidate) for reader in _READERS for key, candidate in reader(reading)] + read_places(reading)
    return sorted(found, key=lambda mention: (mention.start, mention.key))
