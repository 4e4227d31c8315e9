"""Sends what is due, one notice after the other, as long as the application runs."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import httpx
import structlog
import yaml
from pydantic import BaseModel, ConfigDict
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from bot.models import Notice, Staff
from bot.notices import Patience, find_due, next_notice, note_failure, note_sent
from connectors.notify.mail import NotSentError, send_mail
from connectors.notify.settings import NotifySettings

EVERY_SECONDS = 5
SIGNATURE = "X-Madoguchi-Signature"
_WORDING = Path(__file__).parent / "wording.yml"
log = structlog.get_logger(__name__)


class NoticeWording(BaseModel):
    """What notices say, by kind."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    subject: dict[str, str]
    subject_again: str
    body: str
    what: dict[str, str]
    what_again: dict[str, str]


@cache
def load_notice_wording() -> NoticeWording:
    """Return the words, read once. Raises pydantic's ValidationError when the file has gaps or unknown fields."""
    return NoticeWording.model_validate(yaml.safe_load(_WORDING.read_text(encoding="utf-8")))


async def send_notices(sessions: sessionmaker[Session], clock: Callable[[], datetime], settings: NotifySettings, base_url: str) -> None:
    """Look every few seconds for what is due, and send it, until cancelled. A database that is away for a moment is asked again."""
    load_notice_wording()
    while True:
        try:
            await asyncio.to_thread(send_due, sessions, clock, settings, base_url)
        except SQLAlchemyError as trouble:
            log.error("notices_failed", reason=type(trouble).__name__)
        await asyncio.sleep(EVERY_SECONDS)


def send_due(sessions: sessionmaker[Session], clock: Callable[[], datetime], settings: NotifySettings, base_url: str) -> int:
    """Queue what is due and send all of it; returns how many notices went out. What cannot be sent is noted and tried again later."""
    sent = 0
    with sessions() as session:
        find_due(session, patience_of(settings), clock())
        while (notice := next_notice(session, clock())) is not None:
            sent += send_one(session, notice, settings, base_url, clock())
    return sent


def send_one(session: Session, notice: Notice, settings: NotifySettings, base_url: str, now: datetime) -> bool:
    """Send one notice and keep how it went."""
    try:
        if notice.channel == "webhook":
            _post(settings, notice, link_of(notice, base_url), now)
        else:
            _mail(session, settings, notice, link_of(notice, base_url))
    except NotSentError as trouble:
        note_failure(session, notice, trouble.reason, now)
        log.warning("notice_failed", kind=notice.channel, attempt=notice.attempts, reason=trouble.reason)
        return False
    note_sent(session, notice, now)
    return True


def patience_of(settings: NotifySettings) -> Patience:
    """Return how long staff may take, and the ways that are set up."""
    return Patience(
        emergency=timedelta(minutes=settings.emergency_minutes),
        case=timedelta(hours=settings.case_hours),
        email=settings.has_mail,
        webhook=bool(settings.webhook_url),
    )


def link_of(notice: Notice, base_url: str) -> str:
    """Return the address to look at. Its number means nothing to others."""
    if notice.case_id is not None:
        return f"{base_url}/console/cases/{notice.case_id}"
    return f"{base_url}/console/alerts/{notice.alert_id}" if notice.alert_id is not None else f"{base_url}/console/"


def _mail(session: Session, settings: NotifySettings, notice: Notice, link: str) -> None:
    staff = session.get(Staff, notice.staff_id)
    if staff is None or not staff.email or staff.deactivated_at is not None:
        raise NotSentError("no_address")
    words = load_notice_wording()
    subject = words.subject[notice.kind]
    what = (words.what_again if notice.step else words.what)[notice.kind]
    send_mail(settings, str(staff.email), words.subject_again + subject if notice.step else subject, words.body.format(what=what, link=link))


def _post(settings: NotifySettings, notice: Notice, link: str, now: datetime) -> None:
    body = json.dumps({"id": notice.id, "kind": notice.kind, "step": notice.step, "link": link, "sent_at": now.isoformat()}).encode()
    headers = {"Content-Type": "application/json"}
    if secret := settings.webhook_secret.get_secret_value():
        headers[SIGNATURE] = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    try:
        answer = httpx.post(settings.webhook_url, content=body, headers=headers, timeout=settings.timeout_seconds, follow_redirects=False)
    except (httpx.HTTPError, httpx.InvalidURL) as trouble:
        raise NotSentError(type(trouble).__name__) from None
    if not answer.is_success:
        raise NotSentError(f"http_{answer.status_code}")
