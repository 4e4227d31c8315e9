"""Judging FAQ search on any corpus, beside plain BM25."""

import json
from collections.abc import Sequence
from pathlib import Path

from bot.evaluation.cases import Case
from bot.evaluation.figures import Tally
from knowledge.faq import Corpus, bm25_ranking, read_faq, search_corpus

_DEPTH = 10


def judge_queries(queries: Sequence[Case], corpus_file: Path | None, tally: Tally) -> dict[str, float]:
    """Count the queries into `tally`, searching the project's FAQ or `corpus_file`; returns the baseline's figures."""
    corpus = Corpus.of(_entries(corpus_file) if corpus_file else read_faq())
    plain = Tally()
    for query in queries:
        relevant = query.data["relevant"]
        grades = {entry: float(grade) for entry, grade in relevant.items()} if isinstance(relevant, dict) else dict.fromkeys(relevant, 1.0)
        ranking = [hit.entry.id for hit in search_corpus(corpus, query.data["query"], limit=_DEPTH)]
        tally.add_query(grades, ranking)
        plain.add_query(grades, bm25_ranking(corpus, query.data["query"], limit=_DEPTH))
        if not set(ranking[:1]) & set(grades):
            tally.misses.append(f"{query.id}: first is {ranking[:1]}, not one of {sorted(grades)}: {query.data['query']}")
    return plain.figures()


def _entries(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
