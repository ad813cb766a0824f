"""Sending SMS with proof, and finding out afterwards whether one left.

The modem's "OK" means that it took the SMS, no more. What counts is its `send-status` after that,
and its list of sent SMS:

    hand over -> OK        -> SucPhone, or in the sent box   -> Receipt
                           -> FailPhone, or among the drafts -> Retry
                           -> neither in time                -> Unknown
              -> no answer, half an answer, 113018           -> Unknown
              -> token, session, busy, full                  -> Retry: it took nothing
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from huawei_lte_api.api.Sms import Sms
from huawei_lte_api.enums.sms import BoxTypeEnum, TextModeEnum

from notanker.plugin import Message, Permanent, PluginError, Receipt, Retry, Unknown
from notanker.plugin.sms import outgoing
from notanker.plugin.sms.alphabet import fits
from notanker_huawei_lte import texts
from notanker_huawei_lte.boxes import Boxes, is_full, number_in
from notanker_huawei_lte.faults import StoreFull
from notanker_huawei_lte.session import HilinkSession, text_of

FIRST_POLL_S: Final = 0.02
POLL_S: Final = 0.3
"""A modem has a word within a tenth of a second or needs seconds: looked at often at first, then seldom."""
DELETED_AT_ONCE: Final = 10
AGAIN_AFTER_S: Final = 5.0
AT_REST_WITHIN_S: Final = 10.0

_SENT: Final = "3"
_OK: Final = "OK"


class Pause:
    """Waits between two looks, longer each time."""

    def __init__(self, most_s: float = POLL_S) -> None:
        self._most_s: Final = most_s
        self._next_s = min(FIRST_POLL_S, most_s)

    def wait(self) -> None:
        """Wait."""
        time.sleep(self._next_s)
        self._next_s = min(self._most_s, 1.5 * self._next_s)


class Fate(Enum):
    """What became of an SMS that the modem took."""

    SENT = "sent"
    FAILED = "failed"
    DRAFT = "draft"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class SendStatus:
    """The modem's `send-status`: numbers of the last SMS, by what became of it."""

    pending: tuple[str, ...]
    sent: tuple[str, ...]
    failed: tuple[str, ...]

    @classmethod
    def of(cls, answer: Mapping[str, Any]) -> SendStatus:
        """Read the modem's answer."""
        return cls(
            *(
                tuple(part.strip() for part in text_of(answer, name).split(",") if part.strip())
                for name in ("Phone", "SucPhone", "FailPhone")
            )
        )


