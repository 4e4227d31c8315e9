"""The FAQ's entries: their shape, their sources, and what they promise."""

from knowledge.faq import read_faq


def test_every_entry_prints_its_source_and_date() -> None:
    for entry in read_faq():
        assert entry.source_line
        assert entry.as_of is not None
        assert str(entry.as_of.year) in entry.source_line
