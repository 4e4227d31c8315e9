"""The tables of the running assistant: conversations, messages, tracker events, facts, cases and the work on them, alerts, staff.

Whatever a person wrote or told is in an `EncryptedJSON` column. Times are aware UTC in, Asia/Tokyo only at the edge.
"""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import JSON, Date, DateTime, ForeignKey, Index, Integer, String, UniqueConstraint, false
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import TypeDecorator

from bot.encryption import EncryptedJSON
from knowledge.database import Base


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime, kept as UTC (SQLite forgets time zones). A naive one is refused."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware datetime into naive UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime was handed to the database")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give it back as aware UTC."""
        return None if value is None else value.replace(tzinfo=UTC)


class Conversation(Base):
    """One person on one channel, from the first word to the deletion."""

    __tablename__ = "conversations"

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(String(20), comment="web, line, telegram, shell")
    channel_user_hash: Mapped[str] = mapped_column(
        String(64), comment="keyed hash of the channel's own user id; for the web, of the token that we gave out"
    )
    channel_user: Mapped[Any] = mapped_column(EncryptedJSON, nullable=True, comment="the id itself, needed to send; null for the web")
    holder: Mapped[str] = mapped_column(String(10), default="bot", comment="bot or staff: who speaks")
    held_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), comment="the caseworker who took over")
    sample: Mapped[bool] = mapped_column(default=False, server_default=false(), comment="made up (a sample): never announced, never counted")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_message_at: Mapped[datetime] = mapped_column(UtcDateTime)
    blocked_at: Mapped[datetime | None] = mapped_column(UtcDateTime, comment="since when the person blocks us on the channel; nothing is sent then")
    told_waiting_at: Mapped[datetime | None] = mapped_column(UtcDateTime, comment="when the person was last told that nobody has taken it up yet")

    messages: Mapped[list["Message"]] = relationship(cascade="all, delete-orphan", passive_deletes=True, order_by="Message.id")
    facts: Mapped[list["FactRow"]] = relationship(cascade="all, delete-orphan", passive_deletes=True, order_by="FactRow.id")

    __table_args__ = (UniqueConstraint("channel", "channel_user_hash"),)


class Message(Base):
    """One message, in or out. The id orders the conversation and is what a channel resumes from."""

    __tablename__ = "messages"

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    direction: Mapped[str] = mapped_column(String(3), comment="in or out")
    author: Mapped[str] = mapped_column(String(10), comment="resident, bot, staff")
    channel: Mapped[str] = mapped_column(String(20))
    event_id: Mapped[str | None] = mapped_column(String(120), comment="in: the channel's own id of the event; a second delivery changes nothing")
    kind: Mapped[str] = mapped_column(String(20), default="text", comment="in: text, button, sticker, image …; out: text, lifeline, suggestion, summary, apology")
    content: Mapped[Any] = mapped_column(EncryptedJSON, comment="in: {text, payload}; out: bot.reply.Reply as JSON")
    status: Mapped[str] = mapped_column(
        String(10), comment="in: new, done, failed, erased; out: pending, sent, uncertain (may have come twice), failed, blocked, withheld (staff took over)"
    )
    attempts: Mapped[int] = mapped_column(Integer, default=0, comment="in: turns begun; out: sends tried")
    in_reply_to_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"))
    channel_message_id: Mapped[str | None] = mapped_column(String(64), comment="in: the channel's own id of the message, by which it is edited or unsent")
    reply_handle: Mapped[Any] = mapped_column(
        EncryptedJSON, nullable=True, comment="in: the channel's right to answer once: {token, until, used_by}; null where there is none, or it is used up"
    )
    retry_key: Mapped[str | None] = mapped_column(String(36), comment="out: the channel's idempotency key; messages with the same one are one request")
    sent_parts: Mapped[int] = mapped_column(Integer, default=0, comment="out: how many requests of a message that needs several the channel has taken")
    in_doubt: Mapped[bool] = mapped_column(default=False, comment="out: a request was begun and it is not known whether the channel took it")
    doubled: Mapped[bool] = mapped_column(default=False, comment="out: sent again while in doubt, on a channel that cannot tell: may have come twice")
    plain: Mapped[bool] = mapped_column(default=False, comment="out: to be sent as bare text, since the channel refused the richer form")
    reason: Mapped[str | None] = mapped_column(String(40), comment="out: why it was not sent, or not yet; a code, never the channel's words")
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime, comment="out: not to be tried before")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        UniqueConstraint("channel", "conversation_id", "event_id"),
        Index("ix_messages_due", "conversation_id", "direction", "status"),
    )


class SeenEvent(Base):
    """That an event of a push channel was taken, so that a second delivery changes nothing, even after what it said was deleted."""

    __tablename__ = "seen_events"

    event_hash: Mapped[str] = mapped_column(String(64), primary_key=True, comment="keyed hash of channel and event id")
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class ContactLink(Base):
    """A one-time link by which a person writes down name and contact details on our own page, not in the talk."""

    __tablename__ = "contact_links"

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True, comment="keyed hash of the code in the link; the code itself is kept nowhere")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Contact(Base):
    """Name and contact details as the person wrote them on our page; the latest only."""

    __tablename__ = "contacts"

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), unique=True)
    details: Mapped[Any] = mapped_column(EncryptedJSON, comment="{name, phone, email, address}, each may be empty")
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)


class TrackerEvent(Base):
    """One Rasa event of a conversation's tracker, in order."""

    __tablename__ = "tracker_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    data: Mapped[Any] = mapped_column(EncryptedJSON, comment="the event as Rasa serialises it")


