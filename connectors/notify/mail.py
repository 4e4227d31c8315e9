"""Sending one e-mail."""

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from connectors.notify.settings import NotifySettings


class NotSentError(Exception):
    """A notice could not be handed over. `reason` is the kind of trouble, never an address or an answer's text."""

    def __init__(self, reason: str) -> None:
        """Keep the reason."""
        super().__init__(reason)
        self.reason = reason


def send_mail(settings: NotifySettings, to: str, subject: str, text: str) -> None:
    """Hand one plain-text e-mail to the mail server. Raises NotSentError."""
    if not settings.has_mail:
        raise NotSentError("no_mail_server")
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = settings.sender, to, subject
    message["Date"], message["Message-ID"] = formatdate(localtime=True), make_msgid(domain=settings.sender.rpartition("@")[2] or None)
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday replies to this
    message.set_content(text)
    try:
        with _connect(settings) as server:
            if settings.smtp_user:
                server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
            server.send_message(message)
    except (OSError, smtplib.SMTPException) as trouble:
        raise NotSentError(type(trouble).__name__) from None  # a server's answer can quote the address


def _connect(settings: NotifySettings) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if settings.smtp_security == "tls":
        return smtplib.SMTP_SSL(settings.smtp_host, settings.smtp_port, timeout=settings.timeout_seconds, context=context)
    server = smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=settings.timeout_seconds)
    if settings.smtp_security == "starttls":
        server.starttls(context=context)
    return server
