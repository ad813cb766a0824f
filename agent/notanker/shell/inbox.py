"""The inbox: every SMS on disk before its device forgets it, long ones joined, each handed on once.

Known again by what it says and not by where it lay: the same SMS by notice and by poll, from another slot, or
after a crash between disk and device, is one SMS.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import sqlite3
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from notanker.plugin import Inbound
from notanker.shell import clock, journal
from notanker.shell.journal import Journal
from notanker.shell.journal.inbox import Row
from notanker.shell.logs import Log

if TYPE_CHECKING:
    from notanker.plugin.sms.parts import Collector, Whole

LOOK_S: Final = 30.0
"""How often parts that wait for the rest are looked at."""


@dataclass(frozen=True, slots=True)
class Sms:
    """One SMS, whole as far as it ever will be.

    Attributes:
        sender: As the network writes it; empty if nobody can read it.
        alphanumeric: The sender is a name, which anybody can give himself and nobody can answer.
        binary: No text for people: an MMS notice, a message to the SIM.
        reason: Why it cannot be read, empty if it can.
    """

    plugin: str
    sender: str
    text: str
    alphanumeric: bool = False
    binary: bool = False
    reason: str = ""


class Inbox:
    """All SMS that come in.

    One thing at a time, or what is being handed on would be found on disk and handed on again.

    Args:
        store: Where they are written down.
        handle: Takes each message once; a crash at the wrong moment makes it twice.
        log: Where changes are logged.
    """

    def __init__(self, store: Journal, handle: Callable[[Sms], Awaitable[None]], log: Log) -> None:
        self._store = store
        self._handle = handle
        self._log = log
        self._collectors: dict[str, Collector[str]] = {}
        self._turn: Final = asyncio.Lock()
        self._caught_up = False

    async def take(self, plugin: str, inbound: tuple[Inbound, ...]) -> None:
        """Take what a device has; returns once it is on disk.

        Raises:
            sqlite3.Error: the journal has given up on it; the device keeps it.
        """
        rows = [_row(plugin, item) for item in inbound]
        async with self._turn:
            await self._catch_up()
            await self._feed_all(await self._store.do(journal.put(rows)))

    async def run(self) -> None:
        """Take up what a restart found, then hand on what has waited for its rest long enough."""
        while True:
            async with self._turn:
                await self._catch_up()
                await self._expire()
            await asyncio.sleep(LOOK_S)

    async def _catch_up(self) -> None:
        """Take up what is on disk and was not handed on, once: before anything new comes in beside it."""
        if self._caught_up:
            return
        self._collectors.clear()
        rows = await self._store.do(journal.unhandled)
        self._caught_up = True
        await self._feed_all(rows)

    async def _expire(self) -> None:
        with self._taken_up_again_if_it_fails():
            for plugin, collector in self._collectors.items():
                for whole in collector.expire(clock.boot_s()):
                    await self._whole(plugin, whole)

    async def _feed_all(self, rows: Iterable[Row]) -> None:
        with self._taken_up_again_if_it_fails():
            for row in rows:
                await self._feed(row)

    @contextlib.contextmanager
    def _taken_up_again_if_it_fails(self) -> Iterator[None]:
        """Look at the disk once more after a fault of it: no device has these SMS any more."""
        try:
            yield
        except (sqlite3.Error, OSError):
            self._caught_up = False
            raise

    async def _feed(self, row: Row) -> None:
        if not row.pdu:
            await self._hand_on(
                Sms(row.plugin, row.sender, row.text, _is_name(row.sender)), (row.key,)
            )
            return
        # Seldom needed, and the agent carries nothing that is.
        from notanker.plugin.sms.decoding import decode
        from notanker.plugin.sms.faults import PduError
        from notanker.plugin.sms.model import Deliver

        try:
            message = decode(row.pdu)
        except PduError as error:
            await self._hand_on(Sms(row.plugin, "", "", reason=str(error)), (row.key,))
            return
        if not isinstance(message, Deliver):
            await self._hand_on(Sms(row.plugin, "", "", reason="no SMS that came in"), (row.key,))
            return
        for whole in self._collector(row.plugin).feed(message, row.key, clock.boot_s()):
            await self._whole(row.plugin, whole)

    async def _whole(self, plugin: str, whole: Whole[str]) -> None:
        if whole.repeat:
            await self._store.do(journal.handled(whole.handles))
            return
        sender = whole.sender
        text = whole.text
        await self._hand_on(
            Sms(plugin, sender.text, text, sender.is_name, binary=not text), whole.handles
        )

    async def _hand_on(self, sms: Sms, keys: tuple[str, ...]) -> None:
        self._log.info("sms_heard", plugin=sms.plugin, parts=len(keys), reason=sms.reason)
        await self._handle(sms)
        await self._store.do(journal.handled(keys))

    def _collector(self, plugin: str) -> Collector[str]:
        from notanker.plugin.sms.parts import Collector

        return self._collectors.setdefault(plugin, Collector())


def _row(plugin: str, item: Inbound) -> Row:
    """Make a row; what makes it the same SMS is what it says, when, and who sent it."""
    said = repr((item.pdu.upper(), item.sender, item.sent, item.text))
    key = hashlib.sha256(said.encode()).hexdigest()
    pdu, sender, text, sent = (
        _storable(one) for one in (item.pdu, item.sender, item.text, item.sent)
    )
    return Row(key, plugin, pdu, sender, text, sent)


def _storable(text: str) -> str:
    """Return the text without half characters, which no database can hold."""
    return text.encode("utf-8", "replace").decode()


def _is_name(sender: str) -> bool:
    return any(char.isalpha() for char in sender)
