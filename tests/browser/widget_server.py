"""The widget's own test server: the real web channel on a real database, with a script in place of the dialogue.

`python tests/browser/widget_server.py 8123` starts it for looking at. Desks and people in it are samples (見本).
"""

import contextlib
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import uvicorn
from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.exc import InvalidRequestError, NoResultFound
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.orm.exc import StaleDataError
from starlette.datastructures import State
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.database import migrate, open_database
from bot.inbox import add_reply, erase_conversation, use_queue
from bot.live import Live
from bot.models import Conversation, Message
from bot.reply import Button, Card, Reach, Reply
from bot.settings import Settings
from connectors.web import receive
from connectors.web.limits import RateLimit
from knowledge.lifeline_cards import lifeline_reply

TOKYO = ZoneInfo("Asia/Tokyo")
NOW = datetime(2026, 11, 20, 10, 0, tzinfo=TOKYO)
GREETING = Reply(
    text="こんにちは。住まいの相談窓口「まどぐち」です。お部屋さがし、家賃、立ち退きなど、住まいのことで困っていることを聞かせてください。\n\n"
    "書いたことは、この窓口の相談員が読むことがあります。最後のやりとりから180日たつと消えます。\n"
    "お名前はいりません。答えたくないことは答えなくて大丈夫です。いつでも「人と話したい」と書けば、相談員にお知らせします。\n\n"
    "いま、住まいのことで、どんなことにお困りですか。うまくまとまっていなくても大丈夫です。"
)
QUESTION = Reply(
    text="家賃のことで困っているのですね。話してくださってありがとうございます。\n\nいまのお部屋には、いつまで住めそうですか。",
    buttons=[
        Button(title="今月いっぱい", payload='/inform_situation{"deadline": "month"}'),
        Button(title="日にちは決まっていない", payload="/deny"),
        Button(title="答えたくない", payload="/refuse_answer"),
        Button(title="なぜ聞くのですか", payload="/ask_why"),
    ],
)
DESKS = Reply(
    text="お話から、こちらの窓口が力になれそうです。",
    kind="suggestion",
    cards=[
        Card(
            id="sample_desk",
            desk_kind="self_reliance",
            title="くらしの相談窓口（見本）",
            what="お金・仕事・住まいの困りごとを、支援員がいっしょに整理します。家賃の補助の相談もできます。",
            why="家賃の支払いに困っていると、うかがったからです。",
            hours="いま開いています（今日は17:00まで）",
            open_now=True,
            reach=[
                Reach(kind="phone", label="電話 03-0000-0000", href="tel:0300000000"),
                Reach(kind="web", label="ウェブサイト", href="https://example.com/"),
                Reach(kind="visit", label="見本区役所 2階 12番窓口"),
            ],
            say="「家賃のことで困っています。住居確保給付金の相談をしたいです」",
            bring=["本人と分かるもの", "通帳や給与明細など（あれば）", "家賃の契約書や請求の手紙（あれば）"],
            source="出典：見本の資料",
            as_of="2026年11月1日時点",
            notice="行く前に、電話で予約できるか聞いてください。",
        ),
        Card(
            id="sample_closed",
            desk_kind="housing_desk",
            title="住まいの窓口（見本）",
            what="お部屋さがしの相談を受けています。",
            why="次の住まいをさがす必要がありそうだからです。",
            hours="次は11月24日（火）9:00から",
            open_now=False,
            reach=[Reach(kind="other", label="さがし方：市区町村の代表電話で「住宅の係」と言ってください。")],
            source="出典：見本の資料",
            as_of="2026年11月1日時点",
        ),
    ],
)
SUMMARY = Reply(
    kind="summary",
    text="ここまでのお話を、こうまとめました。\n\n【うかがったこと】\n・足立区にお住まい\n・家賃が5か月おくれている\n・今月いっぱいで出てほしいと言われている\n\n"
    "【お手伝いできそうなこと】\n・家賃のこと\n・次の住まいさがし\n\nこれでよろしいですか。違うところは、そのまま書いてください。",
    buttons=[
        Button(title="これでよい", payload="/affirm"),
        Button(title="違うところがある", payload="/deny"),
        Button(title="なぜ聞くのですか", payload="/ask_why"),
    ],
)
APOLOGY = Reply(
    kind="apology",
    text="もうしわけありません。うまくお答えできませんでした。相談員にお知らせしました。",
    buttons=[Button(title="人と話したい", payload="/request_human")],
)


@dataclass
class Switches:
    """What a test may turn: how slowly the script answers, whether the API fails, whether streams are held back."""

    delay: float = 0.0
    silent: bool = False
    fail_with: int | None = None
    fail_paths: tuple[str, ...] = ("/api/web/",)
    hold_streams: bool = False


