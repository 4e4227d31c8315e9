"""The one place where real parts are wired together: database, model, durable turns, web app."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog
from fastapi import FastAPI
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from bot import durable
from bot.assistant import Assistant
from bot.contacts import use_address
from bot.database import migrate, open_database
from bot.doctor import Finding, check_base, check_names
from bot.errors import ModelMissing
from bot.live import Live
from bot.logs import configure_logging
from bot.office_hours import keep_hours
from bot.organisations import ensure_organisation
from bot.outbox import Sender
from bot.retention import purge_daily
from bot.settings import Settings
from bot.training import model_file
from bot.turn import TurnTools
from bot.waiting import tell_waiting
from knowledge.base import KnowledgeBase, use_knowledge
from knowledge.load import load_all
from knowledge.phrases import neutral_organisation
from knowledge.published import PublishedKnowledge

TOKYO = ZoneInfo("Asia/Tokyo")
_STRAGGLERS_SECONDS = 60.0
log = structlog.get_logger(__name__)


@dataclass
class Parts:
    """The running parts. `assistant` is None while the model is missing: turns then wait, lifelines still answer."""

    settings: Settings
    engine: Engine
    sessions: sessionmaker[Session]
    live: Live = field(default_factory=Live)
    assistant: Assistant | None = None
    published: PublishedKnowledge | None = None
    senders: list[Sender] = field(default_factory=list)
    clock: Callable[[], datetime] = lambda: datetime.now(TOKYO)

    def need_assistant(self) -> Assistant:
        """Return the loaded model. Raises ModelMissing."""
        if self.assistant is None:
            raise ModelMissing("No model is loaded. Run `madoguchi train` and start again.")
        return self.assistant


def assemble(settings: Settings) -> Parts:
    """Open and migrate the database, load the knowledge, load the model if there is one."""
    configure_logging()
    use_address(settings.base_url)
    engine = open_database(settings)
    migrate(engine)
    sessions = sessionmaker(engine, expire_on_commit=False)
    parts = Parts(settings, engine, sessions)
    with sessions() as session:
        load_all(session)
        office = ensure_organisation(session, settings.organisation_name, parts.clock())
        if settings.office_hours:
            keep_hours(office, settings.office_hours)
        session.commit()
    set_knowledge(parts)
    if model_file(settings.models_dir).exists():
        parts.assistant = Assistant(model_file(settings.models_dir), settings.turn_timeout_seconds)
    return parts


def set_knowledge(parts: Parts) -> None:
    """Let the actions look things up in what the database has published."""
    with parts.sessions() as session:
        published = PublishedKnowledge(session)
    parts.published = published
    use_knowledge(
        KnowledgeBase(
            directory=lambda: published.directory,
            shops=lambda: published.shops,
            organisation=parts.settings.organisation_name or neutral_organisation(),
            retention_days=parts.settings.retention_days,
        )
    )


def diagnose(*, ask: bool) -> list[Finding]:
    """Return what `madoguchi doctor` found, for the service and for every channel. `ask`: ask the platforms, too."""
    from connectors.line import doctor as line
    from connectors.line.settings import LineSettings
    from connectors.notify import doctor as notify
    from connectors.notify.settings import NotifySettings
    from connectors.telegram import doctor as telegram
    from connectors.telegram.settings import TelegramSettings
    from connectors.web.settings import WebSettings

    # A new channel adds its settings here and its findings below.
    unfit = check_names([Settings, WebSettings, LineSettings, TelegramSettings, NotifySettings])
    if any(found.name == "unfit_setting" for found in unfit):
        return unfit
    settings = Settings()
    return [
        *unfit,
        *check_base(settings),
        *notify.check(NotifySettings()),
        *line.check(LineSettings(), settings, ask=ask),
        *telegram.check(TelegramSettings(), settings, ask=ask),
    ]


def install_line_menu() -> str:
    """Put the rich menu into LINE and return its id. Raises the SDK's ApiException."""
    from connectors.line.rich_menu import install_menu
    from connectors.line.settings import line_settings

    return install_menu(line_settings())


def create_app(parts: Parts) -> FastAPI:
    """Return the web application: chat, console, one process, durable turns while it runs."""
    # Connectors import bot; only this module looks the other way.
    from connectors.console import routes as console
    from connectors.line import receive as line
    from connectors.notify.send import send_notices
    from connectors.notify.settings import notify_settings
    from connectors.telegram import channel as telegram
    from connectors.web import receive as web

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        refresh = parts.published.refresh if parts.published else lambda _session: None
        tools = TurnTools(parts.sessions, parts.need_assistant, parts.clock, parts.live, refresh)
        await asyncio.to_thread(durable.start, parts.engine, tools, senders)
        if telegram_channel is not None:
            telegram_channel.start()
        chores = [
            asyncio.create_task(purge_daily(parts.sessions, parts.clock, parts.settings.retention_days)),
            asyncio.create_task(send_notices(parts.sessions, parts.clock, notify_settings(), parts.settings.base_url)),
            asyncio.create_task(_look_for_stragglers()),
            asyncio.create_task(_look_for_waiting(parts)),
        ]
        yield
        for chore in chores:
            chore.cancel()
        if telegram_channel is not None:
            telegram_channel.stop_listening()
        await asyncio.to_thread(durable.stop)
        if telegram_channel is not None:
            await asyncio.to_thread(telegram_channel.stop)

    app = FastAPI(title="Madoguchi", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.sessions = parts.sessions
    app.state.clock = parts.clock
    app.state.live = parts.live
    app.state.settings = parts.settings
    app.add_api_route("/healthz", lambda: {"model": parts.assistant is not None}, methods=["GET"])
    web.install(app)
    # A channel that pushes runs when it is configured; its way out is then a sender.
    telegram_channel = telegram.install(app)
    channels = (line.install(app), telegram_channel.sender if telegram_channel else None)
    senders = [*parts.senders, *(sender for sender in channels if sender is not None)]
    console.install(app)
    return app


async def _look_for_stragglers() -> None:
    """Now and then put in line what should have been sent and was not, whatever the reason."""
    while True:
        await asyncio.sleep(_STRAGGLERS_SECONDS)
        try:
            await asyncio.to_thread(durable.put_sends_in_line, overdue_seconds=_STRAGGLERS_SECONDS)
        except SQLAlchemyError as fault:
            log.warning("stragglers_not_looked_for", reason=type(fault).__name__)


async def _look_for_waiting(parts: Parts) -> None:
    """Now and then tell those who have waited too long for a human."""
    human, case = timedelta(minutes=parts.settings.human_wait_minutes), timedelta(hours=parts.settings.case_wait_hours)
    while True:
        await asyncio.sleep(_STRAGGLERS_SECONDS)
        try:
            count = await asyncio.to_thread(tell_waiting, parts.sessions, parts.live, parts.clock(), human=human, case=case)
        except SQLAlchemyError as fault:
            log.warning("waiting_not_looked_for", reason=type(fault).__name__)
        else:
            if count:
                log.info("told_of_waiting", count=count)
