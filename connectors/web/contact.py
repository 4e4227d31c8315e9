"""The page where a person writes down name and contact details, reached by a one-time link from the talk. Plain HTML, no script.

Opening the page uses nothing up (chat apps look at links before people do); sending the form does.
"""

import re
import unicodedata
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse
from pydantic import StringConstraints
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot import contacts, inbox
from bot.contacts import PATH, ContactDetails
from bot.models import Conversation
from bot.reply import Reply
from bot.wording import say, say_easily
from connectors.web.pages import page

router = APIRouter(prefix=PATH, include_in_schema=False)
LONGEST = {"name": 60, "phone": 30, "email": 254, "address": 200}
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_DIGITS = re.compile(r"\+?\d{9,15}")
Written = Annotated[str, Form(), StringConstraints(max_length=2000)]


@router.get("/{code}")
def show(request: Request, code: str) -> HTMLResponse:
    """Return the form; when the link does not work any more, a page that says so and offers a new one."""
    with request.app.state.sessions() as session:
        link = contacts.find_link(session, code)
        if contacts.works(link, request.app.state.clock()):
            return page("contact.html", code=code, given=ContactDetails(), faults={}, longest=LONGEST)
        return _over(code, known=link is not None)


@router.post("/{code}")
def keep(request: Request, code: str, name: Written = "", phone: Written = "", email: Written = "", address: Written = "") -> HTMLResponse:
    """Keep what was written, encrypted, once."""
    given = ContactDetails(name=_clean(name), phone=_clean(phone), email=_clean(email), address=_clean(address))
    with request.app.state.sessions() as session:
        now = request.app.state.clock()
        link = contacts.find_link(session, code)
        if not contacts.works(link, now):
            return _over(code, known=link is not None)
        faults = find_faults(given)
        if faults:
            return page("contact.html", status=422, code=code, given=given, faults=faults, longest=LONGEST)
        if not contacts.keep_contact(session, code, given, now):
            return _over(code, known=True)
    return page("contact_done.html")


@router.post("/{code}/again")
def send_again(request: Request, code: str) -> HTMLResponse:
    """Send a new link into the talk that this one came from, where only the person reads it."""
    with request.app.state.sessions() as session:
        now = request.app.state.clock()
        link = contacts.find_link(session, code)
        if link is None:
            return _over(code, known=False)
        conversation_id = link.conversation_id
        if not _bot_holds(session, conversation_id):
            session.rollback()
            return page("contact_over.html", status=410, state="held", code="")
        if not contacts.just_sent(session, conversation_id, now):
            words = {"link": contacts.offer_link(session, conversation_id, now)}
            reply = Reply(text=say("utter_contact_link_again", **words), easy_text=say_easily("utter_contact_link_again", words))
            inbox.add_reply(session, conversation_id, reply, in_reply_to=None, now=now)
        session.commit()
    request.app.state.live.ring(conversation_id)
    return page("contact_over.html", state="sent", code="")


def find_faults(given: ContactDetails) -> dict[str, str]:
    """Return field -> what is wrong with it (long, phone, email), or nothing -> empty when nothing was written at all."""
    values = given.model_dump()
    if not any(values.values()):
        return {"nothing": "empty"}
    faults = {name: "long" for name, value in values.items() if len(value) > LONGEST[name]}
    if given.phone and not _DIGITS.fullmatch(re.sub(r"[^\d+]", "", given.phone)):
        faults.setdefault("phone", "phone")
    if given.email and not _EMAIL.fullmatch(given.email):
        faults.setdefault("email", "email")
    return faults


def _bot_holds(session: Session, conversation_id: int) -> bool:
    # Takes the lock first: a caseworker who takes over now waits, one who already did is seen.
    session.execute(update(Conversation).where(Conversation.id == conversation_id).values(holder=Conversation.holder))
    return session.scalar(select(Conversation.holder).where(Conversation.id == conversation_id)) == "bot"


def _clean(text: str) -> str:
    """Return the words in one line and in normal width, since people type their number in full-width digits."""
    return " ".join(unicodedata.normalize("NFKC", text.encode("utf-8", "replace").decode("utf-8")).split())


def _over(code: str, *, known: bool) -> HTMLResponse:
    return page("contact_over.html", status=410 if known else 404, state="over" if known else "unknown", code=code if known else "")
