"""SMS on their way out. ModemManager cuts long ones itself, and chooses their references."""

from __future__ import annotations

import contextlib
import logging
import time
from dataclasses import dataclass
from typing import Any, Final

from notanker.plugin import Message, Permanent, PluginError, Receipt, Retry, Unknown
from notanker.plugin.sms import outgoing
from notanker.plugin.sms.numbers import same_subscriber
from notanker.plugin.sms.text import segments
from notanker_modemmanager import objects, texts
from notanker_modemmanager.device import Device, Found
from notanker_modemmanager.inbox import Inbox
from notanker_modemmanager.names import MESSAGING, SMS, Kind, SmsState
from notanker_modemmanager.objects import SmsObject

_log: Final = logging.getLogger("notanker.modemmanager")

KEPT: Final = 20
KEPT_S: Final = 3600.0
"""So long and so many SMS of ours are kept in ModemManager, as the proof that `find_sent` looks for."""
STILL_SENDING_S: Final = 30.0
POLL_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class Try:
    """An SMS that may have left.

    Attributes:
        number: Whom it is for.
        seen: The status reports that were there before it.
    """

    number: str
    seen: frozenset[str]


class Sending:
    """SMS of ours over one modem."""

    def __init__(self, device: Device, inbox: Inbox) -> None:
        self._device: Final = device
        self._inbox: Final = inbox
        self._kept: dict[str, float] = {}
        self._references: set[int] = set()
        self._tries: dict[str, Try] = {}

    def send(self, message: Message) -> Receipt:
        """Send the message; return when it surely left.

        Raises:
            Retry: it surely did not leave.
            Permanent: it surely did not leave, and never will.
            Unknown: it may have left.
        """
        number, text = outgoing.number_of(message), outgoing.text_of(message, texts.UNWRITABLE)
        found = self._device.ready()
        self._clear(found)
        path = self._create(found, number, text)
        self._tries[message.id] = Try(number, frozenset(self._inbox.reports))
        try:
            self._device.call(
                path, SMS, "Send", within_s=self._device.config.sent_within_s, sends=True
            )
        except (Retry, Permanent) as error:
            self._drop(found, path)
            del self._tries[message.id]
            raise self._of_parts(error, text) from None
        self._kept[path] = time.monotonic()
        del self._tries[message.id]
        return self._receipt(path)

    def find_sent(self, message: Message) -> bool | None:
        """Say whether this very message left; None if nothing tells.

        Raises:
            Retry: ModemManager does not answer.
            Permanent: the modem cannot be asked, as it is.
        """
        end_s = time.monotonic() + STILL_SENDING_S
        while (copies := self._copies(message)) and _are_going(copies):
            if time.monotonic() > end_s:
                return None
            time.sleep(POLL_S)
        for copy in copies:
            if copy.state == SmsState.SENT:
                self._kept.setdefault(copy.path, time.monotonic())
                return True
        return True if self._is_reported(message) else None

    def _create(self, found: Found, number: str, text: str) -> str:
        values: dict[str, tuple[str, Any]] = {
            "number": ("s", number),
            "text": ("s", text),
            "delivery-report-request": ("b", True),
        }
        answer = self._device.call(found.path, MESSAGING, "Create", "a{sv}", values)
        if not answer or not isinstance(answer[0], str):
            raise Retry(10.0, "ModemManager made no SMS")
        return answer[0]

    @staticmethod
    def _of_parts(error: PluginError, text: str) -> PluginError:
        """Return the error; of a long SMS the first parts may have left before it."""
        if segments(text) > 1:
            return Unknown(f"{error.reason}; parts of it may have left")
        return error

    def _receipt(self, path: str) -> Receipt:
        """Return the proof. It left, whatever becomes of this question."""
        reference: int | None = None
        with contextlib.suppress(PluginError):
            reference = SmsObject(path, self._device.properties(path, SMS)).reference
            self._references.add(reference)
        known = () if reference is None else (reference,)
        name = "" if reference is None else str(reference)
        return Receipt(reference=name, references=known, proof="ModemManager's Send", report=True)

    def _copies(self, message: Message) -> list[SmsObject]:
        found = self._device.found()
        return [
            one
            for one in objects.objects_of(self._device, found)
            if one.kind == Kind.SUBMIT and texts.is_copy(one.text, one.number, message)
        ]

    def _is_reported(self, message: Message) -> bool:
        """Say whether a status report came that is of no other SMS of ours."""
        attempt = self._tries.get(message.id)
        if attempt is None:
            return False
        self._inbox.look()
        return any(
            name not in attempt.seen
            and reference not in self._references
            and same_subscriber(number, attempt.number)
            for name, (number, reference) in self._inbox.reports.items()
        )

    def _clear(self, found: Found) -> None:
        """Delete what nobody will look for any more."""
        oldest = sorted(self._kept, key=self._kept.__getitem__)
        old_s = time.monotonic() - KEPT_S
        for path in oldest:
            if len(self._kept) >= KEPT or self._kept[path] < old_s:
                self._drop(found, path)
                del self._kept[path]

    def _drop(self, found: Found, path: str) -> None:
        try:
            objects.delete(self._device, found, path)
        except PluginError as error:
            _log.info("an SMS of ours stays in ModemManager: %s", error.reason)


def _are_going(copies: list[SmsObject]) -> bool:
    return any(copy.state == SmsState.SENDING for copy in copies)