class Sending:
    """SMS over one session.

    Attributes:
        keeps_sent: False once an SMS left that the modem did not put into its sent box.
        open_since_s: When an SMS was handed over whose end is not known; monotonic.
        reports: The network is asked for a status report of each.
    """

    def __init__(self, session: HilinkSession, sent_within_s: float, settle_s: float) -> None:
        self.keeps_sent = True
        self.open_since_s: float | None = None
        self.reports = False
        self._session: Final = session
        self._boxes: Final = Boxes(session)
        self._sent_within_s: Final = sent_within_s
        self._settle_s: Final = settle_s

    def send(self, message: Message) -> Receipt:
        """Send the message; return when it surely left.

        Raises:
            Retry: it surely did not leave.
            Permanent: it surely did not leave, and never will.
            Unknown: it may have left.
        """
        number, text = outgoing.number_of(message), outgoing.text_of(message, texts.UNWRITABLE)
        before = self._status_at_rest()
        self.open_since_s = time.monotonic()
        try:
            receipt = self._handed_over(message, number, text, before)
        except (Retry, Permanent):
            self.open_since_s = None
            raise
        self.open_since_s = None
        return receipt

    def _handed_over(self, message: Message, number: str, text: str, before: SendStatus) -> Receipt:
        mode = TextModeEnum.SEVEN_BIT if fits(text) else TextModeEnum.UCS2
        try:
            answer = self._session.hand_over(
                lambda connection: Sms(connection).send_sms([number], text, text_mode=mode)
            )
        except StoreFull:
            self.make_room()
            raise
        if answer != _OK:
            raise Unknown("the modem's answer makes no sense")
        return self._proof(message, number, before)

    def find_sent(self, message: Message) -> bool | None:
        """Say whether this very message left; None if the modem's lists do not tell.

        Raises:
            Retry: the modem does not answer.
            Permanent: it never will, as it is.
        """
        if not self._settled():
            return None
        found = self._look(message, BoxTypeEnum.LOCAL_SENT)
        if found is False and (self._full() or not self.keeps_sent):
            return None
        return found

    def make_room(self, keep: int = 0) -> None:
        """Delete the oldest of the sent SMS, but not the newest `keep`: what came in belongs to others.

        Raises:
            Retry: the modem does not answer.
            Permanent: it never will, as it is.
        """
        sent = list(self._boxes.entries(BoxTypeEnum.LOCAL_SENT))
        sent.sort(key=lambda entry: number_in(entry, "Index"))
        for entry in sent[: max(0, len(sent) - keep)][:DELETED_AT_ONCE]:
            self._boxes.delete(entry)

    def _status_at_rest(self) -> SendStatus:
        """Wait for the SMS before this one: what `send-status` says next shall be of this one."""
        end_s = time.monotonic() + AT_REST_WITHIN_S
        pause = Pause()
        while (status := self._status()).pending:
            if time.monotonic() > end_s:
                raise Retry(AGAIN_AFTER_S, "the modem is still sending another SMS")
            pause.wait()
        return status

    def _proof(self, message: Message, number: str, before: SendStatus) -> Receipt:
        start_s = time.monotonic()
        end_s = start_s + self._sent_within_s
        fate, moved, pause = Fate.OPEN, False, Pause()
        while True:
            try:
                status = self._status()
                moved = moved or status != before
                fate = self._fate(message, number, status, moved=moved)
                # A modem may keep a draft while it sends: only one that stays is one.
                if fate is Fate.DRAFT and time.monotonic() - start_s < self._settle_s:
                    fate = Fate.OPEN
            except PluginError:
                fate = Fate.OPEN  # it has the SMS: no error of a question changes that
            if fate is not Fate.OPEN or time.monotonic() > end_s:
                break
            pause.wait()
        if fate is Fate.DRAFT:
            self._take_draft_away(message)
        if fate is Fate.SENT:
            proof = "send-status" if moved else "sent box"
            return Receipt(reference=number, proof=proof, report=self.reports)
        if fate is Fate.OPEN:
            raise Unknown(f"the modem took it and said nothing for {self._sent_within_s:g} s")
        what = "the network did not take it" if fate is Fate.FAILED else "the modem made it a draft"
        raise Retry(AGAIN_AFTER_S, what)

    def _fate(self, message: Message, number: str, status: SendStatus, *, moved: bool) -> Fate:
        if _lists(status.pending, number):
            return Fate.OPEN
        if moved and _lists(status.failed, number):
            return Fate.FAILED
        if moved and _lists(status.sent, number):
            self._notice_sent_box(message)
            return Fate.SENT
        # The status may still be that of the last SMS to the same number: ask the lists.
        if self._look(message, BoxTypeEnum.LOCAL_SENT):
            return Fate.SENT
        return Fate.DRAFT if self._drafts(message) else Fate.OPEN

    def _notice_sent_box(self, message: Message) -> None:
        """Learn whether this modem keeps what it sent: only then a gap in its list means much."""
        end_s, pause = time.monotonic() + self._settle_s, Pause()
        while self.keeps_sent and not self._look(message, BoxTypeEnum.LOCAL_SENT):
            self.keeps_sent = time.monotonic() < end_s
            pause.wait()

    def _settled(self) -> bool:
        """Wait until nothing is on its way any more, and has not been for `settle_s`."""
        end_s = time.monotonic() + AT_REST_WITHIN_S + self._settle_s
        quiet_since_s, pause = time.monotonic(), Pause(min(POLL_S, self._settle_s or POLL_S))
        while time.monotonic() < end_s:
            if self._status().pending:
                quiet_since_s = time.monotonic()
            elif time.monotonic() - quiet_since_s >= self._settle_s:
                return True
            pause.wait()
        return False

    def _status(self) -> SendStatus:
        return self._session.read(lambda connection: SendStatus.of(Sms(connection).send_status()))

    def _look(self, message: Message, box: BoxTypeEnum) -> bool | None:
        """Say whether the message is in the box; None if something very like it is."""
        found: bool | None = False
        for entry in self._boxes.entries(box):
            if not texts.same_number(text_of(entry, "Phone"), message.recipient):
                continue
            if box is BoxTypeEnum.LOCAL_SENT and text_of(entry, "Smstat") != _SENT:
                continue
            likeness = texts.likeness(text_of(entry, "Content"), message)
            if likeness:
                return True
            found = None if likeness is None else found
        return found

    def _drafts(self, message: Message) -> list[Mapping[str, Any]]:
        return [
            entry
            for entry in self._boxes.entries(BoxTypeEnum.LOCAL_DRAFT)
            if texts.same_number(text_of(entry, "Phone"), message.recipient)
            and texts.likeness(text_of(entry, "Content"), message)
        ]

    def _take_draft_away(self, message: Message) -> None:
        with contextlib.suppress(PluginError):  # it is not sent, whether it can be deleted or not
            for entry in self._drafts(message):
                self._boxes.delete(entry)

    def _full(self) -> bool:
        return is_full(self._boxes.counts())


def _lists(numbers: tuple[str, ...], number: str) -> bool:
    return any(texts.same_number(one, number) for one in numbers)
