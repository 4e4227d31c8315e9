"""Reads the pattern files in `nlu/lexicon/values/`: words, tables and regular expressions, kept out of the code."""

import re
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

FOLDER = Path(__file__).parent.parent / "lexicon" / "values"
_PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")


class LexiconError(ValueError):
    """A pattern file does not load; the message names the file and the entry."""


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    words: dict[str, list[str]] = {}
    tables: dict[str, dict[str, int | str]] = {}
    patterns: dict[str, str] = {}


class Lexicon:
    """One pattern file. `{{name}}` in a pattern stands for a word list, the keys of a table or an earlier pattern, shared ones included."""

    def __init__(self, name: str, file: _File, parts: dict[str, str]) -> None:
        self._name = name
        self._file = file
        self._parts = parts
        self._compiled: dict[str, re.Pattern[str]] = {}

    def pattern(self, key: str) -> re.Pattern[str]:
        """Return the compiled pattern `key`; raises LexiconError if the file has none."""
        if key not in self._compiled:
            if key not in self._parts:
                raise LexiconError(f"{self._name}.yml has no pattern {key!r}")
            self._compiled[key] = re.compile(self._parts[key], re.IGNORECASE)
        return self._compiled[key]

    def pattern_names(self) -> tuple[str, ...]:
        """Return the names of the file's patterns."""
        return tuple(self._file.patterns)

    def words(self, key: str) -> tuple[str, ...]:
        """Return the word list `key` in the order of the file."""
        return tuple(self._file.words[key])

    def table(self, key: str) -> dict[str, int | str]:
        """Return the table `key`."""
        return self._file.tables[key]


def _alternatives(words: list[str]) -> str:
    return "(?:" + "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)) + ")"


def _read(name: str) -> _File:
    path = FOLDER / f"{name}.yml"
    try:
        return _File.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (ValidationError, yaml.YAMLError) as error:
        raise LexiconError(f"{path.name} cannot be read: {error}") from error


def _expand(name: str, file: _File, parts: dict[str, str]) -> dict[str, str]:
    parts = dict(parts)
    parts |= {key: _alternatives(words) for key, words in file.words.items()}
    parts |= {key: _alternatives(list(table)) for key, table in file.tables.items()}
    for key, pattern in file.patterns.items():
        missing = [found for found in _PLACEHOLDER.findall(pattern) if found not in parts]
        if missing:
            raise LexiconError(f"{name}.yml: pattern {key!r} uses unknown {missing[0]!r}")
        parts[key] = _PLACEHOLDER.sub(lambda match: parts[match[1]], pattern)
        try:
            re.compile(parts[key])
        except re.error as error:
            raise LexiconError(f"{name}.yml: pattern {key!r}: {error}") from error
    return parts


@cache
def load_lexicon(name: str) -> Lexicon:
    """Return the pattern file `name` (no ending), read once. Every file may use what `shared.yml` and `people.yml` define."""
    parts: dict[str, str] = {}
    for base in ("shared", "people"):
        if base != name:
            parts = _expand(base, _read(base), parts)
    file = _read(name)
    return Lexicon(name, file, _expand(name, file, parts))
