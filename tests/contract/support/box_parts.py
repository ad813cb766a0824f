"""The parts of the agent that must forget nothing, without the line around them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from notanker.core.delivery import Delivery
from notanker.core.events import MessageSettled
from notanker.core.facts import Acknowledged, Settled
from notanker.core.marks import incident_of, reference_of
from notanker.core.moment import Moment
from notanker.shell import clock, journal
from notanker.shell.carriers import Carriers
from notanker.shell.collecting import Collecting
from notanker.shell.inbox import Inbox, Sms
from notanker.shell.journal import Journal
from notanker.shell.logs import QUIET
from notanker.shell.outbox import Outbox
from tests.contract.support.radio import Radio

END_WITHIN_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class Promised:
    """The journal said that an alert is on disk."""

    mark: str


def alert(mark: str) -> Delivery:
    """Return a new alert."""
    now_s = clock.boot_s()
    number = f"+{491713920000 + incident_of(mark)}"
    return Delivery(
        mark,
        incident_of(mark),
        number,
        f"Ausfall. Nr {mark}",
        now_s,
        next_s=now_s,
        reference=reference_of(mark),
    )


class Box:
    """The parts of the agent that must forget nothing, over one journal and one modem."""

    def __init__(self, path: Path, radio: Radio, log: list[Any]) -> None:
        self.store = Journal(path)
        self.radio = radio
        self._log = log
        self._open: set[str] = set()
        self._settled = asyncio.Event()
        channels: Any = [radio]
        self.outbox = Outbox(
            self.store, Carriers(channels, QUIET), self._settle, QUIET, END_WITHIN_S
        )
        self.inbox = Inbox(self.store, self._hear, QUIET)
        self._collecting = Collecting(
            channels[0],
            self.outbox.report,
            self.inbox.take,
            lambda _: None,
            lambda: False,
            QUIET,
        )

    async def _take_up(self) -> None:
        """Begin as the agent does after a start."""
        past = await self.store.do(journal.past)
        told = {fact.mark for fact in past.facts if isinstance(fact, Settled)}
        self.outbox.take_up(past.deliveries, told, past.reports)
        self._open = {one.mark for one in past.deliveries if not (one.over and one.mark in told)}

    def alarm(self, mark: str) -> None:
        """Have an alert go out."""
        delivery = alert(mark)
        self._open.add(mark)
        written = self.store.do(journal.append([], [delivery]))
        written.add_done_callback(lambda _: self._log.append(Promised(mark)))
        self.outbox.add(delivery, written)

    @contextlib.asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """Let all parts run, from a start on."""
        self.store.start()
        await self._take_up()
        parts = (self.outbox.run(), self.inbox.run(), self._collecting.run())
        tasks = [asyncio.create_task(part) for part in parts]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await asyncio.to_thread(self.store.close)

    async def until_settled(self) -> None:
        """Wait until each message has come to its end and the modem's memory is empty."""
        async with asyncio.timeout(END_WITHIN_S):
            while self._open:
                self._settled.clear()
                await self._settled.wait()
            while self.radio.holds_something:
                await self.store.do(lambda _: None)

    async def _hear(self, sms: Sms) -> None:
        """Write down that somebody has it, as the agent does: without waiting for the disk."""
        self.store.do(journal.append([Acknowledged(_now(), int(sms.text[3:]), sms.sender, "sms")]))

    def _settle(self, event: MessageSettled) -> None:
        self._open.discard(event.mark)
        self.store.do(
            journal.append(
                [Settled(_now(), event.incident, event.mark, event.outcome, event.attempts)]
            )
        )
        self._settled.set()


def _now() -> Moment:
    return Moment(clock.boot_s(), clock.wall_s(), trusted=True, boot="b1")
