"""The modem's own store of SMS, read by AT commands through ModemManager where it allows them.

ModemManager 1.20.4 shows 1 of 6 SMS that arrive at once, and none whose emoji is cut in two by the
border between two parts (measured). The modem has them all, as the network sent them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from notanker.plugin import Permanent, PluginError, Retry, StoredMessage
from notanker.plugin.sms.decoding import decode
from notanker.plugin.sms.faults import PduError
from notanker.plugin.sms.model import Deliver, Report
from notanker_modemmanager.device import Device, Found
from notanker_modemmanager.names import MESSAGING, MODEM, STORAGES
from notanker_modemmanager.values import digest

COMMAND_S: Final = 15
"""A SIM's store of 50 takes some seconds over a slow port."""
MAX_STORED: Final = 1000

_LISTED: Final = re.compile(r"\+CMGL:\s*(\d+)\s*,\s*(\d+)[^\r\n]*[\r\n]+\s*([^\r\n]*)")
_SELECTED: Final = re.compile(r'"([A-Z]{2})"\s*,\s*(\d+)\s*,\s*(\d+)')
_USED: Final = re.compile(r"\+CPMS:\s*(\d+)")
# TS 27.005, 3.1: 0 and 1 came in, 2 and 3 are drafts and copies of what was sent.
_CAME_IN: Final = frozenset({0, 1})
_BOXES: Final = {0: "in", 1: "in", 2: "draft", 3: "sent"}
_COMBINED: Final = "MT"
"""SM and ME under one name."""


@dataclass(frozen=True, slots=True)
class Stored:
    """One entry of the store.

    Attributes:
        storage: As AT+CPMS writes it.
        index: Its place, which another takes once it is deleted.
        status: As AT+CMGL says it.
        pdu: As the network sent it.
    """

    storage: str
    index: int
    status: int
    pdu: str

    @property
    def came_in(self) -> bool:
        """Whether it came in, rather than was written here."""
        return self.status in _CAME_IN

    @property
    def name(self) -> str:
        """Place and content: what has taken the place of a deleted one has another name."""
        return f"{self.storage}/{self.index}/{digest(self.pdu)}"

    def decoded(self) -> Deliver | Report | None:
        """Return what it says; None if it cannot be read."""
        try:
            message = decode(self.pdu)
        except PduError:
            return None
        return message if isinstance(message, Deliver | Report) else None

    def shown(self) -> StoredMessage:
        """Return it as a technician sees it."""
        message = self.decoded()
        sender = message.sender.text if isinstance(message, Deliver) else ""
        text = message.text if isinstance(message, Deliver) else ""
        box = "report" if isinstance(message, Report) else _BOXES.get(self.status, "in")
        return StoredMessage(
            name=f"{self.storage}/{self.index}", box=box, other=sender, text=text, pdu=self.pdu
        )


@dataclass(frozen=True, slots=True)
class Selected:
    """What `AT+CPMS?` says.

    Attributes:
        reading: The storage that is read from now.
        incoming: The one into which SMS come.
        is_full: Whether no SMS can come in.
    """

    reading: str
    incoming: str
    is_full: bool


class Store:
    """The modem's store."""

    def __init__(self, device: Device) -> None:
        self._device: Final = device
        self._works_at = ""
        self._seen_all = False
        self.is_full: bool | None = None

    def entries(self, found: Found, more: Iterable[str] = ()) -> list[Stored] | None:
        """Return what is stored; None if ModemManager does not let its modem be asked.

        Args:
            found: The modem.
            more: Storages to look into beside that for what comes in.

        Raises:
            Retry: not now, but the modem could be asked before.
        """
        try:
            selected = selected_of(self.ask(found, "+CPMS?"))
        except PluginError as error:
            if self._works_at != found.path:
                return None
            raise Retry(10.0, error.reason) from None
        self._works_at = found.path
        self.is_full = selected.is_full
        return self._list(found, selected, self._storages(found, selected, more))

    def delete(self, found: Found, entries: Iterable[Stored]) -> None:
        """Delete entries that were listed a moment ago.

        Raises:
            Retry, Permanent: the modem cannot be asked.
        """
        reading = selected_of(self.ask(found, "+CPMS?")).reading
        try:
            now = reading
            for entry in sorted(entries, key=lambda one: one.storage != reading):
                if entry.storage != now:
                    self.ask(found, f'+CPMS="{entry.storage}"')
                    now = entry.storage
                self.ask(found, f"+CMGD={entry.index}")
        finally:
            if now != reading:
                self.ask(found, f'+CPMS="{reading}"')

    def centre(self, found: Found) -> str:
        """Return the SMS centre's number; empty if it is not to be had."""
        try:
            answer = re.search(r'"(\+?\d{3,20})"', self.ask(found, "+CSCA?"))
        except PluginError:
            return ""
        return answer[1] if answer else ""

    def ask(self, found: Found, command: str) -> str:
        """Return the modem's answer to a command, without the AT in front.

        Raises:
            Permanent: ModemManager does not allow it (it runs without --debug), or there is no AT port.
            Retry: not now.
        """
        limit_s = COMMAND_S + self._device.config.answer_within_s
        answer = self._device.call(
            found.path, MODEM, "Command", "su", command, COMMAND_S, within_s=limit_s
        )
        if not answer or not isinstance(answer[0], str):
            raise Permanent("no answer to an AT command")
        return answer[0]

    def _storages(self, found: Found, selected: Selected, more: Iterable[str]) -> list[str]:
        wanted = {selected.incoming, *more}
        if not self._seen_all:  # what came before this plugin did, wherever it is
            supported = found.interfaces.get(MESSAGING, {}).get("SupportedStorages")
            if isinstance(supported, list):
                wanted |= {STORAGES[one] for one in supported if one in STORAGES}
        if len(wanted) > 1:
            wanted.discard(_COMBINED)
        # What is being read from needs no change.
        return sorted(wanted - {""}, key=lambda one: (one != selected.reading, one))

    def _list(self, found: Found, selected: Selected, storages: list[str]) -> list[Stored]:
        """List storages. ModemManager believes in what it selected last, so it is selected again."""
        entries: list[Stored] = []
        now = selected.reading
        try:
            for storage in storages:
                if storage != now:
                    answer = self.ask(found, f'+CPMS="{storage}"')
                    now = storage
                    used = _USED.search(answer)
                    if used and used[1] == "0":
                        continue
                entries += stored_of(storage, self.ask(found, "+CMGL=4"))
        finally:
            if now != selected.reading:
                self.ask(found, f'+CPMS="{selected.reading}"')
        self._seen_all = True
        return entries


def selected_of(answer: str) -> Selected:
    """Read the answer to `AT+CPMS?` (3GPP TS 27.005, 3.2.2).

    Raises:
        Permanent: it is none.
    """
    found = _SELECTED.findall(answer)
    if not found:
        raise Permanent("the modem's answer to AT+CPMS? makes no sense")
    incoming, used, total = found[-1]
    return Selected(found[0][0], incoming, 0 < int(total) <= int(used))


def stored_of(storage: str, answer: str) -> list[Stored]:
    """Read the answer to `AT+CMGL=4` (3.4.2). Whatever stands in the place of a PDU is kept."""
    found = _LISTED.findall(answer)[:MAX_STORED]
    return [
        Stored(storage, int(index[:6]), int(status[:6]), pdu.strip()[:1000])
        for index, status, pdu in found
    ]
