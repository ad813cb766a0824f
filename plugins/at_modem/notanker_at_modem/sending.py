"""One SMS out, part by part, with proof.

+CMGS: n                 -> it left, under the reference n; a report of the network will name it
+CMS ERROR, +CME ERROR   -> it did not (332: nobody knows)
no prompt                -> it did not
silence after the PDU    -> Unknown; a report or a late +CMGS settles it
"""

from __future__ import annotations

import contextlib
import time
import zlib
from collections.abc import Callable
from typing import Final

from notanker.plugin import Message, Permanent, PluginError, Receipt, Retry, Unknown
from notanker.plugin.sms.decoding import decode
from notanker.plugin.sms.encoding import Options, Part, submit
from notanker.plugin.sms.faults import PduError, SubmitError
from notanker.plugin.sms.model import Submit
from notanker.plugin.sms.outgoing import MAX_TEXT
from notanker_at_modem.answers import store
from notanker_at_modem.engine import Unanswered
from notanker_at_modem.evidence import Evidence, Handed
from notanker_at_modem.refusals import refusal
from notanker_at_modem.results import End
from notanker_at_modem.session import Session

VALID_S: Final = 24 * 3600.0
"""An alarm that could not be delivered in a day is history."""
LIST_S: Final = 10.0
LISTEN_S: Final = 0.3
STORE_FULL: Final = 322


class Sending:
    """Sends over one session."""

    def __init__(self, session: Session, now: Callable[[], float] = time.monotonic) -> None:
        self._session: Final = session
        self._now: Final = now

    @property
    def _evidence(self) -> Evidence:
        return self._session.evidence

    def send(self, message: Message) -> Receipt:
        """Send the message; return when every part surely left.

        Raises:
            Retry: it surely did not leave, but for the parts that the error names.
            Permanent: nor will it ever.
            Unknown: it may have left.
        """
        parts = self._parts(message)
        self._session.ready()
        # A report may have come in about a part that the modem had refused, or never answered.
        known = {*message.left, *self._evidence.parts_left(message.mark)}
        wanted = [(number, part) for number, part in enumerate(parts, 1) if number not in known]
        if len(wanted) > 1:
            self._session.ask("AT+CMMS=1")  # keeps the way to the network open; not all know it
        left = sorted(known)
        references: list[int] = []
        for number, part in wanted:
            references.append(self._send_part(message, number, part, tuple(left)))
            left.append(number)
        return Receipt(
            reference=str(references[0]) if references else "",
            proof="+CMGS" if references else "status report",
            references=tuple(references),
            report=self._session.config.reports,
        )

    def find_sent(self, message: Message) -> bool | None:
        """Say whether this very message left; None if nobody can tell (yet).

        Raises:
            Retry: the modem does not answer.
        """
        parts = self._parts(message)
        found = self._evidence.left(message, len(parts))
        if found is None:
            # First the settings: without them a modem that has restarted hands on no report.
            if not self._session.is_set_up:
                self._session.ready()
            self._session.listen_for(LISTEN_S)
            found = self._evidence.left(message, len(parts))
        if found is None:
            # It asks the modem, so that it is in step again before the repeat.
            found = self._in_sent_store(message, parts)
        return found

    def known(self, message: Message) -> bool | None:
        """Say whether the message left, from what is known already."""
        return self._evidence.left(message, len(self._parts(message)))

    def _parts(self, message: Message) -> tuple[Part, ...]:
        if not message.text.strip() or len(message.text) > MAX_TEXT:
            raise Permanent(f"an SMS has 1 to {MAX_TEXT} characters")
        options = Options(
            reference=message.reference,
            report=self._session.config.reports,
            reject_duplicates=message.repeat,
            period_s=VALID_S,
            # The same over all attempts, so that a phone can put repeated parts together.
            concat_reference=zlib.crc32(message.id.encode()) % 256,
        )
        try:
            return submit(message.recipient, message.text, options)
        except SubmitError as error:
            raise Permanent(str(error)) from None

    def _send_part(self, message: Message, number: int, part: Part, left: tuple[int, ...]) -> int:
        handed = self._evidence.hand_over(message, number, part.reference, self._now())
        try:
            reference, end = self._session.hand_over(part.octets, part.pdu)
        except Unanswered as error:
            raise self._unknown(handed, error.reason, left) from None
        except Retry as error:
            self._evidence.withdraw(handed)
            raise Retry(error.after_s, error.reason, left) from None
        if reference is not None:
            handed.told, handed.reference = True, reference
            return reference
        raise self._refused(message, handed, end, left)

    def _unknown(self, handed: Handed, reason: str, left: tuple[int, ...]) -> Unknown:
        return Unknown(f"part {handed.part} was handed over: {reason}", left)

    def _refused(
        self, message: Message, handed: Handed, end: End | None, left: tuple[int, ...]
    ) -> PluginError:
        if end is None:
            return self._unknown(handed, "no answer", left)
        error = refusal(end, message.attempt, left)
        handed.refused = not isinstance(error, Unknown)
        if end.code == STORE_FULL:
            self._session.heard.store_full = True
        return error

    def _in_sent_store(self, message: Message, parts: tuple[Part, ...]) -> bool | None:
        """Look among the SMS that the modem keeps as sent; only a hit means anything."""
        answer = self._session.ask("AT+CMGL=3", LIST_S)
        texts = {_submitted(one.pdu) for one in store.stored_of(answer.lines)}
        wanted = [part for number, part in enumerate(parts, 1) if number not in message.left]
        marked = message.mark in message.text
        return True if marked and wanted and all(part.text in texts for part in wanted) else None


def _submitted(pdu: str) -> str:
    with contextlib.suppress(PduError):
        read = decode(pdu)
        return read.text if isinstance(read, Submit) else ""
    return ""
