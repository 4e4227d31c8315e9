"""What can go wrong in the running assistant. Each message says what to do next and quotes nobody."""


class MadoguchiError(Exception):
    """The base of our own errors."""


class KeyFileError(MadoguchiError):
    """The encryption key is missing or is not the one of this database."""


class TurnFailed(MadoguchiError):
    """A turn brought no reply, or an action in it failed. Nothing of it was kept; it is tried again."""


class ModelMissing(MadoguchiError):
    """No trained model is there."""


class UnknownToken(MadoguchiError):
    """A conversation token that we did not give out, or that was deleted."""


class NoSuchCase(MadoguchiError):
    """No case has this number, or it is none of this person's organisation."""


class CaseClosedToYou(MadoguchiError):
    """The case is restricted, or this is not theirs to do."""


class ConsentWithdrawn(CaseClosedToYou):
    """The person took back the consent that this needs. Nothing may be read or passed on."""


class ReferralRefused(MadoguchiError):
    """A referral that lacks something, or that somebody has answered meanwhile."""


class NotYourChat(MadoguchiError):
    """Somebody else, or the assistant, holds the chat: nothing was sent."""


class SamplesRefused(MadoguchiError):
    """Sample data was not made or not removed; the message says why and what to do."""
