"""Five hundred causes in a minute for one person, through the agent's own outbox and a slow channel."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.contract.support.radio import OnAir, Radio

from notanker.core.allowance import Limits
from notanker.core.delivery import CAN_WAIT, Delivery
from notanker.core.events import MessageSettled
from notanker.core.marks import reference_of
from notanker.shell import clock, journal
from notanker.shell.carriers import Carriers
from notanker.shell.journal import Journal
from notanker.shell.logs import QUIET
from notanker.shell.outbox import Outbox

PERSON: Final = "+491713920013"
DRAINED_S: Final = 60.0
FREE: Final = Limits(per_hour=1000)
"""What is over the limit waits an hour, too long for a bench: the suite shows it on a clock of its own."""
WORST: Final = 250
"""The one among them that is an alarm of the line; all others can wait."""


class Slow(Radio):
    """A channel that takes its time for each SMS."""

    def __init__(self, radio_s: float) -> None:
        super().__init__("list", (), [])
        self._radio_s = radio_s

    async def call(self, method: str, argument: Any = None, **values: Any) -> Any:
        """Do what the outbox asks."""
        if method == "send":
            await asyncio.sleep(self._radio_s)
        return await super().call(method, argument, **values)


@dataclass(frozen=True, slots=True)
class Flood:
    """What came of it.

    Attributes:
        sent: SMS that the person got.
        worst_after: How many of them came between the alarm and its own words; None if those never came.
        ended: Messages whose end was told.
    """

    causes: int
    sent: int
    worst_after: int | None
    ended: int


async def flood(folder: Path, causes: int, within_s: float, radio_s: float) -> Flood:
    """Queue so many messages for one person within so long, and wait for the end of all."""
    store = Journal(folder / "journal.sqlite")
    store.start()
    radio, ended, over = Slow(radio_s), set[str](), asyncio.Event()

    def settled(event: MessageSettled) -> None:
        ended.add(event.mark)
        if len(ended) == causes:
            over.set()

    carriers = Carriers([radio], QUIET)  # type: ignore[list-item]  # stands for a plugin
    outbox = Outbox(store, carriers, settled, QUIET, limits=lambda: FREE)
    running = asyncio.create_task(outbox.run())
    had = 0
    for number in range(1, causes + 1):
        if number == WORST:
            had = len(radio.air)
        delivery = _delivery(number)
        outbox.add(delivery, store.do(journal.append((), (delivery,))))
        await asyncio.sleep(within_s / causes)
    with suppress(TimeoutError):
        async with asyncio.timeout(DRAINED_S):
            await over.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await asyncio.to_thread(store.close)
    return Flood(causes, len(radio.air), _place(radio.air[had:], f"{WORST}-1"), len(ended))


def _place(air: list[OnAir], mark: str) -> int | None:
    marks = [one.mark for one in air if one.text.startswith("STÖRUNG") or one.mark != mark]
    return marks.index(mark) if mark in marks else None


def _delivery(number: int) -> Delivery:
    now_s, mark, worst = clock.boot_s(), f"{number}-1", number == WORST
    text = f"{'STÖRUNG' if worst else 'INFO'} Fulda: System {number} antwortet nicht. Nr {mark}"
    rank = 0 if worst else CAN_WAIT
    return Delivery(
        mark, number, PERSON, text, now_s, next_s=now_s, rank=rank, reference=reference_of(mark)
    )
