"""The command line: `madoguchi serve`, `train`, `chat`, `explain`, `evaluate`, `simulate`, `case-schema`, `purge`, `db`, `knowledge`."""

import logging
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Console

from bot.settings import Settings

if TYPE_CHECKING:
    from bot.assistant import Assistant

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="Madoguchi: an intake assistant for people with housing trouble.")
db_app = typer.Typer(no_args_is_help=True, help="The database: migrate, check.")
knowledge_app = typer.Typer(no_args_is_help=True, help="The knowledge: check the files, load them.")
app.add_typer(db_app, name="db")
app.add_typer(knowledge_app, name="knowledge")
line_app = typer.Typer(no_args_is_help=True, help="LINE: the rich menu.")
app.add_typer(line_app, name="line")
out = Console(highlight=False)
TOKYO = ZoneInfo("Asia/Tokyo")
Force = Annotated[bool, typer.Option("--force", help="Train even if nothing changed.")]
Now = Annotated[str | None, typer.Option("--now", help="The moment to pretend, ISO 8601.")]
Asked = Annotated[str | None, typer.Option("--asked", help="The fact key that was just asked for.")]
Files = Annotated[list[Path], typer.Argument(help="Case files, JSON Lines.", exists=True, dir_okay=False)]
JsonOut = Annotated[Path | None, typer.Option("--json", help="Write all figures and answers to this file.")]
FailUnder = Annotated[str, typer.Option("--fail-under", help="NAME=VALUE,… : fail when a figure is lower.")]
FailOver = Annotated[str, typer.Option("--fail-over", help="NAME=VALUE,… : fail when a figure is higher.")]


@app.command()
def serve(port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None) -> None:
    """Start the assistant: chat, console and admin pages in one process."""
    import uvicorn

    settings = Settings() if port is None else Settings(port=port)
    _train_if_needed(settings)
    from bot.bootstrap import assemble, create_app
    from bot.errors import MadoguchiError
    from bot.staff import ensure_first_login

    try:
        with out.status("Opening the database, loading knowledge and model …"):
            parts = assemble(settings)
            web = create_app(parts)
    except MadoguchiError as fault:  # what is wrong with the configuration, and what to do
        out.print(str(fault), style="red", markup=False)
        raise typer.Exit(1) from None
    with parts.sessions() as session:
        login = ensure_first_login(session, settings, parts.clock())
    out.print(f"\n  Chat            {settings.base_url}/")
    out.print(f"  Console, admin  {settings.base_url}/console/")
    if login is not None and settings.staff_password is None:
        out.print(f"\n  First login (shown once, keep it): [bold]{login.login}[/bold]  password: [bold]{login.password}[/bold]")
        out.print("  The console then asks you to set up an authenticator app (a QR code, two minutes).")
    out.print("\n  Ctrl-C stops.\n")
    uvicorn.run(web, host=settings.host, port=settings.port, ws="wsproto", log_config=None, access_log=False, server_header=False)


@app.command()
def train(force: Force = False) -> None:
    """Train the model if its inputs changed."""
    settings = Settings()
    if force:
        _train(settings)
    else:
        _train_if_needed(settings)
    out.print("The model is up to date.")


@app.command()
def chat(
    why: Annotated[bool, typer.Option("--why", help="Show which questions were weighed, and what they were worth.")] = False, now: Now = None
) -> None:
    """Talk to the assistant here in the terminal. Nothing is kept."""
    from bot.terminal import talk

    talk(_assistant(), out, why=why, now=_moment(now))


@app.command()
def explain(text: str, asked: Asked = None, now: Now = None) -> None:
    """Show what one message is taken to say: tokens, facts with their words, intent, emergency, times."""
    from bot.terminal import explain_message

    explain_message(_assistant(), out, text, asked, _moment(now))


@app.command()
def evaluate(
    files: Files,
    json_file: JsonOut = None,
    fail_under: FailUnder = "",
    fail_over: FailOver = "",
    faq_corpus: Annotated[Path | None, typer.Option("--faq-corpus", help="FAQ entries to search, JSON Lines.", exists=True)] = None,
) -> None:
    """Judge the understanding on labelled cases (docs/evaluation.md tells how)."""
    from bot.evaluation.run import run_evaluation

    raise typer.Exit(run_evaluation(_assistant(), out, files, json_file, fail_under, fail_over, faq_corpus))


@app.command()
def simulate(
    files: Files,
    json_file: JsonOut = None,
    fail_under: FailUnder = "",
    fail_over: FailOver = "",
    limit: Annotated[int | None, typer.Option(help="Only the first N personas.")] = None,
    transcripts: Annotated[Path | None, typer.Option("--transcripts", help="Write each conversation into this folder.")] = None,
    compare: Annotated[bool, typer.Option(help="Also play a questionnaire in fixed order that asks as many questions.")] = True,
) -> None:
    """Let personas talk to the assistant and judge where it led them."""
    from bot.evaluation.run import run_simulation

    raise typer.Exit(run_simulation(_assistant(), out, files, json_file, fail_under, fail_over, limit, transcripts, compare))


