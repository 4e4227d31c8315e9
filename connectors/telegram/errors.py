"""What can be wrong with the Telegram channel. Each message says what to do next and shows no token."""

from bot.errors import MadoguchiError


class TelegramMisconfigured(MadoguchiError):
    """The settings of the channel do not fit together; it must not start like this."""
