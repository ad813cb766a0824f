"""What comes in by the centre's modems: answers of people, and beats that sites send by SMS.

    collected -> a beat? to the reception; else read as an answer -> stored -> the modem may forget it

What the database could not take stays in the modem and comes again. Each part of a long SMS is read by
itself: an answer and a beat fit into one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from notanker.beat.texting import sealed_in
from notanker.plugin import Inbound
from notanker.plugin.sms.decoding import decode
from notanker.plugin.sms.faults import PduError
from notanker.plugin.sms.model import Deliver
from notanker.plugin.sms.numbers import e164
from notanker_central.alarm import answers
from notanker_central.alarm.settings import Alarm
from notanker_central.clock import Clock
from notanker_central.store import Store

log: Final = structlog.get_logger(__name__)

AGAIN: Final = frozenset({"not-stored", "overload", "ending"})
"""What a beat could not be taken for now (`reception.NotStoredError`)."""


class Hearing:
    """Takes SMS.

    Attributes:
        beats: Takes a text with a beat and says what became of it (`doors.sms.take`); None until it can.
    """

    def __init__(self, store: Store, alarm: Alarm, clock: Clock) -> None:
        self.beats: Callable[[bytes], str] | None = None
        self._store: Final = store
        self._alarm: Final = alarm
        self._clock: Final = clock

    def take(self, channel: str, inbound: tuple[Inbound, ...]) -> None:
        """Take what came in by a modem; once this returns it may be forgotten.

        Raises:
            OSError: not all of it could be stored now.
        """
        for one in inbound:
            sender, text = read(one)
            try:
                result = self._take(sender, text)
            except SQLAlchemyError as error:
                raise OSError(f"the database does not answer: {type(error).__name__}") from error
            log.info("sms_heard", channel=channel, result=result)

    def _take(self, sender: str, text: str) -> str:
        if not _has_beat(text):
            return answers.take(self._store, self._alarm, self._clock, sender, text)[1]
        result = self.beats(text.encode()) if self.beats is not None else "not-stored"
        if result in AGAIN:
            raise OSError(f"a beat was not taken: {result}")
        return result


def read(inbound: Inbound) -> tuple[str, str]:
    """Return sender and text; both are empty where nobody can read it. A number is in international form."""
    sender, text = inbound.sender, inbound.text
    if inbound.pdu:
        try:
            message = decode(inbound.pdu)
        except PduError:
            return "", ""
        if not isinstance(message, Deliver):
            return "", ""
        sender, text = message.sender.text, message.text
    return e164(sender) or sender, text


def _has_beat(text: str) -> bool:
    try:
        return bool(sealed_in(text))
    except ValueError:
        return False
