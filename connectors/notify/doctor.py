"""What `madoguchi doctor` finds out about telling staff outside the console: from the settings alone, no mail server is asked."""

from pathlib import Path

from bot.doctor import Finding, Level, finding
from connectors.notify.settings import NotifySettings

_WORDS = Path(__file__).with_name("doctor.yml")


def check(notify: NotifySettings) -> list[Finding]:
    """Return what was found."""
    found = [*_mail(notify), *_webhook(notify)]
    return found or [_found("note", "nobody")]


def _mail(notify: NotifySettings) -> list[Finding]:
    if not (notify.smtp_host or notify.sender):
        return []
    if not notify.smtp_host:
        return [_found("missing", "no_host")]
    if "@" not in notify.sender:
        return [_found("missing", "no_sender")]
    found = [_found("ok", "mail_ok")]
    if notify.smtp_security == "none" and notify.smtp_host not in ("localhost", "127.0.0.1", "::1"):
        found.append(_found("missing", "mail_open"))
    if notify.smtp_user and not notify.smtp_password.get_secret_value():
        found.append(_found("missing", "no_password"))
    return found


def _webhook(notify: NotifySettings) -> list[Finding]:
    if not notify.webhook_url:
        return []
    found = [_found("ok", "webhook_ok")]
    if not notify.webhook_url.startswith("https://"):
        found = [_found("note", "webhook_open")]
    if not notify.webhook_secret.get_secret_value():
        found.append(_found("note", "no_webhook_secret"))
    return found


def _found(level: Level, name: str) -> Finding:
    return finding(level, "notify", name, _WORDS)
