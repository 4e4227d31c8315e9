"""How long understanding takes: the whole pipeline and its slow parts, on sample messages. Run by `make bench`."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from statistics import median
from time import perf_counter

from rich.console import Console
from rich.table import Table

from bot.assistant import Assistant
from bot.evaluation.cases import read_cases
from bot.settings import Settings
from bot.training import model_file
from nlu.emergency import detect_emergency
from nlu.facts import extract_facts
from nlu.tokens import split_words

_SAMPLES = Path(__file__).resolve().parent.parent.parent / "tests" / "data" / "holdout_utterances.jsonl"
_SHORT = 15
_NARRATIVE = range(50, 75)


def main() -> None:
    """Print medians in milliseconds for short answers and for messages of about 60 characters."""
    texts = [str(case.data["text"]) for case in read_cases([_SAMPLES])]
    groups = {"short answer": [text for text in texts if len(text) <= _SHORT], "60 characters": [text for text in texts if len(text) in _NARRATIVE]}
    assistant = Assistant(model_file(Settings().models_dir))
    now = datetime.now().astimezone()
    parts: dict[str, Callable[[str], object]] = {
        "tokens": split_words,
        "emergency": detect_emergency,
        "facts by rules": lambda text: extract_facts(text, None, now),
        "whole pipeline": lambda text: assistant.understand(text, None, now),
    }
    table = Table("part", *(f"{name} ({len(group)} messages)" for name, group in groups.items()))
    for part, run in parts.items():
        table.add_row(part, *(f"{milliseconds(run, group):.2f} ms" for group in groups.values()))
    Console().print(table)


def milliseconds(run: Callable[[str], object], texts: list[str]) -> float:
    """Return the median time of `run` over `texts`, after one warm-up round."""
    times = []
    for text in [*texts, *texts]:
        began = perf_counter()
        run(text)
        times.append((perf_counter() - began) * 1000)
    return median(times[len(texts) :])


if __name__ == "__main__":
    main()
