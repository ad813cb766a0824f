"""The SIM's PIN: tried once, and never when it could be the last try.

A SIM locks itself after three wrong PINs and is lost after ten wrong PUKs. A PIN that was refused is never
tried again by this process, whatever happens; where the SIM's counter cannot be read, a PIN is tried once
per process and SIM, and not again even if nobody knows how that ended.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from notanker.plugin import Permanent, Retry, SecretFile, Sim
from notanker_at_modem.answers import card
from notanker_at_modem.engine import Answer

LEAST_TRIES: Final = 2
"""With one try left a person decides."""
_PIN: Final = re.compile(r"[0-9]{4,8}", re.ASCII)

Ask = Callable[[str], Answer]


class Unlocker:
    """Remembers what was tried.

    Attributes:
        tries: Tries left, as the SIM said last; None if it did not say.
    """

    def __init__(self, secret: SecretFile | None) -> None:
        self.tries: int | None = None
        self._secret: Final = secret
        self._tried: set[str] = set()
        self._refused: set[str] = set()

    def unlock(self, ask: Ask) -> None:
        """Give the SIM its PIN.

        Raises:
            Permanent: somebody has to do something.
            Retry: it was not tried, and may be later.
        """
        if self._secret is None:
            raise Permanent("the SIM wants its PIN, and none is configured")
        pin = self._secret.read()
        if not _PIN.fullmatch(pin):
            raise Permanent("the configured PIN is none: 4 to 8 digits")
        self.tries = tries_left(ask)
        mark = _mark(pin, _iccid(ask))
        self._check(mark)
        self._tried.add(mark)
        answer = ask(f'AT+CPIN="{pin}"')
        if answer.ok:
            # The SIM's counter is back at its start; the next restart may try again.
            self._tried.discard(mark)
            return
        self._refused.add(mark)
        self.tries = tries_left(ask)
        raise Permanent(f"the SIM refuses the PIN ({answer.end}){self._left()}")

    def _check(self, mark: str) -> None:
        if mark in self._refused:
            raise Permanent(f"the SIM has refused this PIN; it is not tried again{self._left()}")
        if self.tries is not None and self.tries < LEAST_TRIES:
            raise Permanent(f"the PIN is not tried: the SIM would lock itself{self._left()}")
        if self.tries is None and mark in self._tried:
            raise Permanent("the PIN was tried once and nobody knows the tries left")

    def _left(self) -> str:
        return "" if self.tries is None else f", {self.tries} tries left"


def tries_left(ask: Ask) -> int | None:
    """Return the tries left for the PIN, None if the modem tells nobody."""
    for question in card.TRIES_QUESTIONS:
        answer = ask(question)
        found = card.tries_of(answer.lines) if answer.ok else None
        if found is not None:
            return found
    return None


def check(sim: Sim | None) -> None:
    """Raise what a SIM means that is not ready.

    Raises:
        Retry: it may be ready later.
        Permanent: somebody has to do something.
    """
    if sim is Sim.PUK:
        raise Permanent("the SIM wants its PUK")
    if sim is Sim.MISSING:
        raise Retry(10.0, "there is no SIM")
    if sim is Sim.FAILED:
        raise Retry(30.0, "the SIM cannot be used")
    if sim is Sim.BUSY:
        raise Retry(1.0, "the SIM is busy")
    if sim is Sim.PIN:
        raise Retry(2.0, "the SIM wants its PIN")


def _iccid(ask: Ask) -> str:
    for question in ("AT+CCID", "AT+ICCID", "AT^ICCID?", "AT+QCCID"):
        answer = ask(question)
        if answer.ok and (found := card.long_digits_of(answer.lines)):
            return found
    return ""


def _mark(pin: str, iccid: str) -> str:
    # Salted by each process: it says nothing about the PIN elsewhere.
    return f"{hash((pin, iccid)):x}"
