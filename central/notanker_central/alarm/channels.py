"""Carries one message by one channel: a program, a web address, or a service of apprise (`modem`: by SMS).

Each takes a message and returns, or raises what the outbox has to know: that it surely did not leave and may
be tried again, never will, or that nobody knows.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import signal
import ssl
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final
from urllib.parse import quote

import msgspec

from notanker.certificates import trusting
from notanker.errors import NotankerError

COMMAND_S: Final = 30.0
WEBHOOK_S: Final = 15.0
APPRISE_S: Final = 75.0
MAX_SECRET_BYTES: Final = 4096
RECIPIENT: Final = "{recipient}"
SIGNATURE: Final = "x-notanker-signature"
TIME: Final = "x-notanker-time"
_TEMPORARY: Final = frozenset({408, 425, 429, 500, 503})
"""Surely not taken, and worth another try (RFC 9110, 15.5 and 15.6)."""
_UNSURE: Final = frozenset({502, 504})
"""A gateway lost its back end, which may have taken it (RFC 9110, 15.6.3 and 15.6.5)."""


class ChannelError(NotankerError):
    """A message was not carried, as far as anybody knows.

    Attributes:
        left: The parts of a long SMS, from 1, that surely left all the same.
    """

    def __init__(self, reason: str, left: tuple[int, ...] = ()) -> None:
        super().__init__(reason)
        self.left: Final = left


class RetryError(ChannelError):
    """It surely did not leave."""

    def __init__(
        self, reason: str, after_s: float | None = None, left: tuple[int, ...] = ()
    ) -> None:
        super().__init__(reason, left)
        self.after_s: Final = after_s


class NotTriedError(RetryError):
    """There was nobody to hand it to: that was no attempt."""


class PermanentError(ChannelError):
    """It surely did not leave, and never will by this channel."""


class UnknownError(ChannelError):
    """It may have left."""


class Letter(msgspec.Struct, frozen=True):
    """One message as a program or a web address gets it, in JSON.

    Attributes:
        to: The person: `id`, `name`, `address`.
        text: In the person's language.
        texts: The same in both.
    """

    kind: str
    mark: str
    incident: int
    repeat: bool
    to: dict[str, str]
    language: str
    text: str
    texts: dict[str, str]
    common: dict[str, object]
    sites: dict[str, object]


class Sent(msgspec.Struct, frozen=True):
    """What is known of a message that left.

    Attributes:
        references: The TP-MR of each part of an SMS.
        report: Whether the network was asked to report what became of it.
    """

    references: tuple[int, ...] = ()
    report: bool = False


Carry = Callable[[Letter], None]


def by_command(words: Iterable[str], limit_s: float = COMMAND_S) -> Carry:
    """Return what hands a message to a program."""
    listed = tuple(words)
    return lambda letter: run_command(listed, msgspec.json.encode(letter), limit_s)


def by_webhook(address: str, secret: Path | None, wall_s: Callable[[], float]) -> Carry:
    """Return what posts a message, signed if there is a key."""

    def carry(letter: Letter) -> None:
        body = msgspec.json.encode(letter)
        post(address, body, signed(body, secret, wall_s()))

    return carry


def by_apprise(url_file: Path) -> Carry:
    """Return what sends a message by apprise, in a process that lives as long as that takes.

    apprise and its services take 36 MiB, and one that hangs must be ended: so it runs as the site's plugin
    runs it, and says as precisely what became of the message.
    """

    def carry(letter: Letter) -> None:
        url = secret_of(url_file).decode("utf-8", "replace")
        if RECIPIENT in url:
            url = url.replace(RECIPIENT, quote(letter.to["address"], safe="@"))
        subject = letter.text.partition(". ")[0][:70]
        order = {
            "url": url,
            "text": letter.text,
            "subject": subject,
            "connect_timeout_s": 10.0,
            "read_timeout_s": 15.0,
        }
        _judge(_once(msgspec.json.encode(order)))

    return carry


def _once(order: bytes) -> bytes:
    words = [sys.executable, "-m", "notanker_apprise.once"]
    try:
        done = subprocess.run(
            words, input=order, stdout=subprocess.PIPE, timeout=APPRISE_S, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise UnknownError(f"no end within {APPRISE_S:g} s") from error
    except OSError as error:
        raise RetryError(error.strerror or str(error)) from error
    if done.returncode != 0 and not done.stdout:
        raise RetryError(f"apprise cannot be started (status {done.returncode})")
    return done.stdout


class _Verdict(msgspec.Struct, frozen=True):
    fate: str
    reason: str = ""
    after_s: float = 0.0


def _judge(said: bytes) -> None:
    try:
        verdict = msgspec.json.decode(said, type=_Verdict)
    except msgspec.MsgspecError as error:
        raise UnknownError("apprise ended without a verdict") from error
    if verdict.fate == "retry":
        raise RetryError(verdict.reason, verdict.after_s)
    if verdict.fate == "permanent":
        raise PermanentError(verdict.reason)
    if verdict.fate != "sent":
        raise UnknownError(verdict.reason)


def run_command(words: Iterable[str], message: bytes, limit_s: float = COMMAND_S) -> None:
    """Start the program with the message on its standard input and wait for its end.

    Raises:
        RetryError: it cannot be started, or ended with an error.
        UnknownError: it took too long and was ended with all that it had started.
    """
    try:
        with subprocess.Popen(
            list(words),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        ) as process:
            try:
                process.communicate(message, timeout=limit_s)
            finally:
                if process.poll() is None:
                    with contextlib.suppress(ProcessLookupError):
                        os.killpg(process.pid, signal.SIGKILL)
    except subprocess.TimeoutExpired as error:
        raise UnknownError(f"no end within {limit_s:g} s") from error
    except OSError as error:
        raise RetryError(error.strerror or str(error)) from error
    if process.returncode != 0:
        raise RetryError(f"ended with status {process.returncode}")


def post(
    address: str,
    body: bytes,
    headers: Mapping[str, str],
    limit_s: float = WEBHOOK_S,
    tls: ssl.SSLContext | None = None,
) -> bytes:
    """Post JSON and return the first bytes of the answer.

    Raises:
        RetryError: nobody was there, or who was wants it later.
        PermanentError: whoever was there will never take it.
        UnknownError: it was handed over, and no answer came.
    """
    told = {"content-type": "application/json", **headers}
    if tls is None and address.startswith("https:"):
        tls = trusting()
    request = urllib.request.Request(address, body, told, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=limit_s, context=tls) as answer:
            return bytes(answer.read(65_536))
    except urllib.error.HTTPError as error:
        with error:
            raise _of_status(error.code) from error
    except urllib.error.URLError as error:  # before anything was sent
        raise RetryError(str(error.reason)[:200]) from error
    except (OSError, ValueError) as error:  # an answer that breaks off, or is none
        raise UnknownError(str(error)[:200] or type(error).__name__) from error


def _of_status(status: int) -> ChannelError:
    reason = f"status {status}"
    if status in _TEMPORARY:
        return RetryError(reason)
    return UnknownError(reason) if status in _UNSURE else PermanentError(reason)


def signed(body: bytes, secret: Path | None, wall_s: float) -> dict[str, str]:
    """Return the headers that prove who posts: HMAC-SHA256 over the time, a dot, and the body.

    Raises:
        RetryError: the key cannot be read.
    """
    if secret is None:
        return {}
    at = f"{wall_s:.0f}"
    made = hmac.new(secret_of(secret), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return {TIME: at, SIGNATURE: f"sha256={made}"}


def secret_of(path: Path) -> bytes:
    """Return what a file of a secret holds, without the end of its line.

    Raises:
        RetryError: it cannot be read, or is empty.
    """
    try:
        with path.open("rb") as stream:
            found = stream.read(MAX_SECRET_BYTES).strip()
    except OSError as error:
        raise RetryError(f"{path.name}: {error.strerror}") from error
    if not found:
        raise RetryError(f"{path.name}: empty")
    return found
