"""Rings a telephone and says what became of it (ITU-T V.250, 6.3; 3GPP TS 27.007, 6.2, 6.5 and 7.18).

    ATD<number>; -> looked for -> rings for ring_s  -> hang up   rang
                        |           +-> taken       -> hang up   answered
                        |           +-> ended there              rang
                        +-> BUSY                                 busy
                        +-> ended, or not found     -> hang up   failed
                        +-> nobody tells            -> hang up   unknown

Whatever happens, the call is ended: at once, else as soon as the modem can be asked, after a crash too.
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable
from typing import Final

from notanker.plugin import Call, Permanent, Retry, Rung
from notanker.plugin.sms.numbers import e164
from notanker_at_modem.answers.ringing import Progress, listed_of, outcome
from notanker_at_modem.refusals import failure
from notanker_at_modem.results import End, Kind
from notanker_at_modem.session import Session

FOUND_WITHIN_S: Final = 20.0
"""A mobile telephone is found within 10 s, or through another network within 20 s."""
LOOK_EVERY_S: Final = 0.5
HANG_UP_S: Final = 5.0

_NO_CALLS: Final = frozenset({3, 4})
"""+CME ERROR: the operation is not allowed, or not supported."""

_log: Final = logging.getLogger(__name__)


class Calling:
    """Places calls over one session."""

    def __init__(self, session: Session, now: Callable[[], float] = time.monotonic) -> None:
        self._session: Final = session
        self._now: Final = now
        # Whoever had the modem before may have been killed while it rang.
        self._may_go_on = True

    def ring(self, call: Call) -> Rung:
        """Let it ring, and hang up.

        Raises:
            Retry: nothing was dialled.
            Permanent: nor will it ever be.
        """
        number = _dialled(call.number)
        self.end_what_was_left()
        self._session.heard.calls.clear()
        progress = Progress(self._now())
        self._may_go_on = True  # before: it may have been dialled even if no answer comes
        try:
            self._dial(number, progress)
            self._attend(progress)
        except Retry as error:
            if not self._may_go_on:
                raise
            progress.word = error.reason
        finally:
            ended_s = self._now()
            self._end(progress)
        return outcome(progress, ended_s)

    def end_what_was_left(self) -> None:
        """End a call that a crash, or a modem that did not answer, has left.

        Raises:
            Retry: the modem does not answer.
        """
        if not self._may_go_on:
            return
        answer = self._session.ask("AT+CLCC")
        if listed_of(answer.lines) is not None:
            self._session.heard.happened("call_ended", "a call was left open")
            _log.warning("a call was left open: it is ended")
            self._hang_up()
        elif not answer.ok:  # it cannot tell
            self._hang_up()
        self._may_go_on = False

    def _dial(self, number: str, progress: Progress) -> None:
        """Dial; note an end that comes instead of OK.

        Raises:
            Retry: nothing was dialled, if no call may go on now; else nobody answers.
            Permanent: this modem places no calls.
        """
        # Some modems answer only once it has been taken, or is over.
        answer = self._session.ask(f"ATD{number};", FOUND_WITHIN_S + self._session.config.ring_s)
        if answer.end is None or answer.ok:
            return
        if answer.end.kind is Kind.CALL:
            progress.hear(str(answer.end), self._now())
            return
        self._may_go_on = False
        raise _refused(answer.end)

    def _attend(self, progress: Progress) -> None:
        """Follow the call until it is over, was taken, or has rung for long enough."""
        while not (progress.over or progress.answered):
            left_s = self._end_s(progress) - self._now()
            if left_s <= 0:
                return
            self._session.listen_for(min(left_s, LOOK_EVERY_S))
            if not self._session.is_set_up:
                progress.over, progress.word = True, "the modem has restarted"
                return
            self._look(progress)

    def _end_s(self, progress: Progress) -> float:
        ring_s = self._session.config.ring_s
        if progress.alerted_s is not None:
            return progress.alerted_s + ring_s
        # Where nobody tells when it begins to ring, it is given that time in addition.
        return progress.began_s + FOUND_WITHIN_S + (0.0 if progress.listed else ring_s)

    def _look(self, progress: Progress) -> None:
        answer = self._session.ask("AT+CLCC")
        if answer.ok:
            progress.look(listed_of(answer.lines), self._now())
        said, self._session.heard.calls = self._session.heard.calls, []
        for one in said:
            progress.hear(one, self._now())

    def _end(self, progress: Progress) -> None:
        """End the call, now or as soon as the modem can be asked."""
        if progress.over:
            self._may_go_on = False
        if self._may_go_on:
            with contextlib.suppress(Retry):
                self._hang_up()
                self._may_go_on = False

    def _hang_up(self) -> None:
        """End every voice call of this modem; `ATH` is for those that do not know `+CHUP`."""
        for command in ("AT+CHUP", "ATH"):
            ended = self._session.ask(command, HANG_UP_S).ok
            if ended and listed_of(self._session.ask("AT+CLCC").lines) is None:
                return
        raise Retry(5.0, "the modem does not hang up")


def _dialled(number: str) -> str:
    found = e164(number)
    if found is None:  # what is too short is no person, and an emergency call least of all
        raise Permanent("that is no telephone number with its country code")
    return found


def _refused(end: End) -> Retry | Permanent:
    if end.kind is Kind.ERROR or (end.kind is Kind.CME and end.code in _NO_CALLS):
        return Permanent(f"this modem places no calls ({end})")
    return failure(end, "the modem does not dial")
