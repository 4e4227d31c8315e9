"""Features for the linear models: character n-grams, words, the shape of the text and the question it answers."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from knowledge.vocabulary import load_vocabulary

SHORT_TEXT = 14  # characters; below it the whole text is a feature and every word is crossed with the question
_SENTENCE = re.compile(
    r"[^\u3002\uff01\uff1f!?\n]+[\u3002\uff01\uff1f!?\n]*"
)  # ends at an ideographic full stop, ! or ?
_LONG_RUN = re.compile(r"(.)\1{2,}")


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Return (start, end) of each sentence of `text` as typed, without surrounding blanks; empty for a blank text."""
    spans = []
    for found in _SENTENCE.finditer(text):
        piece = found.group()
        start = found.start() + len(piece) - len(piece.lstrip())
        end = found.start() + len(piece.rstrip())
        if end > start:
            spans.append((start, end))
    return spans


def fold(text: str) -> str:
    """Return `text` in NFKC, lower case, runs of three or more of a character cut to two, blanks and edges trimmed."""
    folded = unicodedata.normalize("NFKC", text).lower()
    return " ".join(_LONG_RUN.sub(r"\1\1", folded).split())


def question_type(asked: str | None) -> str:
    """Return what kind of answer the question wants: `none`, a fact type of the vocabulary, `need`, `confirm`, `other`."""
    if not asked:
        return "none"
    spec = load_vocabulary().facts.get(asked)
    if spec:
        return spec.type
    prefix = asked.split(":", 1)[0]
    return prefix if prefix in ("need", "confirm") else "other"


def text_features(text: str, lemmas: Sequence[str], asked: str | None) -> list[str]:
    """Return the features of one text (a message or a sentence of it), repeated as often as they occur.

    `lemmas`: normalised forms of its words in order. `asked`: the fact key, `need:<id>` or `confirm:<what>` just asked for.
    """
    folded = fold(text)
    features = [f"w:{lemma}" for lemma in lemmas]
    features += [f"w:{left}|{right}" for left, right in pairwise(["^", *lemmas, "$"])]
    features += [f"c:{gram}" for gram in _grams(f"^{folded}$", 4)]
    features += _shape(folded)
    kind = question_type(asked)
    features += [f"asked:{asked or ''}", f"type:{kind}"]
    features += [f"{asked}:w:{lemma}" for lemma in lemmas] if asked else []
    if len(folded) <= SHORT_TEXT:
        features += [f"all:{folded}", f"{kind}:all:{folded}"] + [
            f"{kind}:w:{lemma}" for lemma in lemmas
        ]
    return features


def _grams(text: str, longest: int) -> Iterator[str]:
    for size in range(1, longest + 1):
        for start in range(len(text) - size + 1):
            yield text[start : start + size]


def _shape(folded: str) -> list[str]:
    """Return the length on a rough scale, and the scripts in their order: tells key mashing from words."""
    scripts = "".join(kind for kind, _ in groupby(map(_script, folded)))
    length = min(len(folded).bit_length(), 9)
    return [
        f"len:{length}",
        f"scripts:{scripts[:6]}",
        *(f"has:{kind}" for kind in sorted(set(scripts))),
    ]


def _script(character: str) -> str:
    """Return H, K or C (hiragana, katakana, kanji), L another letter, D a digit, S anything else."""
    if character.isdigit():
        return "D"
    name = unicodedata.name(character, "")
    for prefix, letter in (("HIRAGANA", "H"), ("KATAKANA", "K"), ("CJK UNIFIED", "C")):
        if name.startswith(prefix):
            return letter
    return "L" if character.isalpha() else "S"
