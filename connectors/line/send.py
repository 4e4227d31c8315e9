"""Sending on LINE: the reply token first, which costs nothing and works once within a minute, then pushes with a stored retry key.

A push that is repeated with its key is taken once: 409 says that it was taken before. A reply has no key, but its token works
once: as long as the token is young, "invalid" on a second try says that the first one was taken.
"""

import json
import uuid
from collections.abc import Sequence
from typing import Any

import urllib3
from linebot.v3.messaging import (
    ApiClient,
    ApiException,
    Configuration,
    Message,
    MessagingApi,
    PushMessageRequest,
    ReplyMessageRequest,
    ShowLoadingAnimationRequest,
)

from bot.pace import Pace
from connectors.line.render import MAX_MESSAGES, render
from connectors.line.settings import LineSettings
from connectors.message import Delivery, Failed, Outcome, Outgoing, Retry, Sent

CHANNEL = "line"
_REQUESTS_PER_SECOND = 100
"""Far below LINE's 2,000 a second."""
_LOADING_SECONDS = 20
_WAIT_FOR_STAFF_SECONDS = 300.0
"""When the token or the plan is wrong, people have to put it right; until then nothing is lost."""
_NOT_BEGUN = (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError, urllib3.exceptions.NameResolutionError)


def make_client(settings: LineSettings, url: str = "") -> ApiClient:
    """Return LINE's client; the caller gives each request its time limit. It tries nothing again by itself."""
    configuration = Configuration(host=url or settings.api_url, access_token=settings.token)
    configuration.retries = False
    return ApiClient(configuration)


class LineSender:
    """LINE's way out, as `bot.outbox` uses it. Safe from any thread."""

    channel = CHANNEL
    idempotent = True

    def __init__(self, settings: LineSettings) -> None:
        """Take the channel's token and addresses."""
        self.pace = Pace(_REQUESTS_PER_SECOND)
        self._api = MessagingApi(make_client(settings))
        self._timeout = settings.timeout_seconds

    def fits(self, messages: Sequence[Outgoing]) -> int:
        """Return how many of our messages make at most five of LINE's."""
        count = 1
        while count < len(messages) and len(render(messages[: count + 1], private=True)) <= MAX_MESSAGES:
            count += 1
        return count

    def send(self, delivery: Delivery) -> Outcome:
        """Reply or push."""
        handle = delivery.handle if delivery.part == 0 else None
        young = handle is not None and delivery.now < handle.until
        objects = render(delivery.messages, private=not young)
        part = objects[delivery.part * MAX_MESSAGES : (delivery.part + 1) * MAX_MESSAGES]
        more = len(objects) > (delivery.part + 1) * MAX_MESSAGES
        if not part:
            return Sent()
        if handle is not None and young:
            return self._reply(handle.token, part, more, in_doubt=delivery.in_doubt)
        # With a token that grew old in doubt, the person may have had the reply before.
        return self._push(delivery, part, more, maybe_twice=handle is not None and delivery.in_doubt)

    def show_loading(self, user: str) -> None:
        """Show the dots that say that an answer is being made; they end with the next message. Failing does no harm."""
        try:
            self._api.show_loading_animation(
                ShowLoadingAnimationRequest(chatId=user, loadingSeconds=_LOADING_SECONDS), _request_timeout=self._timeout
            )
        except (ApiException, urllib3.exceptions.HTTPError):
            return

    def answer_once(self, token: str, messages: Sequence[Message]) -> bool:
        """Answer outside any conversation (a group, or a database that is down): once, and never again. Returns whether it was taken."""
        try:
            self._api.reply_message(ReplyMessageRequest(replyToken=token, messages=list(messages)), _request_timeout=self._timeout)
        except (ApiException, urllib3.exceptions.HTTPError):
            return False
        return True

    def leave(self, kind: str, group: str) -> None:
        """Leave a group or a room; failing does no harm."""
        try:
            leave = self._api.leave_group if kind == "group" else self._api.leave_room
            leave(group, _request_timeout=self._timeout)
        except (ApiException, urllib3.exceptions.HTTPError):
            return

    def _reply(self, token: str, part: list[Message], more: bool, *, in_doubt: bool) -> Outcome:
        request = ReplyMessageRequest(replyToken=token, messages=part)
        try:
            self._api.reply_message(request, _request_timeout=self._timeout)
        except ApiException as refused:
            if refused.status == 400 and "reply token" in _says(refused).lower():
                return Sent(more=more) if in_doubt else Retry("reply_token", 0.0, drop_handle=True)
            return _outcome(refused)
        except urllib3.exceptions.HTTPError as fault:
            return _network(fault)
        return Sent(more=more)

    def _push(self, delivery: Delivery, part: list[Message], more: bool, *, maybe_twice: bool) -> Outcome:
        key = str(uuid.uuid5(uuid.UUID(delivery.retry_key), str(delivery.part)))
        request = PushMessageRequest(to=delivery.channel_user, messages=part)
        outcome: Outcome
        try:
            self._api.push_message(request, x_line_retry_key=key, _request_timeout=self._timeout)
            return Sent(more=more, maybe_twice=maybe_twice)
        except ApiException as refused:
            if refused.status == 409:
                return Sent(more=more, maybe_twice=maybe_twice)
            outcome = _outcome(refused)
        except urllib3.exceptions.HTTPError as fault:
            outcome = _network(fault)
        if isinstance(outcome, Retry) and not delivery.in_doubt:
            # A token that was not tried is of no use any more: pushes only from here on.
            return Retry(outcome.reason, outcome.after_seconds, outcome.unknown, outcome.whole_channel, drop_handle=True)
        return outcome


def _outcome(refused: ApiException) -> Outcome:
    status = int(refused.status or 0)
    if status == 429:
        if "monthly limit" in _says(refused).lower():
            return Failed("monthly_limit")
        after = _retry_after(refused)
        return Retry("http_429", after, whole_channel=after is not None)
    if status >= 500:
        return Retry(f"http_{status}", unknown=True)
    if status in (401, 403):
        return Retry(f"http_{status}", _WAIT_FOR_STAFF_SECONDS)
    if 200 <= status < 300 or status == 0:  # an answer that cannot be read: it may have been taken
        return Retry("unreadable_answer", unknown=True)
    return Failed(f"http_{status}")


def _network(fault: Exception) -> Retry:
    return Retry("connection" if isinstance(fault, _NOT_BEGUN) else "no_answer", unknown=not isinstance(fault, _NOT_BEGUN))


def _says(refused: ApiException) -> str:
    body: Any = refused.body
    try:
        return str(json.loads(body).get("message", ""))
    except (TypeError, ValueError, AttributeError):
        return ""


def _retry_after(refused: ApiException) -> float | None:
    value = {name.lower(): value for name, value in dict(refused.headers or {}).items()}.get("retry-after", "")
    return min(float(value), 3600.0) if str(value).isdigit() else None
