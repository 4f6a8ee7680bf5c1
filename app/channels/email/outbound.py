"""Sending one e-mail by SMTP, and what stands in for a mail server in the demo."""
import smtplib
import ssl
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import Protocol
from urllib.parse import SplitResult, unquote, urlsplit

from ..outgoing import NotNowError, RefusedError

STEP_SECONDS = 10  # for each step of the dialogue; all of them together stay below the lease of the outbox
LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True)
class Letter:
    """A message as plain values. `key` makes its Message-ID, so that a second copy is known for what it is.

    `automatic`: no person wrote it.
    """

    key: str
    recipient: str
    subject: str
    body: str
    written_at: datetime
    automatic: bool = True


class Transport(Protocol):
    """How a letter leaves. `send` returns when it was taken over; raises RefusedError or NotNowError."""

    name: str

    def send(self, letter: Letter) -> None: ...


def transport(settings) -> Transport | None:
    """The transport these settings ask for; None where there is no mail server and no demo: mail waits."""
    if settings["SMTP_URL"]:
        return SmtpTransport(settings["SMTP_URL"], sender=settings["MAIL_FROM"], sender_name=settings["APP_NAME"])
    return DemoTransport() if settings["DEMO"] else None


def complaint(settings) -> str | None:
    """What keeps mail from leaving, as a sentence for `flask doctor`; None where nothing does."""
    try:
        if transport(settings) is None:
            return "SMTP_URL is not set: e-mails wait in the outbox"
    except ValueError as error:
        return str(error)
    return None


class DemoTransport:
    """Sends nothing: the message is read on the mailbox page."""

    name = "demo"

    def send(self, letter: Letter) -> None:
        """Taken over, and that is all."""


class SmtpTransport:
    """One connection a message, TLS wherever the server has it, never a password in clear text over a network.

    `url` is smtp://user:password@host:port (STARTTLS, port 587) or smtps:// (TLS from the start, port 465);
    certificates are checked. Raises ValueError for another address.
    """

    name = "smtp"

    def __init__(self, url: str, *, sender: str, sender_name: str):
        self._server = _parsed(url)
        try:
            self._sender = Address(sender_name, addr_spec=sender)
        except (MessageError, ValueError, IndexError) as error:
            raise ValueError("MAIL_FROM must be an e-mail address") from error

    def send(self, letter: Letter) -> None:
        try:
            message = compose(letter, sender=self._sender)
        except (MessageError, ValueError, IndexError) as error:
            raise RefusedError(f"not a valid message: {error}") from error
        try:
            server = self._connection()
        except smtplib.SMTPException as error:
            raise NotNowError(_said(error)) from error
        except OSError as error:  # no route, refused, time-out, TLS
            raise NotNowError(f"{self._server.hostname}: {error or type(error).__name__}") from error
        try:
            self._hand_over(server, message, letter.recipient)
        finally:
            _part(server)

    def _hand_over(self, server, message, recipient):
        """A 5xx about the recipient or the text is final; one about the sender waits for a mended setting."""
        try:
            server.send_message(message, from_addr=self._sender.addr_spec, to_addrs=[recipient])
        except smtplib.SMTPRecipientsRefused as error:
            code, said = error.recipients[recipient]
            raise (RefusedError if code >= 500 else NotNowError)(_reply(code, said)) from error
        except smtplib.SMTPDataError as error:
            raise (RefusedError if error.smtp_code >= 500 else NotNowError)(_said(error)) from error
        except smtplib.SMTPException as error:
            raise NotNowError(_said(error)) from error
        except OSError as error:
            raise NotNowError(f"{self._server.hostname}: {error or type(error).__name__}") from error

    def _connection(self):
        server, tls = self._server, ssl.create_default_context()
        if server.scheme == "smtps":
            connection = smtplib.SMTP_SSL(server.hostname, server.port or 465, timeout=STEP_SECONDS, context=tls)
        else:
            connection = smtplib.SMTP(server.hostname, server.port or 587, timeout=STEP_SECONDS)
        try:
            connection.ehlo_or_helo_if_needed()
            encrypted = server.scheme == "smtps"
            if not encrypted and connection.has_extn("starttls"):
                connection.starttls(context=tls)
                encrypted = True
            if server.username:
                if not encrypted and server.hostname not in LOOPBACK:
                    raise smtplib.SMTPException("the server offers no TLS: it is not given the password in clear text")
                connection.login(unquote(server.username), unquote(server.password or ""))
        except BaseException:
            connection.close()
            raise
        return connection


def compose(letter: Letter, *, sender: Address) -> EmailMessage:
    """The letter in RFC 5322 form: plain text, UTF-8.

    Raises ValueError for a line break in a header, MessageError or IndexError for a recipient that is no address.
    """
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = Address(addr_spec=letter.recipient)
    message["Subject"] = letter.subject
    message["Date"] = letter.written_at
    message["Message-ID"] = f"<{letter.key}@{sender.domain}>"
    if letter.automatic:
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office reply, please
    message.set_content(letter.body, charset="utf-8", cte="quoted-printable")
    return message


def _parsed(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("smtp", "smtps") and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise ValueError("SMTP_URL must be smtp://user:password@host:port or smtps://user:password@host:port")
    return parts


def _part(server: smtplib.SMTP) -> None:
    """Say goodbye. Whatever happens now, the message was taken over or refused already."""
    try:
        server.quit()
    except (smtplib.SMTPException, OSError):
        server.close()


def _said(error: smtplib.SMTPException) -> str:
    """What the server answered, on one line."""
    if isinstance(error, smtplib.SMTPResponseException):
        return _reply(error.smtp_code, error.smtp_error)
    return " ".join(str(error).split()) or type(error).__name__


def _reply(code: int, said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return " ".join(f"{code} {text}".split())