class FactRow(Base):
    """What is known about the person: one row a statement; the newest row of a key that is not withdrawn counts."""

    __tablename__ = "facts"

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    key: Mapped[str] = mapped_column(String(40), comment="a fact key of the vocabulary, or need:ID for an answer to a need check")
    record: Mapped[Any] = mapped_column(EncryptedJSON, comment="{value, status, evidence: [{message_id, text, start, end}]}")
    author: Mapped[str] = mapped_column(String(10), default="resident", comment="resident, staff or rule")
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    replaced_at: Mapped[datetime | None] = mapped_column(UtcDateTime, comment="set when a later row of the same key took its place")


class Organisation(Base):
    """An office whose staff work in the console. The directory's HSDS `organization` is another table: not all of those log in."""

    __tablename__ = "organisations"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(30), comment="municipality, npo …: knowledge.schema.OrganizationRecord.kind")
    organization_id: Mapped[str | None] = mapped_column(String(80), comment="its id in the directory, where it is listed there; no foreign key, the directory is reloaded")
    municipalities: Mapped[list[str]] = mapped_column(JSON, default=list, comment="canonical names: new cases of people living there come here")
    hours: Mapped[list[Any]] = mapped_column(
        JSON, default=list, server_default="[]", comment="when its staff answer: knowledge.schema.ScheduleRecord as JSON, one a line; empty: not known"
    )
    takes_rest: Mapped[bool] = mapped_column(default=False, comment="whether it gets the cases of places that nobody takes; one does")
    sample: Mapped[bool] = mapped_column(default=False, server_default=false(), comment="made up (a sample): only sample cases are referred to it")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Case(Base):
    """What a person agreed to hand to a caseworker."""

    __tablename__ = "cases"

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(12), unique=True, comment="what the person is given to name the case; no meaning in it")
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), unique=True)
    status: Mapped[str] = mapped_column(String(20), default="new")
    urgency: Mapped[str] = mapped_column(String(10))
    municipality: Mapped[str | None] = mapped_column(String(40))
    sheet: Mapped[Any] = mapped_column(EncryptedJSON, comment="bot.sheet.Sheet as JSON, as it was agreed to")
    consented_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True, comment="whose case it is now; moves when a referral is accepted")
    assigned_to_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), index=True, comment="the caseworker in charge; null: nobody yet")
    sensitive: Mapped[bool] = mapped_column(default=False, comment="violence: only the one in charge and supervisors open it, places are masked")
    next_action: Mapped[Any] = mapped_column(EncryptedJSON, nullable=True, comment="text: what is to be done next")
    next_action_on: Mapped[date | None] = mapped_column(Date, comment="day (Asia/Tokyo) by which it is due")
    first_contact_at: Mapped[datetime | None] = mapped_column(UtcDateTime, comment="when a human first wrote to, called or met the person")

    conversation: Mapped[Conversation] = relationship()
    organisation: Mapped[Organisation] = relationship()


