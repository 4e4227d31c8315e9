"""Telegram keeps the contract."""

from tests.connectors.contract import ChannelContract


class TestTelegram(ChannelContract):
    cannot = {"unsent": "Telegram does not tell a bot that a person deleted a message; /delete deletes here"}
