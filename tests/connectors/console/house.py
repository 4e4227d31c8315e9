"""The console with a real database file, and made-up cases (見本) of some length."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyotp
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, sessionmaker

from bot.cases import hand_over
from bot.database import migrate, open_database
from bot.inbox import add_reply
from bot.live import Live
from bot.models import Alert, Case, Conversation, Message, SecondFactor, Staff
from bot.organisations import ensure_organisation
from bot.reply import Button, Card, Reply
from bot.second_factor import STEP_SECONDS
from bot.settings import Settings
from bot.staff import add_staff
from bot.store import write_facts
from connectors.console.routes import install
from knowledge.facts import derive

TOKYO = ZoneInfo("Asia/Tokyo")
LOGIN, PASSWORD = "mihon", "correct-horse-staple"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
"""What the apps of all made-up staff hold."""


@dataclass
class Clock:
    """A clock that tests move by hand."""

    now: datetime = field(default=datetime(2026, 4, 1, 10, 0, tzinfo=TOKYO))

    def __call__(self) -> datetime:
        return self.now

    def pass_time(self, **parts: float) -> None:
        self.now += timedelta(**parts)


@dataclass
class Talk:
    """A conversation being written, message by message."""

    session: Session
    id: int
    clock: Clock
    facts: dict[str, Any] = field(default_factory=dict)

    def hear(self, text: str, **facts: Any) -> int:
        """The resident writes; each fact is (value, words, status) or (value, words)."""
        message = Message(
            conversation_id=self.id, direction="in", author="resident", channel="web", event_id=self.clock.now.isoformat(),
            kind="text", content={"text": text, "payload": None}, status="done", created_at=self.clock(),
        )  # fmt: skip
        self.session.add(message)
        self.session.flush()
        for key, (value, words, *status) in facts.items():
            start = max(text.find(words), 0)
            evidence = [{"message_id": message.id, "text": words, "start": start, "end": start + len(words)}] if words else []
            self.facts[key.replace("__", ":")] = {"value": value, "status": status[0] if status else "said", "evidence": evidence}
        self.clock.pass_time(minutes=1)
        return message.id

    def say(self, text: str, **parts: Any) -> None:
        """The assistant answers."""
        add_reply(self.session, self.id, Reply(text=text, **parts), in_reply_to=None, now=self.clock())
        self.clock.pass_time(seconds=2)

    def alarm(self, message_id: int, kind: str, *words: str) -> int:
        """An emergency was found in a message."""
        alert = Alert(conversation_id=self.id, message_id=message_id, kind=kind, words=list(words), created_at=self.clock())
        self.session.add(alert)
        self.session.flush()
        return alert.id

    def keep_facts(self) -> None:
        """Write the facts as a turn does."""
        self.facts = dict(derive(self.facts))  # type: ignore[arg-type]
        write_facts(self.session, self.id, self.facts, self.clock())

    def hand_over(self, **interview: Any) -> str:
        """Consent: make the case, return its reference."""
        self.keep_facts()
        return hand_over(self.session, self.id, self.facts, interview, self.clock())  # type: ignore[arg-type]


@dataclass
class House:
    """The application with what tests look into."""

    app: FastAPI
    engine: Engine
    sessions: sessionmaker[Session]
    clock: Clock

    def client(self) -> TestClient:
        """A browser that has not logged in."""
        return TestClient(self.app, base_url="http://console.test", follow_redirects=False)

    def close(self) -> None:
        """Let go of the database file."""
        self.engine.dispose()

    def talk(self, session: Session) -> Talk:
        """A new conversation."""
        now = self.clock()
        conversation = Conversation(channel="web", channel_user_hash=now.isoformat(), holder="bot", created_at=now, last_message_at=now)
        session.add(conversation)
        session.flush()
        self.clock.pass_time(seconds=5)
        return Talk(session, conversation.id, self.clock)


def build_house(folder: Path) -> House:
    """The console alone, on a new migrated database in `folder`, with one caseworker."""
    house = open_house(folder)
    migrate(house.engine)
    with house.sessions() as session:
        office = ensure_organisation(session, "見本市", house.clock())
        staff = add_staff(session, LOGIN, "見本 花子", ["caseworker"], PASSWORD, house.clock(), organisation_id=office.id)
        give_app(session, staff, house.clock())
        session.commit()
    return house


def give_app(session: Session, staff: Staff, now: datetime) -> None:
    """Let this person have set up the second factor."""
    session.add(SecondFactor(staff_id=staff.id, secret=SECRET, confirmed_at=now))


def app_code(clock: Clock) -> str:
    """What the app shows half a minute later: a code that was not taken yet."""
    clock.pass_time(seconds=STEP_SECONDS)
    return pyotp.TOTP(SECRET).at(clock())


def open_house(folder: Path) -> House:
    """The console on the database that is in `folder`."""
    settings = Settings(data_dir=folder, _env_file=None)  # type: ignore[call-arg]
    engine = open_database(settings)
    sessions = sessionmaker(engine, expire_on_commit=False)
    clock = Clock()
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.state.sessions, app.state.clock, app.state.live, app.state.settings = sessions, clock, Live(), settings
    install(app)
    return House(app, engine, sessions, clock)


def make_small_case(house: House, **facts: Any) -> int:
    """A case with the given facts (key -> (value, words)); returns the conversation's id."""
    with house.sessions() as session:
        talk = house.talk(session)
        talk.hear("（見本）" + "。".join(words for _value, words, *_ in facts.values()), **facts)
        talk.hand_over()
        session.commit()
        return talk.id