class CaseNote(Base):
    """What staff wrote down about a case."""

    __tablename__ = "case_notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    kind: Mapped[str] = mapped_column(String(10), default="note", comment="note; phone, visit, letter: the person was reached that way")
    text: Mapped[Any] = mapped_column(EncryptedJSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CaseEvent(Base):
    """What happened to a case, for its timeline and for statistics: ids only, never what somebody said."""

    __tablename__ = "case_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), comment="null: the assistant, when the person consented")
    kind: Mapped[str] = mapped_column(String(20), comment="handed_over, status, assigned, organisation, sensitive, planned, taken_over, handed_back, reached, facts")
    before: Mapped[str | None] = mapped_column(String(60), comment="status, id of staff or organisation, True or False; else null")
    after: Mapped[str | None] = mapped_column(String(60), comment="the same, afterwards; facts: the key that was edited; planned: the day")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Referral(Base):
    """A case referred on to another organisation, with what was done and what is asked; accepted, it becomes theirs."""

    __tablename__ = "referrals"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    from_organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    to_organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    sent_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    done: Mapped[Any] = mapped_column(EncryptedJSON, comment="text: what was done so far")
    asked: Mapped[Any] = mapped_column(EncryptedJSON, comment="text: what the receiver is asked to do")
    consent_id: Mapped[int] = mapped_column(ForeignKey("consents.id"), comment="that the person agreed to this receiver, and to what")
    consent_how: Mapped[str] = mapped_column(String(10), comment="chat, spoken, written")
    status: Mapped[str] = mapped_column(String(10), default="sent", comment="sent, accepted, returned, withdrawn")
    reason: Mapped[Any] = mapped_column(EncryptedJSON, nullable=True, comment="text: why it was returned or withdrawn")
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


class Consent(Base):
    """A person's consent that certain things go to one recipient; withdrawn ones stay, to show what was allowed when."""

    __tablename__ = "consents"

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    recipient: Mapped[str] = mapped_column(String(20), comment="caseworker, organisation, shop or landlord")
    desk_id: Mapped[str | None] = mapped_column(String(80), comment="id of a desk, shop or organisation of ours; null: whoever the caseworker speaks to")
    recipient_name: Mapped[Any] = mapped_column(EncryptedJSON, nullable=True, comment="the recipient in words, when it is none of ours")
    items: Mapped[Any] = mapped_column(EncryptedJSON, comment="list of what may be passed on: ids of knowledge/data/sharing.yml")
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    author: Mapped[str] = mapped_column(String(10), default="resident", comment="resident: in the chat; staff: written down by a caseworker")
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), comment="who wrote it down for the person")


class Alert(Base):
    """An emergency in a conversation, told to staff at once: the kind and the words that triggered it, no contact."""

    __tablename__ = "alerts"

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(20), comment="an emergency kind of the vocabulary, no_place_tonight, or human when a person was asked for")
    words: Mapped[Any] = mapped_column(EncryptedJSON, comment="list of the words that triggered it")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    seen_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


class DirectoryGap(Base):
    """How many people were told that their municipality has no desk of a kind, month by month: for the council's statistics.

    Counts only, no conversation hangs on them, so they outlive one that is deleted.
    """

    __tablename__ = "directory_gaps"

    id: Mapped[int] = mapped_column(primary_key=True)
    municipality: Mapped[str] = mapped_column(String(40), comment="canonical name with its suffix")
    prefecture: Mapped[str] = mapped_column(String(10), default="", comment="empty when several prefectures have a place of that name")
    desk_kind: Mapped[str] = mapped_column(String(40), comment="a desk kind of the vocabulary")
    month: Mapped[str] = mapped_column(String(7), comment="YYYY-MM, Asia/Tokyo")
    known: Mapped[str] = mapped_column(String(12), comment="not_offered: a source says that there is none; not_known: the directory has no record")
    given: Mapped[str] = mapped_column(String(12), comment="what was named instead: prefecture or nationwide")
    people: Mapped[int] = mapped_column(default=0, comment="conversations in which it was said, each once")
    sample: Mapped[bool] = mapped_column(default=False, server_default=false(), comment="made up (a sample): counted with the samples alone")

    __table_args__ = (UniqueConstraint("municipality", "prefecture", "desk_kind", "month", "known", "given", "sample"),)