class _Fault:
    """Lets requests fail on request."""

    def __init__(self, app: ASGIApp, switches: Switches) -> None:
        self.app = app
        self.switches = switches

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        held = self.switches.hold_streams and path.endswith("/stream")
        if scope["type"] == "http" and (held or (self.switches.fail_with and path.startswith(self.switches.fail_paths))):
            status = 502 if held else self.switches.fail_with
            await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", b"text/plain")]})
            await send({"type": "http.response.body", "body": b""})
            return
        await self.app(scope, receive, send)


def answer(text: str, payload: str | None, now: datetime) -> list[Reply]:
    """Return what the script says to a message."""
    if "死にたい" in text:
        found = lifeline_reply(["suicide"], now)
        return [Reply(text=found["text"], kind="lifeline", cards=[Card.model_validate(card) for card in found["cards"]])]
    if "窓口" in text:
        return [DESKS]
    if "まとめ" in text:
        return [SUMMARY]
    if "こわれ" in text:
        return [APOLOGY]
    if payload == "/affirm":
        return [Reply(text="ありがとうございます。相談員に渡しました。\n\n受付番号は 見本-1234 です。急ぐときは 03-0000-0000 へどうぞ。")]
    if payload is not None:
        return [Reply(text=f"「{text}」ですね。わかりました。")]
    return [QUESTION]


@dataclass
class WidgetServer:
    """The running server. `stop` ends its threads."""

    port: int
    sessions: sessionmaker[Session]
    live: Live
    state: State
    switches: Switches = field(default_factory=Switches)
    clock: Callable[[], datetime] = lambda: datetime.now(TOKYO)
    running: bool = True

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    def reset(self) -> None:
        """Forget all conversations, limits and switches."""
        self.switches.__dict__.update(Switches().__dict__)
        self.state.web_message_limit = RateLimit(20)
        self.state.web_opening_limit = RateLimit(60)
        with self.sessions() as session:
            for conversation in session.scalars(select(Conversation)).all():
                erase_conversation(session, conversation)

    def say_as_staff(self, text: str) -> None:
        """Let a caseworker take over the newest conversation and write."""
        with self.sessions() as session:
            conversation = session.scalars(select(Conversation).order_by(Conversation.id.desc()).limit(1)).one()
            conversation.holder = "staff"
            add_reply(session, conversation.id, Reply(text=text), in_reply_to=None, now=self.clock(), author="staff")
            session.commit()
            self.live.ring(conversation.id)

    def received(self) -> list[str]:
        """Return the texts of all residents' messages in order."""
        with self.sessions() as session:
            rows = session.scalars(select(Message).where(Message.author == "resident", Message.kind != "start").order_by(Message.id))
            return [row.content["text"] for row in rows]

    def answer_forever(self) -> None:
        """Answer whatever comes in."""
        while self.running:
            with self.sessions() as session:
                due = select(Message).where(Message.direction == "in", Message.status == "new").order_by(Message.id)
                waiting = session.scalars(due).first()
                if waiting is not None and not self.switches.silent:
                    time.sleep(self.switches.delay)
                    with contextlib.suppress(InvalidRequestError, NoResultFound, StaleDataError):  # deleted meanwhile
                        self._answer(session, waiting)
            time.sleep(0.03)

    def _answer(self, session: Session, message: Message) -> None:
        session.refresh(message)
        conversation = session.get_one(Conversation, message.conversation_id)
        content = message.content
        replies = [GREETING] if message.kind == "start" else answer(content["text"], content.get("payload"), self.clock())
        for reply in [] if conversation.holder == "staff" else replies:
            add_reply(session, message.conversation_id, reply, in_reply_to=message.id, now=self.clock())
        message.status = "done"
        session.commit()
        self.live.ring(message.conversation_id)


def start(data_dir: Path, port: int) -> tuple[WidgetServer, Callable[[], None]]:
    """Start the server on a database in `data_dir`; returns it and what stops it."""
    settings = Settings(data_dir=data_dir, _env_file=None)  # type: ignore[call-arg]
    engine = open_database(settings)
    migrate(engine)
    use_queue(lambda _session, _conversation_id: None)
    app = FastAPI()
    server = WidgetServer(port, sessionmaker(engine, expire_on_commit=False), Live(), app.state)
    app.state.sessions, app.state.live, app.state.clock, app.state.settings = server.sessions, server.live, server.clock, settings
    receive.install(app)
    app.add_middleware(_Fault, switches=server.switches)
    config = uvicorn.Config(app, host="127.0.0.1", port=port, log_config=None, access_log=False, ws="none", timeout_graceful_shutdown=1)
    web = uvicorn.Server(config)
    threads = [threading.Thread(target=web.run, daemon=True), threading.Thread(target=server.answer_forever, daemon=True)]
    for thread in threads:
        thread.start()
    while not web.started:
        time.sleep(0.02)

    def stop() -> None:
        server.running = False
        web.should_exit = True
        for thread in threads:
            thread.join(5)
        engine.dispose()

    return server, stop


if __name__ == "__main__":
    os.environ.setdefault("TZ", "Asia/Tokyo")
    start(Path(tempfile.mkdtemp()), int(sys.argv[1]))
    threading.Event().wait()
