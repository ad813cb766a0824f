"""What came in: listed, handed over with names that mean one SMS for ever, deleted only when told to.

A name is `ME:3:5f0c2a91d4c81b07`: memory, slot and a digest of the PDU. The slot may hold another SMS by the
time the name comes back to be deleted; the digest tells.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import msgspec

from notanker.plugin import Collected, Inbound, Retry, SendReport, StoredMessage
from notanker_at_modem.answers import store
from notanker_at_modem.answers.store import Stored
from notanker_at_modem.heard import digest, report_of, told
from notanker_at_modem.session import Session

SLOT_S: Final = 4.0
"""One SMS, or the choice of a memory: a SIM takes a second."""
LIST_S: Final = 12.0
"""A SIM is read at 50 SMS in some seconds."""
MOST_AT_ONCE: Final = 100
"""An answer of a plugin has at most 256 KiB; a PDU takes some 350 characters."""
MOST_KNOWN: Final = 1000
_NAME: Final = re.compile(r"([A-Z]{2}):(\d{1,5}):([0-9a-f]{16})", re.ASCII)
_BOXES: Final = {2: "draft", 3: "sent"}


class Slot(msgspec.Struct, frozen=True):
    """One SMS where it lies."""

    memory: str
    stored: Stored

    @property
    def name(self) -> str:
        """What `discard` is to call it."""
        return f"{self.memory}:{self.stored.index}:{digest(self.stored.pdu)}"


class Mailbox:
    """The modem's stores of SMS."""

    def __init__(self, session: Session) -> None:
        self.full: bool | None = None
        self._session: Final = session
        self._reports: set[str] = set()
        self._reports_known = False

    def collect(self) -> Collected:
        """Return all that is there; what was told before and is not discarded comes again.

        Raises:
            Retry: the modem cannot be asked, and it has told nothing by itself either.
        """
        heard = self._session.heard
        slots: list[Slot] = []
        try:
            self._session.ready()
            slots = self._look()
        except Retry:
            if not (heard.direct or heard.reports or heard.happenings):
                raise
        reports = [*heard.reports.values()]
        inbound = [*heard.direct.values()]
        for slot in slots[:MOST_AT_ONCE]:
            self._sort(slot, inbound, reports)
        self._reports_known = self._session.is_set_up
        return Collected(
            inbound=tuple(inbound[:MOST_AT_ONCE]),
            reports=tuple(reports[:MOST_AT_ONCE]),
            happenings=heard.take_happenings(),
        )

    def look_for_reports(self) -> None:
        """Take the reports that lie in the stores as evidence.

        Raises:
            Retry: the modem cannot be asked.
        """
        self._session.heard.new = True  # what is found comes again with `collect`
        for slot in self._slots(self._session.memories.readable):
            if report_of(slot.stored.pdu) is not None:
                self._sort(slot, [], [])

    def discard(self, names: Iterable[str]) -> None:
        """Delete the SMS of these names, and no others.

        Raises:
            Retry: the modem cannot be asked.
        """
        wanted = list(names)
        self._session.heard.forget(tuple(wanted))
        stored = sorted({match.groups() for name in wanted if (match := _NAME.fullmatch(name))})
        if not stored:
            return
        self._session.ready()
        for memory, index, mark in stored:
            self._select(memory)
            self._delete(int(index), mark)
        # What waited for room at the network comes in now, and some modems do not announce it.
        self._session.heard.new = True
        self._session.heard.store_full = False
        self._select(self._session.memories.chosen)

    def messages(self) -> tuple[StoredMessage, ...]:
        """Return what is in the stores, sent SMS and drafts included.

        Raises:
            Retry: the modem cannot be asked.
        """
        self._session.ready()
        return tuple(
            StoredMessage(
                name=slot.name,
                box="report"
                if report_of(slot.stored.pdu)
                else _BOXES.get(slot.stored.status or 0, "in"),
                pdu=slot.stored.pdu,
            )
            for slot in self._slots(self._session.memories.readable)
        )

    def _look(self) -> list[Slot]:
        heard = self._session.heard
        new, heard.new = heard.new, False
        try:
            slots = self._slots(self._session.memories.readable or ("",))
        except Retry:
            heard.new = new
            raise
        return [slot for slot in slots if slot.stored.came_in]

    def _slots(self, memories: Iterable[str]) -> list[Slot]:
        found: list[Slot] = []
        for memory in memories:
            self._select(memory)
            answer = self._session.ask("AT+CMGL=4", LIST_S)
            found += [Slot(memory or "SM", one) for one in store.stored_of(answer.lines)]
        self._select(self._session.memories.chosen)
        return found

    def _select(self, memory: str) -> None:
        """Choose the memory that is listed and deleted from; where SMS come in stays as it is."""
        if not memory or not self._session.memories.chosen:
            return
        answer = self._session.ask(f'AT+CPMS="{memory}"', SLOT_S)
        rooms = store.rooms_of(answer.lines)
        if memory == self._session.memories.chosen and rooms:
            self.full = rooms[0].full

    def _delete(self, index: int, mark: str) -> None:
        answer = self._session.ask(f"AT+CMGR={index}", SLOT_S)
        found = store.stored_of(answer.lines)
        if found and digest(found[0].pdu) == mark:
            self._session.ask(f"AT+CMGD={index}", SLOT_S)

    def _sort(self, slot: Slot, inbound: list[Inbound], reports: list[SendReport]) -> None:
        report = report_of(slot.stored.pdu)
        if report is None:
            inbound.append(Inbound(name=slot.name, pdu=slot.stored.pdu))
            return
        fresh = slot.name not in self._reports and self._reports_known
        self._reports = (
            {*self._reports, slot.name} if len(self._reports) < MOST_KNOWN else {slot.name}
        )
        self._session.take_as_evidence(report, fresh=fresh)
        reports.append(told(report, slot.name))