@app.command()
def doctor(offline: Annotated[bool, typer.Option("--offline", help="Do not ask LINE and other platforms.")] = False) -> None:
    """Check the configuration of the service and of every channel, and say what is missing (in Japanese)."""
    from bot.logs import configure_logging

    configure_logging()
    from bot.bootstrap import diagnose
    from bot.doctor import words

    found = diagnose(ask=not offline)
    colours = {"ok": "green", "note": "yellow", "missing": "red"}
    for one in found:
        level, area = words()[f"level_{one.level}"]["text"], words()[f"area_{one.area}"]["text"]
        out.print(f"[{colours[one.level]}]{level}[/]  {area}  ", end="")
        out.print(one.text, markup=False, soft_wrap=True)
        if one.todo:
            out.print(f"      → {one.todo}", markup=False, soft_wrap=True)
    missing = sum(one.level == "missing" for one in found)
    out.print(words()["some_missing" if missing else "all_well"]["text"].format(count=missing), markup=False)
    raise typer.Exit(1 if missing else 0)


@line_app.command("menu")
def line_menu() -> None:
    """Draw the rich menu, put it into LINE and show it to everybody; an earlier one of ours is deleted."""
    from bot.bootstrap import install_line_menu

    out.print(f"The rich menu is in place: {install_line_menu()}")


@app.command("purge")
def purge_command(dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count; delete nothing.")] = False) -> None:
    """Delete what has been kept longer than its period (knowledge/data/retention.yml); the running service does it once a day."""
    from sqlalchemy.orm import Session

    from bot.database import migrate, open_database
    from bot.retention import periods, purge
    from knowledge.retention import load_retention

    settings = Settings()
    engine = open_database(settings)
    migrate(engine)
    with Session(engine) as session:
        counts = purge(session, datetime.now(TOKYO), settings.retention_days, dry_run=dry_run)
    for name, days in periods(settings.retention_days).items():
        out.print(f"{counts[name]:>6}  {name} ({days} days)  {load_retention().classes[name].label}", markup=False)
    out.print("Nothing was deleted (--dry-run)." if dry_run else "Deleted.")


@app.command()
def demo(remove: Annotated[bool, typer.Option("--remove", help="Take the sample data out again, all of it.")] = False) -> None:
    """Put in sample cases to try the console with, marked as samples; they are counted apart from real ones."""
    from sqlalchemy.orm import Session

    from bot.database import migrate, open_database
    from bot.demo import make_samples
    from bot.demo_removal import remove_samples
    from bot.errors import SamplesRefused

    engine = open_database(Settings())
    migrate(engine)
    try:
        with Session(engine) as session:
            count = remove_samples(session) if remove else make_samples(session, datetime.now(TOKYO))
    except SamplesRefused as fault:
        out.print(str(fault), markup=False)
        raise typer.Exit(1) from None
    out.print(f"Removed {count} sample cases." if remove else f"Made {count} sample cases. `madoguchi demo --remove` takes them out again.", markup=False)


@db_app.command("migrate")
def db_migrate() -> None:
    """Make the database, or bring it up to date."""
    from bot.database import migrate, open_database

    migrate(open_database(Settings()))
    out.print("The database is up to date.")


@app.command("case-schema")
def case_schema() -> None:
    """Print the JSON Schema of a case as the console hands it out (published as docs/schema/case.json)."""
    import json
    import sys

    from bot.case_files import ExportedCase

    json.dump(ExportedCase.model_json_schema(), sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")


@db_app.command("check")
def db_check() -> None:
    """Fail when the models have something that no migration brings."""
    from bot.database import migrate, open_database, pending_changes

    engine = open_database(Settings())
    migrate(engine)
    changes = pending_changes(engine)
    for change in changes:
        out.print(str(change))
    raise typer.Exit(1 if changes else 0)


@db_app.command("revision")
def db_revision(message: str) -> None:
    """Write a migration for what the models have and the database has not (for developers)."""
    from bot.database import make_revision, migrate, open_database

    engine = open_database(Settings())
    migrate(engine)
    make_revision(engine, message)


@knowledge_app.command("load")
def knowledge_load() -> None:
    """Load the data files into the database."""
    from sqlalchemy.orm import Session

    from bot.database import migrate, open_database
    from knowledge.load import load_all

    engine = open_database(Settings())
    migrate(engine)
    with Session(engine) as session:
        report = load_all(session)
        session.commit()
    out.print(str(report))


@knowledge_app.command("check")
def knowledge_check() -> None:
    """Read every data file and fail on the first fault, naming file and record."""
    from bot.validation import check_all

    try:
        for line in check_all():
            out.print(line, markup=False)
    except ValueError as fault:  # every loader's error is one, and names file and record
        out.print(str(fault), style="red", markup=False)
        raise typer.Exit(1) from None


def _moment(now: str | None) -> datetime:
    return datetime.fromisoformat(now) if now else datetime.now(TOKYO)


def _train_if_needed(settings: Settings) -> None:
    from bot.training import needs_training

    if needs_training(settings.models_dir):
        _train(settings)


def _train(settings: Settings) -> None:
    import time

    from bot.logs import configure_logging
    from bot.training import train as train_model

    configure_logging(logging.WARNING)
    out.print("Training the model (about a minute) …")
    began = time.monotonic()
    train_model(settings.models_dir)
    out.print(f"Trained in {time.monotonic() - began:.0f} s.")


def _assistant() -> "Assistant":
    """Return the assistant with its model, trained first if there is none of the present inputs."""
    from bot.logs import configure_logging

    settings = Settings()
    _train_if_needed(settings)
    configure_logging()
    from bot.assistant import Assistant
    from bot.training import model_file

    with out.status("Loading the model …"):
        return Assistant(model_file(settings.models_dir), settings.turn_timeout_seconds)


def main() -> None:
    """Run the command line."""
    app()

