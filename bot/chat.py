"""A caseworker speaks: take over the chat, write, hand it back. Who holds it is read and written under the same lock as the turn's replies."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.access import find_case, has_role
from bot.casework import add_event, mark_opened, move, put_in_charge, reach
from bot.contacts import just_sent, offer_link
from bot.errors import CaseClosedToYou, NotYourChat
from bot.inbox import add_reply
from bot.models import Case, Conversation, Message, Staff
from bot.office_hours import hours_in_words
from bot.reply import Reply
from bot.staff import note
from bot.wording import say
from knowledge.faq import current_corpus, search_faq

MAX_LENGTH = 2000
"""As long as one message of every channel can be."""
Holder = Literal["bot", "me", "other"]


@dataclass(frozen=True)
class CannedReply:
    """An answer of the FAQ, to put into the composer. `source`: printed with its date."""

    id: str
    question: str
    answer: str
    source: str


def take_over(session: Session, case_id: int, staff: Staff, now: datetime, *, from_colleague: bool = False) -> None:
    """Let this person hold the chat: the assistant is silent from this commit on. The resident is told, the case is theirs if nobody's.

    Raises NotYourChat when a colleague holds it and `from_colleague` is not said, CaseClosedToYou when it may not be taken from them
    (only supervisors may), NoSuchCase.
    """
    case = find_case(session, staff, case_id, "work")
    conversation = _lock(session, case)
    if conversation.holder == "staff" and conversation.held_by_id == staff.id:
        session.rollback()
        return
    if conversation.holder == "staff" and conversation.held_by_id is not None:
        if not from_colleague:
            raise NotYourChat("A colleague holds the chat.")
        if not has_role(staff, "supervisor"):
            raise CaseClosedToYou("Only a supervisor takes a chat from a colleague.")
    was_bot = conversation.holder != "staff"
    conversation.holder, conversation.held_by_id = "staff", staff.id
    if was_bot:
        tell_resident(session, conversation.id, "utter_staff_here", now, when=hours_in_words(session, conversation.id))
    add_event(session, case, "taken_over", staff, now)
    note(session, staff.id, "chat_taken_over", f"cases:{case.id}", now)
    if case.assigned_to_id is None:
        put_in_charge(session, case, staff.id, staff, now)
    if case.status == "new":
        move(session, case, "first_response", staff, now)
    mark_opened(session, case, staff, now)
    session.commit()


def hand_back(session: Session, case_id: int, staff: Staff, now: datetime) -> None:
    """Let the assistant speak again, and tell the resident. Raises NotYourChat when this person does not hold it (supervisors may all the same)."""
    case = find_case(session, staff, case_id, "work")
    conversation = _lock(session, case)
    if conversation.holder != "staff":
        session.rollback()
        return
    if conversation.held_by_id not in (None, staff.id) and not has_role(staff, "supervisor"):
        raise NotYourChat("A colleague holds the chat.")
    tell_resident(session, conversation.id, "utter_staff_gone", now)
    release(session, conversation.id)
    add_event(session, case, "handed_back", staff, now)
    note(session, staff.id, "chat_handed_back", f"cases:{case.id}", now)
    session.commit()


def write(session: Session, case_id: int, text: str, once: str, staff: Staff, now: datetime) -> int:
    """Send the resident a message of this person and return its id; the same `once` a second time sends nothing more. Commits.

    Raises NotYourChat when somebody else or the assistant holds the chat, ValueError for no text or too long a one, NoSuchCase,
    CaseClosedToYou.
    """
    words = text.replace("\r\n", "\n").strip()
    if not words or len(words) > MAX_LENGTH:
        raise ValueError("a message has 1 to 2000 characters")
    case = find_case(session, staff, case_id, "work")
    conversation = _lock(session, case)
    event_id = f"staff:{staff.id}:{once}"
    sent = session.scalar(select(Message.id).where(Message.conversation_id == conversation.id, Message.event_id == event_id))
    if sent is not None:
        session.rollback()
        return sent
    if conversation.holder != "staff" or conversation.held_by_id != staff.id:
        raise NotYourChat("Take the chat over first.")
    message = add_reply(session, conversation.id, Reply(text=words), in_reply_to=None, now=now, author="staff")
    message.event_id = event_id
    message_id = message.id
    reach(session, case, staff, now)
    note(session, staff.id, "chat_message_sent", f"messages:{message_id}", now)
    session.commit()
    return message_id


def send_contact_page(session: Session, case_id: int, staff: Staff, now: datetime) -> None:
    """Send the resident a link to the page for name and contact details, so that nobody has to write them into the talk. Commits.

    A link that was just sent has to do. Raises NotYourChat when somebody else or the assistant holds the chat, NoSuchCase, CaseClosedToYou.
    """
    case = find_case(session, staff, case_id, "work")
    conversation = _lock(session, case)
    if conversation.holder != "staff" or conversation.held_by_id != staff.id:
        raise NotYourChat("Take the chat over first.")
    if just_sent(session, conversation.id, now):
        session.rollback()
        return
    tell_resident(session, conversation.id, "utter_contact_page", now, link=offer_link(session, conversation.id, now))
    note(session, staff.id, "contact_page_sent", f"cases:{case.id}", now)
    session.commit()


def release(session: Session, conversation_id: int) -> None:
    """Let the assistant hold the chat. The caller commits."""
    session.execute(update(Conversation).where(Conversation.id == conversation_id).values(holder="bot", held_by_id=None))


def tell_resident(session: Session, conversation_id: int, response: str, now: datetime, **values: object) -> None:
    """Say one of the assistant's responses in the staff's name. The caller commits."""
    add_reply(session, conversation_id, Reply(text=say(response, **values)), in_reply_to=None, now=now, author="staff")


def holder_of(session: Session, case: Case, staff: Staff) -> Holder:
    """Return who holds the chat of this case, as this person sees it."""
    conversation = session.get_one(Conversation, case.conversation_id, populate_existing=True)
    if conversation.holder != "staff":
        return "bot"
    return "me" if conversation.held_by_id == staff.id else "other"


def canned_replies(query: str, needs: Sequence[str], limit: int = 5) -> list[CannedReply]:
    """Return answers of the FAQ for `query`; without one, those that serve most of these needs."""
    entries = {entry.id: entry for entry in current_corpus().entries}
    if query.strip():
        found = [hit.entry.id for hit in search_faq(query, limit)]
    else:
        worth = {entry.id: len(set(entry.needs) & set(needs)) for entry in entries.values()}
        found = sorted((one for one in worth if worth[one]), key=lambda one: -worth[one])[:limit]
    return [CannedReply(one, entries[one].question, entries[one].answer, entries[one].source_line) for one in found if one in entries]


def _lock(session: Session, case: Case) -> Conversation:
    """Return the conversation as it is now, held until this transaction ends: a turn that wants to write waits, and sees what we wrote."""
    session.execute(update(Conversation).where(Conversation.id == case.conversation_id).values(holder=Conversation.holder))
    return session.get_one(Conversation, case.conversation_id, populate_existing=True)
