"""Name and contact details, written on our own page by a one-time link, so that they stand in no talk of LINE or Telegram.

The code of a link is kept nowhere: the database has its keyed hash, and our message in the talk a mark from which the code is worked out
when the message is sent. Staff who read the talk see neither.
"""

import re
import secrets
from datetime import datetime, timedelta
from typing import Any, cast

from pydantic import BaseModel, ConfigDict
from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from bot.consents import is_withdrawn
from bot.encryption import keyed_hash
from bot.models import Contact, ContactLink

PATH = "/contact"
LINK_LIVES = timedelta(hours=24)
ASK_AGAIN_AFTER = timedelta(minutes=5)
"""So long a link that was just sent has to do, however often a new one is asked for."""
_CODE_DIGITS = 32
_MARK = re.compile(r"\{contact-code:([A-Za-z0-9_-]{22})\}")
_address = [""]


class ContactDetails(BaseModel):
    """What a person wrote about themselves; each may be empty."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""


def use_address(base_url: str) -> None:
    """Let links lead to this address. Called once at start-up."""
    _address[:] = [base_url.rstrip("/")]


def offer_link(session: Session, conversation_id: int, now: datetime) -> str:
    """Make a link, end the earlier ones, and return it as it belongs into the text of a message of ours. The caller commits."""
    mark = secrets.token_urlsafe(16)
    session.execute(
        update(ContactLink).where(ContactLink.conversation_id == conversation_id, ContactLink.expires_at > now).values(expires_at=now)
    )
    link = ContactLink(conversation_id=conversation_id, code_hash=_hash(_code(mark)), created_at=now, expires_at=now + LINK_LIVES)
    session.add(link)
    session.flush()
    return f"{_address[0]}{PATH}/{{contact-code:{mark}}}"


def fill_in(text: str) -> str:
    """Return the text of a message with the links' codes in their place, for the person only."""
    return _MARK.sub(lambda found: _code(found[1]), text) if "{" in text else text


def hide(content: dict[str, Any]) -> dict[str, Any]:
    """Return the content of a message as staff may read it: without the marks of links, which are of no use to them."""
    return {name: _MARK.sub("\u2026", value) if isinstance(value, str) else value for name, value in content.items()}


def find_link(session: Session, code: str) -> ContactLink | None:
    """Return the link with this code, whether it still works or not."""
    return session.scalar(select(ContactLink).where(ContactLink.code_hash == _hash(code)))


def works(link: ContactLink | None, now: datetime) -> bool:
    """Return whether a link may be used now."""
    return link is not None and link.used_at is None and now < link.expires_at


def keep_contact(session: Session, code: str, details: ContactDetails, now: datetime) -> bool:
    """Keep the details and use the link up. Commits. False when the link does not work (any more)."""
    # One statement decides: of two forms sent at the same moment one is taken.
    taken = cast(
        CursorResult[Any],
        session.execute(
            update(ContactLink)
            .where(ContactLink.code_hash == _hash(code), ContactLink.used_at.is_(None), ContactLink.expires_at > now)
            .values(used_at=now)
        ),
    )
    link = find_link(session, code) if taken.rowcount == 1 else None
    if link is None:
        session.rollback()
        return False
    known = session.scalar(select(Contact).where(Contact.conversation_id == link.conversation_id))
    if known is None:
        session.add(Contact(conversation_id=link.conversation_id, details=details.model_dump(), written_at=now))
    else:
        known.details, known.written_at = details.model_dump(), now
    session.commit()
    return True


def just_sent(session: Session, conversation_id: int, now: datetime) -> bool:
    """Return whether a link that still works was sent a moment ago."""
    last = session.scalar(
        select(ContactLink).where(ContactLink.conversation_id == conversation_id).order_by(ContactLink.id.desc()).limit(1)
    )
    return works(last, now) and last is not None and now - last.created_at < ASK_AGAIN_AFTER


def read_contact(session: Session, conversation_id: int) -> ContactDetails | None:
    """Return what the person wrote, for staff who may read the case; None when they wrote nothing or took their consent back."""
    if is_withdrawn(session, conversation_id, "caseworker"):
        return None
    row = session.scalar(select(Contact).where(Contact.conversation_id == conversation_id))
    return ContactDetails.model_validate(row.details) if row is not None else None


def _code(mark: str) -> str:
    return keyed_hash(f"contact link {mark}")[:_CODE_DIGITS]


def _hash(code: str) -> str:
    return keyed_hash(f"contact code {code}")
