"""The plugin: a channel that starts a process for each message."""

from __future__ import annotations

import subprocess
import sys
from typing import Final, NoReturn
from urllib.parse import quote

import msgspec

from notanker.plugin import Channel, Message, Permanent, Receipt, Retry, Unknown
from notanker_apprise.config import AppriseConfig
from notanker_apprise.once import Order
from notanker_apprise.verdict import Verdict

RECIPIENT: Final = "{recipient}"
STARTS_WITHIN_S: Final = 30.0
"""A Pi that is busy takes some seconds to load apprise."""
SUBJECT_CHARACTERS: Final = 70


class Apprise(Channel[AppriseConfig]):
    """One service of apprise's."""

    Config = AppriseConfig
    deadline_s = 120.0

    def kinds(self) -> tuple[str, ...]:
        """Return the kinds of address that this service takes."""
        return self.config.kinds

    def send(self, message: Message) -> Receipt:
        """Send one message; return once the service has accepted it.

        Raises:
            Retry: it surely was not taken.
            Permanent: it surely was not taken, and never will be.
            Unknown: it may have been taken.
        """
        verdict = self._once(self._order(message))
        if verdict.fate == "sent":
            return Receipt(reference=message.mark, proof=verdict.reason)
        return _raise(verdict)

    def find_sent(self, message: Message) -> bool | None:
        """Return None: these services are not asked what they have."""
        del message
        return None

    def _order(self, message: Message) -> Order:
        if self.config.url is None:
            raise Permanent("the option url is missing")
        url = self.config.url.read()
        if RECIPIENT in url:
            if not message.recipient:
                raise Permanent("the plan has no address of this person for this service")
            url = url.replace(RECIPIENT, quote(message.recipient, safe="@"))
        return Order(
            url,
            self._text(message),
            subject_of(message.text) if self.config.subject else "",
            self.config.connect_timeout_s,
            self.config.read_timeout_s,
        )

    def _text(self, message: Message) -> str:
        if message.link is None or not self.config.links:
            return message.text
        words = message.text.split()
        # What stands at both ends, as ÜBUNG does in a drill, stays at both.
        end = f"\n\n{words[-1]}" if words[1:] and words[0] == words[-1] else ""
        return f"{message.text}\n\n{message.link.words} {message.link.url}{end}"

    def _once(self, order: Order) -> Verdict:
        bound_s = STARTS_WITHIN_S + self.config.connect_timeout_s + 2 * self.config.read_timeout_s
        try:
            done = subprocess.run(
                [sys.executable, "-m", "notanker_apprise.once"],
                input=msgspec.json.encode(order),
                stdout=subprocess.PIPE,
                timeout=bound_s,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return Verdict("unknown", f"no end within {bound_s:g} s")
        except OSError as error:
            return Verdict("retry", f"cannot be started: {error.strerror}", 30.0)
        try:
            return msgspec.json.decode(done.stdout, type=Verdict)
        except msgspec.MsgspecError:
            return Verdict("unknown", f"ended with status {done.returncode}")


def subject_of(text: str) -> str:
    """Return the first words of a text, up to its first full stop."""
    first = " ".join(text.split()).partition(". ")[0]
    if len(first) <= SUBJECT_CHARACTERS:
        return first
    return first[: SUBJECT_CHARACTERS - 1].rsplit(" ", 1)[0] + "…"


def _raise(verdict: Verdict) -> NoReturn:
    if verdict.fate == "retry":
        raise Retry(verdict.after_s, verdict.reason)
    if verdict.fate == "unknown":
        raise Unknown(verdict.reason)
    raise Permanent(verdict.reason)
