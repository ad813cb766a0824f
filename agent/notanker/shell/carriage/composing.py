"""What is sent: a beat with its number, history as far as there is room for it, answers to orders."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from notanker import __version__
from notanker.core.heartbeat import EVENTS_PER_BEAT, Ack, Beat, BeatEvent, beat_of
from notanker.core.names import Uplink, Waiting
from notanker.core.status import Status
from notanker.shell import journal
from notanker.shell.carriage.numbering import Numbering
from notanker.shell.centre_orders import CentreOrders
from notanker.shell.journal import Journal, Work

T = TypeVar("T")
Size = Callable[[Beat], int]
"""Tells how long a beat is once it is sealed."""

STORED: Final = "stored_at_centre"
DISK_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class Composed:
    """A beat that is to be sent.

    Attributes:
        last: The last position in the journal when it was made, 0 if that could not be read.
        too_large: The oldest event that the centre does not have is too long for the carrier.
    """

    beat: Beat
    last: int = 0
    too_large: bool = False


class Composing:
    """Makes beats, and takes what the centre's answers say of them.

    Args:
        store: Where events are.
        numbering: Gives each beat its counter.
        orders: What the centre wants of the site.
    """

    def __init__(self, store: Journal, numbering: Numbering, orders: CentreOrders) -> None:
        self._store = store
        self._orders = orders
        self._numbering = numbering
        self._stored_to: int | None = None

    async def compose(
        self, status: Status, over: Uplink, interval_s: float, room_bytes: int, size: Size
    ) -> Composed:
        """Return the next beat, with as many events as the carrier has room for.

        Raises:
            CarrierError: nobody can say which counters were used before.
            sqlite3.Error: no counter could be set aside.
        """
        counter = await self._numbering.next()
        stored = self._stored_to
        if stored is None:
            stored = await self._from_disk(journal.recall(STORED), 0)
        none: tuple[BeatEvent, ...] = ()
        events = await self._from_disk(journal.events_after(stored, EVENTS_PER_BEAT), none)
        answers = self._orders.answers()
        last = await self._from_disk(journal.last_position, None)
        beat = beat_of(
            status,
            counter=counter,
            over=over,
            interval_s=interval_s,
            version=__version__,
            journal=last or 0,
            events=events,
            # What was taken is on the disk by now, or the centre does not hear of it yet.
            answers=answers if last is not None else (),
        )
        beat = fitted(beat, room_bytes, size)
        return Composed(beat, last or 0, too_large=bool(events) and not beat.events)

    async def take(self, composed: Composed, ack: Ack) -> Waiting:
        """Take the centre's answer to a beat, and return what is still to be told."""
        before, self._stored_to = self._stored_to or 0, ack.stored_to
        self._orders.take(ack)
        await self._from_disk(journal.note(STORED, ack.stored_to), None)
        if composed.too_large:
            return Waiting.TOO_LARGE
        # A centre that does not get on with this journal must not be asked each second.
        more = before < ack.stored_to < composed.last
        return Waiting.MORE if more else Waiting.NOTHING

    async def _from_disk(self, work: Work[T], default: T) -> T:
        """Read, but not at the price of the beat: state is worth more than history."""
        try:
            async with asyncio.timeout(DISK_S):
                return await self._store.do(work)
        except (TimeoutError, sqlite3.Error):
            return default


def fitted(beat: Beat, room_bytes: int, size: Size) -> Beat:
    """Return the beat with as many of its events, the oldest first, as there is room for."""
    if size(beat) <= room_bytes:
        return beat
    fits, fails = 0, len(beat.events)
    while fails - fits > 1:
        middle = (fits + fails) // 2
        if size(replace(beat, events=beat.events[:middle])) <= room_bytes:
            fits = middle
        else:
            fails = middle
    return replace(beat, events=beat.events[:fits])
