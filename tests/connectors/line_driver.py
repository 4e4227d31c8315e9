"""A person on LINE, over our real webhook and a pretended LINE."""

from datetime import timedelta
from typing import Any

from fastapi.testclient import TestClient

from tests.connectors.contract import Bubble, Driver, House, Kind, Trouble
from tests.connectors.fakes.base import Failure
from tests.connectors.fakes.line import FakeLine, number, redelivered, webhook

PERSON = "U" + "a" * 32
GROUP = "C" + "b" * 32


class LineDriver(Driver):
    """One person, one app, one LINE."""

    def __init__(self, house: House, client: TestClient, line: FakeLine) -> None:
        self.house, self.client, self.line, self.last = house, client, line, None

    def delivers(self, *events: Any) -> int:
        body, headers = webhook(*events)
        self.last = events[-1]
        return self.client.post("/line/webhook", content=body, headers=headers).status_code

    def prepares(self, text: str) -> Any:
        return self.line.text(PERSON, text)

    def writes(self, text: str) -> None:
        assert self.delivers(self.prepares(text)) == 200

    def sends(self, kind: Kind) -> None:
        content: dict[str, Any] = {
            "sticker": {"packageId": "1", "stickerId": "2", "stickerResourceType": "STATIC"},
            "image": {"contentProvider": {"type": "line"}},
            "voice": {"duration": 3000, "contentProvider": {"type": "line"}},
            "video": {"duration": 3000, "contentProvider": {"type": "line"}},
            "file": {"fileName": "a.pdf", "fileSize": 10},
            "location": {"title": "いまいる場所", "address": "日本、〒120-0011 東京都足立区中央本町１丁目", "latitude": 35.7, "longitude": 139.8},
        }[kind]
        event = self.line.message(PERSON, {"voice": "audio"}.get(kind, kind), **content)
        assert self.delivers(event) == 200

    def presses(self, title: str) -> None:
        data = next(data for bubble in reversed(self.line.seen_by(PERSON)) for label, data in bubble.buttons if label == title)
        assert self.delivers(self.line.event("postback", PERSON, postback={"data": data})) == 200

    def presses_forged(self, payload: str) -> None:
        (message_id, index) = (self.house.outgoing()[-1].id, 0)
        for data in (payload, f"{message_id}.{index}.{'0' * 16}", "", "9" * 300):
            assert self.delivers(self.line.event("postback", PERSON, postback={"data": data})) == 200

    def again(self, event: Any) -> None:
        assert self.delivers(redelivered(event)) == 200

    def unsends(self) -> None:
        message_id = self.last["message"]["id"]
        assert self.delivers(self.line.event("unsend", PERSON, token=False, unsend={"messageId": message_id})) == 200

    def blocks(self) -> None:
        assert self.delivers(self.line.event("unfollow", PERSON, token=False)) == 200

    def unblocks(self) -> None:
        assert self.delivers(self.line.event("follow", PERSON, follow={"isUnblocked": True})) == 200

    def writes_in_group(self, text: str) -> list[str]:
        source = {"type": "group", "groupId": GROUP, "userId": PERSON}
        event = self.line.text(PERSON, text, source=source)
        self.line.tokens[event["replyToken"]].person = GROUP
        assert self.delivers(event) == 200
        assert self.line.left == [GROUP]
        return [bubble.text for bubble in self.line.seen_by(GROUP)]

    def writes_unsigned(self, text: str) -> int:
        body, headers = webhook(self.line.text(PERSON, text), secret="another")
        statuses = {self.client.post("/line/webhook", content=body, headers=head).status_code for head in (headers, {}, {"X-Line-Signature": "AAAA"})}
        (status,) = statuses
        return status

    def writes_long_ago(self, text: str) -> None:
        event = self.line.text(PERSON, text)
        event["timestamp"] -= int(timedelta(days=10).total_seconds() * 1000)
        assert self.delivers(event) == 200

    def does_something_new(self) -> int:
        new = self.line.event("somethingNew", PERSON, something={"a": 1})
        message = self.line.event("message", PERSON, message={"type": "hologram", "id": number()})
        broken = {"type": "message"}
        return max(self.delivers(new, broken), self.delivers(message))

    def breaks(self, trouble: Trouble) -> None:
        match trouble:
            case "429":
                self.line.fail(Failure(status=429, headers={"Retry-After": "20"}, where="/message/"))
            case "5xx":
                self.line.fail(Failure(status=503, where="/message/"), Failure(status=500, where="/message/", accepted=True))
            case "400":
                self.line.fail(Failure(status=400, body={"message": "The request body has 1 error(s)"}, where="/message/"))
            case "timeout":
                self.line.fail(Failure(kind="hang", where="/message/"))
            case "lost answer":
                self.line.fail(Failure(kind="cut", accepted=True, where="/message/"))
            case "down":
                self.line.stop()

    def mends(self) -> None:
        self.line.start()

    def sees(self) -> list[Bubble]:
        return [Bubble(bubble.text, tuple(title for title, _ in bubble.buttons)) for bubble in self.line.seen_by(PERSON)]

    def check(self) -> None:
        assert self.line.problems == []


__all__ = ["GROUP", "PERSON", "LineDriver"]