def put_in_charge(house: House, case_id: int, login: str) -> None:
    """Let this person be the one in charge of a case."""
    with house.sessions() as session:
        session.get_one(Case, case_id).assigned_to_id = session.scalars(select(Staff.id).where(Staff.login == login)).one()
        session.commit()


def make_long_case(house: House) -> int:
    """A case as long as real ones get (見本: made up); returns the conversation's id."""
    with house.sessions() as session:
        talk = house.talk(session)
        _begin(talk)
        _go_on(talk)
        talk.hand_over(asked=["guarantor", "pets"], emergencies=["suicide"], desks=_desks())
        session.commit()
        return talk.id


def _begin(talk: Talk) -> None:
    talk.say(
        "こんにちは。住まいの困りごとをうかがう窓口です（見本）。ここに書いたことは、この窓口の担当者だけが読み、180日で消します。"
        "名前は書かなくて大丈夫です。\n\nいま、どんなことで困っていますか。"
    )
    talk.hear(
        "（見本）築50年のアパートにひとりで住んでいますが、建て替えるから5月末までに出てほしいと大家さんから手紙が来ました。"
        "75歳で年金暮らしです。どこにも相談できる人がいなくて、毎晩ねむれません。",
        age=(75, "75歳"),
        household=("single", "ひとりで住んでいます"),
        housing_now=("private_rent", "アパート"),
        reasons=(["demolition", "eviction_demand"], "建て替えるから5月末までに出てほしい"),
        deadline=("2026-05-31", "5月末"),
        income_source=(["pension"], "年金暮らし"),
        difficulties=(["mood", "walking"], "毎晩ねむれません"),
        isolated=("yes", "相談できる人がいなくて"),
    )
    talk.say(
        "建て替えで出るように言われ、おひとりで心細い毎日だったのですね。\n\nお住まいの市区町村はどこですか。",
        buttons=[Button(title="答えたくない", payload="/refuse_answer")],
    )
    talk.hear(
        "足立区です。できれば今の病院に通える近くがいいです",
        municipality=("足立区", "足立区"),
        desired_area=(["足立区"], "近くがいい"),
        wishes=(["same_area", "near_hospital", "ground_floor", "cheap"], "今の病院に通える近く"),
    )


def _go_on(talk: Talk) -> None:
    talk.say("足立区で、いまの病院に通えるところですね。家賃は、いくらまでなら払えそうですか。")
    talk.hear(
        "いま4万8千円で、それより高いと無理です。年金は月に11万くらい。貯金のことは言いたくありません",
        rent_now=(48000, "4万8千円"),
        rent_max=(48000, "それより高いと無理"),
        income_monthly=(110000, "月に11万くらい"),
        savings=(None, "", "declined"),
    )
    talk.say("貯金のことは、うかがいません。保証人や緊急連絡先を頼める方はいますか。")
    talk.hear(
        "弟がいますが、もう20年会っていません。だれにも頼めないです",
        relatives=("distant", "20年会っていません"),
        guarantor=("no", "だれにも頼めない"),
        emergency_contact=("no", "だれにも頼めない", "corrected"),
    )
    talk.say("おひとりで抱えてこられたのですね。荷物の片づけを、いっしょに考えてくれるところがあります。お手伝いがあると助かりますか。")
    moved = talk.hear(
        "それは助かります。40年分の荷物で、正直もう死にたいくらいです",
        belongings_many=("yes", "40年分の荷物"),
        need__moving_support=("yes", "それは助かります", "confirmed"),
    )
    talk.alarm(moved, "suicide", "死にたい")
    talk.say(
        "死にたいくらい、つらいのですね。いま、話を聞いてくれるところがあります。",
        kind="lifeline",
        cards=[Card(id="sample_line", title="（見本）こころの電話相談")],
    )
    talk.hear(
        "ありがとう。いまは大丈夫です。見守りのようなことはいりません。電話は夕方にしてください",
        need__watch_over=("no", "見守りのようなことはいりません", "declined"),
        contact_method=(["phone", "this_chat"], "電話"),
        contact_time=("夕方（16時から18時ごろ）", "夕方"),
        debt=(None, "", "unknown"),
    )
    cards = [Card(id=desk["id"], desk_kind=desk["kind"], title=desk["title"], why=desk["why"]) for desk in _desks()]
    talk.say("お話から、こちらの窓口が力になれそうです。", kind="suggestion", cards=cards)


def _desks() -> list[dict[str, str]]:
    housing = {"id": "sample_housing", "kind": "housing_desk", "title": "（見本）区の住宅相談窓口"}
    elderly = {"id": "sample_elderly", "kind": "elderly_support_centre", "title": "（見本）地域包括支援センター"}
    return [{**housing, "why": "次の住まい探しについて話せる窓口です。"}, {**elderly, "why": "暮らしのことについても話せます。"}]
