"""FAQ entries: their shape in the data files, and reading them with everything they point to checked."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from knowledge.errors import DataError
from knowledge.files import DATA, load_sources, read_shape
from knowledge.schema import RecordId, Shape, SourceFile, SourceRecord, SourceRef, Text
from knowledge.vocabulary import load_vocabulary

FAQ_FOLDER = DATA / "faq"
_NOT_ENTRIES = ("sources.yml", "synonyms.yml", "wording.yml")
FaqStatus = Literal["current", "ended", "unverified"]


class FaqRecord(Shape):
    """One entry as a file or a form gives it. `variants`: the question in residents' words, used for searching only."""

    id: RecordId
    question: Text
    answer: Text
    variants: Annotated[list[Text], Field(min_length=3, max_length=8)]
    needs: list[str] = Field(default_factory=list)
    desk_kinds: list[str] = Field(default_factory=list)
    source: SourceRef
    status: FaqStatus = "current"


class FaqFile(Shape):
    """One file of `data/faq/`: a topic."""

    faqs: Annotated[list[FaqRecord], Field(min_length=1)]


class FaqWording(Shape):
    """How a source is printed. {title}, {year}, {month}, {day}; `with_section` also {section}."""

    source_line: Text
    with_section: Text


@dataclass(frozen=True)
class FaqEntry:
    """One question with its answer as the search sees it; of any other corpus only `id`, `question` and `answer` are known.

    `source_line` is the printed source with its date, in Japanese; empty when no source is known.
    """

    id: str
    question: str
    answer: str
    variants: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    desk_kinds: tuple[str, ...] = ()
    source: SourceRef | None = None
    source_line: str = ""
    status: FaqStatus = "current"

    @property
    def as_of(self) -> dt.date | None:
        """The day at which the source was true."""
        return self.source.as_of if self.source else None


@cache
def load_faq_sources(
    path: Path = FAQ_FOLDER / "sources.yml",
) -> dict[str, SourceRecord]:
    """Return all documents that an entry may name: the FAQ's own and those of `data/sources.yml`.

    Raises DataError when an id stands twice.
    """
    sources = dict(load_sources())
    for source in read_shape(path, SourceFile).sources:
        if source.id in sources:
            raise DataError(path.name, source.id, "this id stands twice, here or in ../sources.yml")
        sources[source.id] = source
    return sources


def entry_from_record(record: FaqRecord, file: str = "faq") -> FaqEntry:
    """Return the entry of a record. Raises DataError, with `file` named, when it names an unknown need, desk kind or source."""
    vocabulary = load_vocabulary()
    for need in record.needs:
        if need not in vocabulary.needs:
            raise DataError(file, record.id, f"need {need!r} is not in vocabulary.yml")
    for kind in record.desk_kinds:
        if kind not in vocabulary.desk_kinds:
            raise DataError(file, record.id, f"desk kind {kind!r} is not in vocabulary.yml")
    if record.source.document not in load_faq_sources():
        raise DataError(
            file,
            record.id,
            f"source document {record.source.document!r} is not in sources.yml",
        )
    return FaqEntry(
        id=record.id,
        question=record.question,
        answer=record.answer,
        variants=tuple(record.variants),
        needs=tuple(record.needs),
        desk_kinds=tuple(record.desk_kinds),
        source=record.source,
        source_line=print_source(record.source),
        status=record.status,
    )


def print_source(source: SourceRef) -> str:
    """Return the source and its date as a resident reads it."""
    day = source.as_of
    title = load_faq_sources()[source.document].title
    form = _wording().with_section if source.section else _wording().source_line
    return form.format(title=title, section=source.section, year=day.year, month=day.month, day=day.day)


def read_faq(folder: Path = FAQ_FOLDER) -> list[FaqEntry]:
    """Return the FAQ's entries in the order of the files. Raises DataError that names file and record when anything is wrong."""
    entries: list[FaqEntry] = []
    seen: dict[str, str] = {}
    for path in sorted(folder.glob("*.yml")):
        if path.name in _NOT_ENTRIES:
            continue
        for record in read_shape(path, FaqFile).faqs:
            for wording in (record.id, record.question, *record.variants):
                if wording in seen:
                    raise DataError(
                        path.name,
                        record.id,
                        f"{wording!r} stands in {seen[wording]} too",
                    )
                seen[wording] = record.id
            entries.append(entry_from_record(record, path.name))
    return entries


def as_entry(entry: FaqEntry | Mapping[str, str]) -> FaqEntry:
    """Return an entry of any corpus, given as an entry or as {"id", "question", "answer"}."""
    if isinstance(entry, FaqEntry):
        return entry
    return FaqEntry(id=entry["id"], question=entry["question"], answer=entry["answer"])


def as_entries(entries: Sequence[FaqEntry | Mapping[str, str]]) -> tuple[FaqEntry, ...]:
    """Return a corpus as entries, in its order."""
    return tuple(as_entry(entry) for entry in entries)


@cache
def _wording() -> FaqWording:
    return read_shape(FAQ_FOLDER / "wording.yml", FaqWording)