class Staff(Base):
    """A person who may log in."""

    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    roles: Mapped[list[str]] = mapped_column(JSON, comment="one or more of bot.access.ROLES: caseworker, supervisor, admin, council")
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"), comment="null: belongs to none and sees no cases")
    password_hash: Mapped[str] = mapped_column(String(200), comment="Argon2id")
    failed_logins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    session_version: Mapped[int] = mapped_column(default=1, comment="raised to end all sessions")
    email: Mapped[Any] = mapped_column(EncryptedJSON, nullable=True, comment="where invitations and notices go")
    notices: Mapped[str] = mapped_column(String(12), default="all", server_default="all", comment="which notices come by e-mail: all, emergencies, none")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    joined_at: Mapped[datetime | None] = mapped_column(UtcDateTime, comment="when the person first set a password; null: invited only")
    deactivated_at: Mapped[datetime | None] = mapped_column(UtcDateTime, comment="nobody logs in any more; the name stays with what was done")
    sample: Mapped[bool] = mapped_column(default=False, server_default=false(), comment="made up (a sample): never logs in, gets no real case")


class AuditEntry(Base):
    """Who read or changed what, when. Never what it said."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    action: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(60), comment="table and id")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SecondFactor(Base):
    """A person's authenticator app. It counts once a code of it was typed in."""

    __tablename__ = "second_factors"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True)
    secret: Mapped[Any] = mapped_column(EncryptedJSON, comment="base32, as the app takes it")
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_step: Mapped[int | None] = mapped_column(Integer, comment="time step (30 s) of the last code taken: no code is taken twice")
    failed: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RecoveryCode(Base):
    """A code that takes the place of the app once."""

    __tablename__ = "recovery_codes"

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64), comment="keyed hash")
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Invitation(Base):
    """A one-time link by which a person sets their password: when they are new, or when they cannot log in any more."""

    __tablename__ = "invitations"

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True, comment="keyed hash of what stands in the link")
    resets_second_factor: Mapped[bool] = mapped_column(default=False, comment="whether using it also takes the second factor away")
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Notice(Base):
    """Something staff are to be told outside the console: a durable queue of its own, and the record of what failed.

    What it says is made when it is sent, and is never more than a link.
    """

    __tablename__ = "notices"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10), comment="case (new), emergency, human (a person was asked for), test")
    step: Mapped[int] = mapped_column(default=0, comment="0: the first; 1 and up: nobody has looked since, supervisors are told")
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    alert_id: Mapped[int | None] = mapped_column(ForeignKey("alerts.id", ondelete="CASCADE"), index=True)
    channel: Mapped[str] = mapped_column(String(10), comment="email, webhook, or nobody: there was nobody to tell")
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), comment="whom the e-mail goes to")
    status: Mapped[str] = mapped_column(String(10), comment="pending, sent, failed; moot: somebody looked before it went")
    attempts: Mapped[int] = mapped_column(default=0)
    failure: Mapped[str | None] = mapped_column(String(60), comment="kind of the last trouble, without any text")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_notices_due", "status", "due_at"),)


class MonthlyCount(Base):
    """What remains of deleted conversations and cases, and of questions without an answer: numbers by month, nothing about anybody."""

    __tablename__ = "monthly_counts"

    id: Mapped[int] = mapped_column(primary_key=True)
    month: Mapped[str] = mapped_column(String(7), comment="YYYY-MM, Asia/Tokyo: when the conversation began or the case was handed over")
    municipality: Mapped[str] = mapped_column(String(40), default="", comment="only for cases and needs; empty: not known, or not counted by place")
    measure: Mapped[str] = mapped_column(String(20), comment="a measure of bot.tally")
    value: Mapped[str] = mapped_column(String(40), default="", comment="an id: urgency, household, need, status …")
    by: Mapped[str] = mapped_column(String(40), default="", comment="a second id, for needs by household or urgency")
    count: Mapped[int] = mapped_column(default=0)
    sample: Mapped[bool] = mapped_column(default=False, server_default=false(), comment="made up (a sample): counted with the samples alone")

    __table_args__ = (UniqueConstraint("month", "municipality", "measure", "value", "by", "sample"),)


class Deletion(Base):
    """That a conversation was deleted: the case's number, so that staff who look for it learn why it is gone, and nothing of what it said."""

    __tablename__ = "deletions"

    id: Mapped[int] = mapped_column(primary_key=True)
    why: Mapped[str] = mapped_column(String(10), comment="asked: the person wanted it; period: it had been kept long enough")
    channel: Mapped[str] = mapped_column(String(20))
    reference: Mapped[str | None] = mapped_column(String(12), comment="of the case that went with it; null: nothing had been handed over")
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"), index=True, comment="whose case it was")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
