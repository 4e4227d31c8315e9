"""A person on Telegram, over our real webhook and a pretended Telegram."""

import time
from datetime import timedelta
from typing import Any

from fastapi.testclient import TestClient

from connectors.telegram.channel import TelegramChannel
from tests.connectors.contract import Bubble, Driver, House, Kind, Trouble
from tests.connectors.fakes.base import Failure
from tests.connectors.fakes.telegram import SECRET, FakeTelegram, flood, refusal

PERSON = 515151
GROUP = -1001234
HEADER = "X-Telegram-Bot-Api-Secret-Token"
_LONGEST_TEXT = 4096


class TelegramDriver(Driver):
    """One person, one app, one Telegram."""

    def __init__(self, house: House, client: TestClient, telegram: FakeTelegram, channel: TelegramChannel) -> None:
        self.house, self.client, self.telegram, self.channel, self.last = house, client, telegram, channel, None

    def delivers(self, event: Any) -> int:
        self.last = event
        return self.client.post("/telegram/webhook", json=event, headers={HEADER: SECRET}).status_code

    def prepares(self, text: str) -> Any:
        return self.telegram.message(PERSON, text=text)

    def writes(self, text: str) -> None:
        for start in range(0, len(text), _LONGEST_TEXT):  # as Telegram's apps do with what is longer
            assert self.delivers(self.prepares(text[start : start + _LONGEST_TEXT])) == 200

    def sends(self, kind: Kind) -> None:
        file = {"file_id": "f", "file_unique_id": "u"}
        content: dict[str, Any] = {
            "sticker": {"sticker": {**file, "type": "regular", "width": 1, "height": 1, "is_animated": False, "is_video": False}},
            "image": {"photo": [{**file, "width": 1, "height": 1}]},
            "voice": {"voice": {**file, "duration": 3}},
            "video": {"video": {**file, "width": 1, "height": 1, "duration": 3}},
            "file": {"document": file},
            "location": {"location": {"latitude": 35.77, "longitude": 139.8}},
            "contact": {"contact": {"phone_number": "+819012345678", "first_name": "山田カナリア"}},
        }[kind]
        assert self.delivers(self.telegram.message(PERSON, **content)) == 200

    def presses(self, title: str) -> None:
        assert self.delivers(self.telegram.press(PERSON, title)) == 200

    def presses_forged(self, payload: str) -> None:
        number = int(self.telegram.seen_by(str(PERSON))[-1].request)
        ours = self.house.outgoing()[-1].id
        for data in (payload, f"{ours}.0.{'0' * 16}", "", "9" * 64):
            assert self.delivers(self.telegram.callback(PERSON, data, number)) == 200

    def again(self, event: Any) -> None:
        assert self.delivers(event) == 200

    def edits(self, text: str) -> None:
        message_id = (self.last.get("message") or self.last.get("edited_message"))["message_id"]
        assert self.delivers(self.telegram.message(PERSON, key="edited_message", message_id=message_id, text=text)) == 200

    def blocks(self) -> None:
        assert self.delivers(self.telegram.membership(PERSON, "kicked", "member")) == 200

    def unblocks(self) -> None:
        assert self.delivers(self.telegram.membership(PERSON, "member", "kicked")) == 200

    def writes_in_group(self, text: str) -> list[str]:
        assert self.delivers(self.telegram.message(GROUP, kind="supergroup", text=text)) == 200
        until = time.monotonic() + 10
        while GROUP not in self.telegram.left:
            assert time.monotonic() < until, "we stayed in the group"
            time.sleep(0.02)
        return [bubble.text for bubble in self.telegram.seen_by(str(GROUP))]

    def writes_unsigned(self, text: str) -> int:
        event = self.prepares(text)
        heads: list[dict[str, Any]] = [{}, {HEADER: "wrong"}, {HEADER: ""}, {HEADER: "é".encode()}]
        (status,) = {self.client.post("/telegram/webhook", json=event, headers=head).status_code for head in heads}
        return status

    def writes_long_ago(self, text: str) -> None:
        long_ago = self.house.now - timedelta(days=10)
        assert self.delivers(self.telegram.message(PERSON, text=text, date=long_ago.timestamp())) == 200

    def does_something_new(self) -> int:
        new = self.telegram.update(hologram={"chat": {"id": PERSON}})
        message = self.telegram.message(PERSON, hologram={"depth": 3})
        broken = self.telegram.update(message={"text": "no id, no chat"})
        return max(self.delivers(new), self.delivers(message), self.delivers(broken), self.delivers({}))

    def breaks(self, trouble: Trouble) -> None:
        match trouble:
            case "429":
                self.telegram.fail(flood(20))
            case "5xx":
                self.telegram.fail(refusal(500, "Internal Server Error"), refusal(502, "Bad Gateway", accepted=True))
            case "400":
                self.telegram.fail(refusal(400, "Bad Request: can't parse entities: unsupported start tag"))
            case "timeout":
                self.telegram.fail(Failure(kind="hang", where="sendMessage"))
            case "lost answer":
                self.telegram.fail(Failure(kind="cut", accepted=True, where="sendMessage"))
            case "down":
                self.telegram.stop()

    def mends(self) -> None:
        self.telegram.start()

    def sees(self) -> list[Bubble]:
        return [Bubble(bubble.text, tuple(title for title, _ in bubble.buttons)) for bubble in self.telegram.seen_by(str(PERSON))]

    def check(self) -> None:
        assert self.telegram.problems == []
