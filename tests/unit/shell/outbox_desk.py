"""An outbox at work: a real journal, and where the plugins are a carrier that answers as its script says."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from notanker.core import delivery as rules
from notanker.core.allowance import Limits
from notanker.core.delivery import Delivery
from notanker.core.events import MessageSettled
from notanker.core.names import Outcome, PluginHealth
from notanker.core.status import PluginStatus
from notanker.plugin import Message, Receipt, SendReport
from notanker.shell import carriers, clock, journal
from notanker.shell.carriers import Carriers
from notanker.shell.journal import Journal, engine
from notanker.shell.logs import QUIET
from notanker.shell.outbox import Outbox

HANG = "hang"


@dataclass
class Carrier:
    """Stands where a plugin's process is: takes calls, and answers as its script says.

    When the script is at its end every message is taken. `seen` is what the database held of the message
    at the moment at which it was handed over.
    """

    path: Path
    script: list[object] = field(default_factory=list)
    found: list[object] = field(default_factory=list)
    calls: list[tuple[str, str]] = field(default_factory=list)
    seen: list[tuple[object, ...] | None] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    pid: int | None = 1
    kinds: tuple[str, ...] = ("sms",)
    status: PluginStatus = field(
        default_factory=lambda: PluginStatus("lte1", "scripted", PluginHealth.OK)
    )

    def __post_init__(self) -> None:
        self.spec = SimpleNamespace(name=self.status.name)
        self.has_it = asyncio.Event()
        self.asked = asyncio.Event()

    async def call(
        self,
        method: str,
        argument: object = None,
        *,
        deadline_s: float | None = None,
        answer: type[Any],
    ) -> Any:
        assert isinstance(argument, Message)
        await asyncio.sleep(0)  # a child's answer takes a turn of the loop at least
        if method == "send":
            self.messages.append(argument)
        else:
            self.asked.set()
        self.calls.append((method, argument.mark))
        if method == "send":
            self.seen.append(await asyncio.to_thread(on_disk, self.path, argument.mark))
        plan = self.script if method == "send" else self.found
        step = plan.pop(0) if plan else (Receipt() if method == "send" else None)
        if step == HANG:
            self.has_it.set()
            await asyncio.Event().wait()
        if isinstance(step, Exception):
            raise step
        return step

    @property
    def texts(self) -> list[str]:
        return [message.text for message in self.messages]

    @property
    def sent(self) -> list[str]:
        return [mark for method, mark in self.calls if method == "send"]


def on_disk(path: Path, mark: str) -> tuple[object, ...] | None:
    """Return outcome and attempts of a message, as another program reads them."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        row = connection.execute("select outcome, attempts from outbox where mark=?", (mark,))
        return row.fetchone()  # type: ignore[no-any-return]
    finally:
        connection.close()


def message(mark: str = "1-1", number: str = "+493023125110") -> Delivery:
    now_s = clock.boot_s()
    return Delivery(mark, 1, number, f"Störung {mark}", now_s, next_s=now_s)


@dataclass
class Desk:
    """An outbox at work: a real journal, a scripted carrier, and what was settled."""

    store: Journal
    carrier: Carrier
    box: Outbox
    settled: asyncio.Queue[MessageSettled]

    def add(self, mark: str = "1-1", number: str = "+493023125110") -> None:
        delivery = message(mark, number)
        self.box.add(delivery, self.store.do(journal.append([], [delivery])))

    async def end(self) -> MessageSettled:
        return await asyncio.wait_for(self.settled.get(), 30)


@contextlib.contextmanager
def impatient() -> Iterator[None]:
    """Make due at once what waits seconds in life."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rules, "ASK_AGAIN_S", 0.0)
        patch.setattr(carriers, "DOWN_AGAIN_S", 0.001)
        patch.setattr(engine, "RETRY_S", 0.01)
        patch.setattr(engine, "BUSY_MS", 1)
        yield


def live(
    path: Path,
    story: Callable[[Desk], Coroutine[Any, Any, None]],
    script: list[object] | None = None,
    *,
    wait_for_disk_s: float = 30.0,
    further: Carrier | None = None,
    kind: type[Carrier] = Carrier,
    running: bool = True,
    limits: Limits | None = None,
    heard: Callable[[str], bool] = lambda _: True,
    revised: Callable[[Delivery], Delivery] = lambda delivery: delivery,
    ended: Callable[[MessageSettled], None] = lambda _: None,
    **carrier: Any,
) -> Carrier:
    """Let a story happen at a desk and return the carrier; the outbox is running unless it is told not to."""
    one = kind(path, script or [], **carrier)

    async def work() -> None:
        store = Journal(path)
        store.start()
        settled: asyncio.Queue[MessageSettled] = asyncio.Queue()

        def settle(end: MessageSettled) -> None:
            ended(end)
            settled.put_nowait(end)

        channels: Any = [one, *((further,) if further else ())]
        box = Outbox(
            store,
            Carriers(channels, QUIET),
            settle,
            QUIET,
            wait_for_disk_s,
            limits=lambda: limits or Limits(),
            heard=heard,
            revised=revised,
        )
        task = asyncio.create_task(box.run() if running else asyncio.sleep(0))
        try:
            await story(Desk(store, one, box, settled))
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await asyncio.to_thread(store.close)

    with impatient():
        asyncio.run(work())
    return one


async def one_message(desk: Desk) -> None:
    desk.add()
    end = await desk.end()
    assert (end.mark, end.outcome) == ("1-1", Outcome.SENT)


REPORTED = Receipt(references=(40,), report=True)


def report(fate: str = "delivered", reference: int | None = 40) -> SendReport:
    return SendReport(recipient="03023125110", reference=reference, fate=fate, reason="0x46")  # type: ignore[arg-type]
