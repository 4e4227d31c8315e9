"""`madoguchi evaluate` and `madoguchi simulate`: run the cases, print the figures, write them, judge them."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track
from rich.table import Table

from bot.assistant import Assistant
from bot.evaluation.cases import Case, pairs, read_cases
from bot.evaluation.figures import Tally
from bot.evaluation.personas import PersonaRun, play
from knowledge.facts import merge, plain_values
from knowledge.interview import in_fixed_order
from knowledge.needs import infer_needs
from knowledge.urgency import judge_urgency
from knowledge.vocabulary import load_vocabulary

_HELD = ("said", "confirmed", "corrected")
_MISSES_SHOWN = 400


def run_evaluation(
    assistant: Assistant, out: Console, files: Sequence[Path], json_file: Path | None, fail_under: str, fail_over: str, faq_corpus: Path | None
) -> int:
    """Judge utterances, personas and FAQ queries of `files`. Returns the exit status."""
    from bot.evaluation.faq import judge_queries

    cases = read_cases(files)
    tally, got = Tally(), []
    for case in track(cases, description="Cases", console=out, transient=True):
        if case.kind == "utterance":
            got.append(_utterance(assistant, case, tally))
        elif case.kind == "persona":
            got.append(_persona(assistant, case, tally, None))
    queries = [case for case in cases if case.kind == "faq"]
    baseline = judge_queries(queries, faq_corpus, tally) if queries else {}
    return _conclude(out, tally, got, json_file, fail_under, fail_over, baseline)


def run_simulation(
    assistant: Assistant,
    out: Console,
    files: Sequence[Path],
    json_file: Path | None,
    fail_under: str,
    fail_over: str,
    limit: int | None,
    transcripts: Path | None,
    compare: bool = True,
) -> int:
    """Play the personas of `files`, and with `compare` again with a questionnaire in fixed order that asks each as many questions.

    Returns the exit status.
    """
    personas = [case for case in read_cases(files) if case.kind == "persona"][:limit]
    tally, fixed, got = Tally(), Tally(), []
    for case in track(personas, description="Personas", console=out, transient=True):
        got.append(_persona(assistant, case, tally, transcripts))
        if compare:
            with in_fixed_order(len(got[-1]["got"]["asked"])):
                _persona(assistant, case, fixed, None)
    baseline = fixed.figures() if compare else {}
    return _conclude(out, tally, got, json_file, fail_under, fail_over, baseline, "fixed order")


def _utterance(assistant: Assistant, case: Case, tally: Tally) -> dict[str, Any]:
    parsed = assistant.understand(case.data["text"], case.data["asked"], case.now)
    facts, _ = merge({}, parsed["entities"], asked=case.data["asked"], message_id=None)
    kinds = [sign["kind"] for sign in parsed.get("emergency") or [] if sign["alarm"]]
    values = plain_values(facts)
    needs = [need for need in infer_needs(facts, case.now) if need.in_summary]
    urgency = judge_urgency(values, kinds, case.now, [need.id for need in needs if need.status == "stated"]).level
    emergency = [kind for kind in dict.fromkeys(kinds) if kind in load_vocabulary().emergency_kinds]
    said = {key: record["value"] for key, record in facts.items() if not key.startswith("need:") and record["status"] in _HELD}
    tally.add_utterance(case, pairs(said), {need.id for need in needs}, urgency, emergency)
    return {"id": case.id, "got": {"facts": said, "needs": sorted(need.id for need in needs), "urgency": urgency, "emergency": emergency}}


def _persona(assistant: Assistant, case: Case, tally: Tally, transcripts: Path | None) -> dict[str, Any]:
    run = play(assistant, case)
    talk = run.conversation
    if talk is None:
        raise ValueError(f"{case.id}: the conversation did not begin")
    sheet = talk.sheet()
    held = {fact.key: fact.raw for fact in sheet.facts if fact.raw not in (None, []) and fact.status in (*_HELD, "inferred")}
    needs = {need.id for need in sheet.needs if need.status != "declined"}
    emergency = [kind for kind in talk.emergencies if kind in load_vocabulary().emergency_kinds]
    desks = [desk.kind for desk in sheet.desks]
    asked = [key.removeprefix("need:") for key in run.asked]
    tally.add_persona(case, pairs(held), needs, sheet.urgency, emergency, desks, run.asked, run.handed_over, run.repeats)
    if transcripts is not None:
        transcripts.mkdir(parents=True, exist_ok=True)
        (transcripts / f"{case.id}.txt").write_text(_printed(case, run, held, needs), encoding="utf-8")
    got = {
        "facts": held,
        "needs": sorted(needs),
        "urgency": sheet.urgency,
        "emergency": emergency,
        "desks": desks,
        "handed_over": run.handed_over,
        "asked": asked,
        "transcript": run.transcript,
    }
    return {"id": case.id, "got": got}


def _printed(case: Case, run: PersonaRun, facts: Mapping[str, Any], needs: set[str]) -> str:
    lines = [f"{case.id}  {case.data['now']}", ""]
    for message in run.transcript:
        asks = f"   <{message['asks']}>" if message.get("asks") else ""
        lines.append(f"{'> ' if message['from'] == 'resident' else ''}{message['text']}{asks}\n")
    missing = sorted(set(case.data["needs"].get("must", [])) - needs)
    return "\n".join([*lines, f"facts: {json.dumps(facts, ensure_ascii=False)}", f"needs: {sorted(needs)}", f"needs missed: {missing}", ""])


def _conclude(
    out: Console,
    tally: Tally,
    got: list[dict[str, Any]],
    json_file: Path | None,
    fail_under: str,
    fail_over: str,
    baseline: Mapping[str, float],
    baseline_name: str = "BM25",
) -> int:
    figures = tally.figures()
    _print(out, tally, figures, baseline, baseline_name)
    if json_file is not None:
        report = {"figures": figures, "baseline": dict(baseline), "cases": got}
        json_file.write_text(json.dumps(report, ensure_ascii=False, indent=1), encoding="utf-8")
    failures = [
        *_broken(figures, fail_under, lambda value, limit: value < limit, "under"),
        *_broken(figures, fail_over, lambda value, limit: value > limit, "over"),
    ]
    for failure in failures:
        out.print(failure, style="bold red")
    return 1 if failures else 0


def _broken(figures: Mapping[str, float], limits: str, breaks: Callable[[float, float], bool], word: str) -> list[str]:
    failures = []
    for limit in filter(None, limits.split(",")):
        name, _, value = limit.partition("=")
        if name not in figures:
            failures.append(f"{name}: no such figure for these cases")
        elif breaks(figures[name], float(value)):
            failures.append(f"{name} = {figures[name]:.3f} is {word} {value}")
    return failures


def _print(out: Console, tally: Tally, figures: Mapping[str, float], baseline: Mapping[str, float], baseline_name: str) -> None:
    for miss in tally.misses[:_MISSES_SHOWN]:
        out.print(miss, markup=False, soft_wrap=True)
    if len(tally.misses) > _MISSES_SHOWN:
        out.print(f"… and {len(tally.misses) - _MISSES_SHOWN} more")
    for title, counts in (("Facts", tally.facts_by_key), ("Needs", tally.needs_by_id)):
        if counts:
            table = Table(title, "right", "wrong", "missed", "F1")
            for key, count in sorted(counts.items(), key=lambda item: -(item[1].right + item[1].missed)):
                table.add_row(key, str(count.right), str(count.wrong), str(count.missed), f"{count.f1:.2f}" if count.f1 is not None else "")
            out.print(table)
    table = Table("Figure", "value", "counted", *([baseline_name] if baseline else []))
    notes = tally.counts()
    for name, value in figures.items():
        row = [name, f"{value:.3f}", notes.get(name, "")]
        table.add_row(*row, *([f"{baseline[name]:.3f}" if name in baseline else ""] if baseline else []))
    out.print(table)
