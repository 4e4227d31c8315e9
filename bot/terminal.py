"""Talking to the assistant in the terminal, and explaining what it understands."""

from datetime import datetime
from time import perf_counter
from typing import Any

from rich.console import Console
from rich.table import Table

from bot.assistant import Assistant
from bot.reply import Reply


def talk(assistant: Assistant, out: Console, *, why: bool, now: datetime) -> None:
    """Chat until an empty line or end of input. `why`: show what the next question was weighed against."""
    from bot.evaluation.memory import MemoryConversation

    conversation = MemoryConversation(assistant, now)
    _show(out, conversation.start())
    while not conversation.handed_over:
        try:
            text = input("> ").strip()
        except EOFError:
            return
        if not text:
            return
        _show(out, conversation.say(text))
        if why:
            weighed = ", ".join(f"{one['key']} {one['worth']}" for one in conversation.interview.get("weighed", []))
            out.print(f"   weighed: {weighed}", style="dim")


def explain_message(assistant: Assistant, out: Console, text: str, asked: str | None, now: datetime) -> None:
    """Print tokens, intent, facts with their words, emergency and the time it took."""
    began = perf_counter()
    parsed: dict[str, Any] = assistant.understand(text, asked, now)
    took = (perf_counter() - began) * 1000
    out.print("tokens     " + " | ".join(text[start:end] for start, end in parsed.get("text_tokens") or []), markup=False)
    ranking = ", ".join(f"{one['name']} {one['confidence']:.2f}" for one in parsed.get("intent_ranking", [])[:3])
    out.print(f"intent     {parsed['intent']['name']}  ({ranking})", markup=False)
    out.print(f"language   {parsed.get('language') or 'ja'}", markup=False)
    for sign in parsed.get("emergency") or []:
        out.print(f"emergency  {sign['kind']}{'' if sign['certain'] else ' (unsure)'}: {sign['text']}", markup=False)
    table = Table("fact", "value", "words", "from", "confidence")
    for entity in parsed["entities"]:
        words = entity.get("text") or text[entity["start"] : entity["end"]]
        table.add_row(entity["entity"], str(entity["value"]), words, entity.get("extractor", ""), f"{entity.get('confidence_entity', 1.0):.2f}")
    out.print(table)
    out.print(f"took       {took:.1f} ms", markup=False)


def _show(out: Console, replies: list[Reply]) -> None:
    for reply in replies:
        out.print(f"\n{reply.text}", markup=False, style="bold red" if reply.kind == "lifeline" else "")
        for card in reply.cards:
            out.print(f"  ■ {card.title}  {card.hours}", markup=False)
            for line in (card.why, *(reach.label for reach in card.reach), card.notice):
                if line:
                    out.print(f"    {line}", markup=False)
        if reply.buttons:
            out.print("  " + "  ".join(f"[{button.title}]" for button in reply.buttons), markup=False, style="dim")
