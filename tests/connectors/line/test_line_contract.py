"""LINE keeps the contract."""

from tests.connectors.contract import ChannelContract


class TestLine(ChannelContract):
    cannot = {
        "contact": "LINE has no message that shares a contact with an official account",
        "edited": "LINE does not let people edit what they wrote to an official account (only in groups)",
    }
