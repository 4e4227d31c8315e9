"""Fails when a sentence of a case file stands in the training data or the lexicon. Usage: case_texts.py CASES.jsonl …"""

import json
import sys
from pathlib import Path

SHORTEST = 13  # shorter answers ("はい、います") are everybody's


def texts(case: dict) -> list[str]:
    """Return what the people of a case say."""
    return [case.get("text", ""), *case.get("opening", []), *case.get("answers", {}).values(), case.get("query", "")]


def main(paths: list[str]) -> int:
    """Print each sentence found and return the exit status."""
    nlu = Path(__file__).resolve().parent.parent / "nlu"
    training = "".join(path.read_text(encoding="utf-8") for path in sorted(nlu.rglob("*")) if path.suffix in {".yml", ".py", ".csv"})
    found = [
        (case["id"], text)
        for path in paths
        for case in map(json.loads, filter(str.strip, Path(path).read_text(encoding="utf-8").splitlines()))
        for text in texts(case)
        if len(text) >= SHORTEST and text in training
    ]
    for case_id, text in found:
        print(f"{case_id}: stands under nlu/: {text}")
    print(f"{len(paths)} case files, {len(found)} sentences in the training data")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
