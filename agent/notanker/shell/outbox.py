"""The outbox: carries each message to its end, one after the other.

Written before it is handed over, struck out after it left (`core.delivery` has the rules). A disk that
does not take it in time must not stop an alarm: then it goes out all the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

from notanker.core import delivery as rules
from notanker.core.delivery import Delivery
from notanker.core.events import MessageSettled
from notanker.core.names import Outcome, PluginHealth
from notanker.plugin import Message, Permanent, Receipt, Retry, Unknown
from notanker.shell import clock, journal
from notanker.shell.journal import Journal
from notanker.shell.logs import Log
from notanker.shell.plugin_faults import PluginDown
from notanker.shell.plugin_supervisor import PluginProcess

WAIT_FOR_DISK_S: Final = 2.0
DOWN_AGAIN_S: Final = 1.0
"""A plugin that is down comes back soon; the message waits no longer than this for another look."""


class Outbox:
    """All messages on their way.

    Args:
        store: Where they are written down.
        channels: The plugins that carry messages, in the order in which they are tried.
        settled: Called with the end of each message.
        log: Where changes are logged.
        wait_for_disk_s: A message waits so long to be written down, then it goes out all the same.
    """

    def __init__(
        self,
        store: Journal,
        channels: Sequence[PluginProcess],
        settled: Callable[[MessageSettled], None],
        log: Log,
        wait_for_disk_s: float = WAIT_FOR_DISK_S,
    ) -> None:
        self._store = store
        self._channels = {channel.spec.name: channel for channel in channels}
        self._settled = settled
        self._log = log
        self._wait_for_disk_s = wait_for_disk_s
        self._open: dict[str, Delivery] = {}
        self._written: dict[str, asyncio.Future[Any]] = {}
        self._wake = asyncio.Event()

    def add(self, delivery: Delivery, written: asyncio.Future[Any]) -> None:
        """Take a new message; `written` ends once it is on disk."""
        self._open.setdefault(delivery.mark, delivery)
        self._written[delivery.mark] = written
        self._wake.set()

    def take_up(self, deliveries: Sequence[Delivery]) -> None:
        """Take the messages that a restart found: on their way, or over and nobody was told."""
        now_s = clock.boot_s()
        for found in deliveries:
            self._open[found.mark] = found if found.over else rules.recovered(found, now_s)
        self._wake.set()

    async def run(self) -> None:
        """Carry messages until cancelled."""
        while True:
            now_s = clock.boot_s()
            heads = self._heads()
            due = [d for d in heads if d.next_s <= now_s]
            if due:
                await self._advance(due[0])
                continue
            self._wake.clear()
            next_s = min((d.next_s for d in heads), default=None)
            await self._rest(None if next_s is None else next_s - now_s)

    def _heads(self) -> Sequence[Delivery]:
        """Return each person's first message: no all-clear may overtake its alarm."""
        heads: dict[str, Delivery] = {}
        for delivery in self._open.values():
            heads.setdefault(delivery.number, delivery)
        return list(heads.values())

    async def _rest(self, seconds: float | None) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            pass

    async def _advance(self, delivery: Delivery) -> None:
        """Take one message one step further, and write down where it is then."""
        if delivery.over:
            self._finish(delivery)
            return
        if delivery.outcome is Outcome.UNKNOWN:
            later = await self._ask(delivery)
        elif channels := self._choose(delivery):
            later = await self._send(delivery, channels)
        else:
            later = self._postponed(delivery)
            if later == replace(delivery, next_s=later.next_s):
                # A modem that is away for a day must not cost 86,400 synced writes.
                self._open[later.mark] = later
                return
        self._open[later.mark] = later
        await self._on_disk(self._store.do(journal.update(later)))
        if later.over:
            self._finish(later)

    def _postponed(self, delivery: Delivery) -> Delivery:
        """Keep a message while there is nobody to hand it to."""
        reasons = [channel.status.reason for channel in self._channels.values()]
        reason = next(filter(None, reasons), "no channel")
        return rules.postponed(delivery, reason, DOWN_AGAIN_S, clock.boot_s())

    async def _send(self, delivery: Delivery, channels: Sequence[PluginProcess]) -> Delivery:
        """Hand the message over; a channel that will never take it gives way to the next at once."""
        if (written := self._written.pop(delivery.mark, None)) is not None:
            await self._on_disk(written)
        later = delivery
        for channel in channels:
            later = await self._hand_over(delivery, channel)
            if later.outcome is not Outcome.FAILED:
                return later
            delivery = replace(delivery, attempts=later.attempts)
        return later

    async def _hand_over(self, delivery: Delivery, channel: PluginProcess) -> Delivery:
        before, delivery = delivery, rules.begin(delivery, channel.spec.name)
        await self._on_disk(self._store.do(journal.update(delivery)))
        try:
            await channel.call("send", _message(delivery), answer=Receipt)
        except Retry as error:
            return rules.postponed(delivery, error.reason, error.after_s, clock.boot_s())
        except PluginDown as error:  # surely not handed over: this was no attempt
            return rules.postponed(before, error.reason, DOWN_AGAIN_S, clock.boot_s())
        except Permanent as error:
            return rules.refused(delivery, error.reason)
        except Unknown as error:
            return rules.lost_sight(delivery, error.reason, clock.boot_s())
        return rules.sent(delivery)

    async def _ask(self, delivery: Delivery) -> Delivery:
        """Ask the channel that had it whether it left."""
        channel = self._channels.get(delivery.channel)
        left: bool | None = None
        if channel is not None:
            try:
                left = await channel.call("find_sent", _message(delivery), answer=_MAYBE)
            except (Retry, Permanent, Unknown, PluginDown) as error:
                self._log.info("message_still_unknown", mark=delivery.mark, reason=error.reason)
        return rules.found(delivery, left, clock.boot_s())

    def _choose(self, delivery: Delivery) -> Sequence[PluginProcess]:
        """Return the channels to try: those that are well first, else as they are configured.

        The one that has failed with this very message comes last, and a plugin whose child is not there
        could not take anything.
        """

        def rank(channel: PluginProcess) -> tuple[bool, int]:
            failed = channel.spec.name == delivery.channel
            return failed, _BY_HEALTH.index(channel.status.health)

        there = [channel for channel in self._channels.values() if channel.pid is not None]
        return sorted(there, key=rank)

    def _finish(self, delivery: Delivery) -> None:
        del self._open[delivery.mark]
        self._log.info(
            "message_settled",
            mark=delivery.mark,
            outcome=str(delivery.outcome),
            attempts=delivery.attempts,
            reason=delivery.reason,
        )
        self._settled(
            MessageSettled(
                delivery.mark,
                delivery.incident,
                delivery.outcome,
                delivery.attempts,
                delivery.reason,
            )
        )

    async def _on_disk(self, written: asyncio.Future[Any]) -> None:
        done, _ = await asyncio.wait([written], timeout=self._wait_for_disk_s)
        if not done or written.exception() is not None:
            self._log.warning("message_not_written_yet")


_BY_HEALTH: Final = (
    PluginHealth.OK,
    PluginHealth.STARTING,
    PluginHealth.RESTARTING,
    PluginHealth.DEGRADED,
)
_MAYBE: Final[Any] = bool | None


def _message(delivery: Delivery) -> Message:
    return Message(
        id=delivery.mark,
        mark=delivery.mark,
        recipient=delivery.number,
        text=delivery.text,
        attempt=max(delivery.attempts, 1),
    )
