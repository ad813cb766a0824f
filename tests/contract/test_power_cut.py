"""A power cut at any moment between two writes of the outbox loses nothing, and doubles nothing unmarked."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from notanker.core import delivery as rules
from notanker.core.delivery import Delivery
from notanker.core.events import MessageSettled
from notanker.core.marks import reference_of
from notanker.core.names import PluginHealth
from notanker.core.status import PluginStatus
from notanker.plugin import Message, Receipt, Retry, Unknown
from notanker.shell import clock, journal
from notanker.shell.journal import Journal
from notanker.shell.logs import QUIET
from notanker.shell.outbox import Outbox

MARKS = ("1-1", "2-1", "3-1", "4-1")


@dataclass
class Radio:
    """A modem whose memory outlives the agent.

    Attributes:
        script: What becomes of the next messages: "sent", "lost" (left, no answer), "gone" (did not leave,
            no answer), "busy".
        tells: Whether it can say what left.
        air: Mark and text of what left.
    """

    script: list[str]
    tells: bool
    air: list[tuple[str, str]] = field(default_factory=list)
    pid: int | None = 1
    status: PluginStatus = field(
        default_factory=lambda: PluginStatus("lte1", "radio", PluginHealth.OK)
    )

    def __post_init__(self) -> None:
        self.spec = SimpleNamespace(name="lte1")
        self.news = asyncio.Event()

    async def call(self, method: str, argument: object = None, **_: Any) -> Any:
        assert isinstance(argument, Message)
        if method == "find_sent":
            return any(mark == argument.mark for mark, _ in self.air) if self.tells else None
        step = self.script.pop(0) if self.script else "sent"
        if step in ("sent", "lost"):
            self.air.append((argument.mark, argument.text))
        if step == "busy":
            raise Retry(0.0, "busy")
        if step in ("lost", "gone"):
            raise Unknown("no answer")
        return Receipt(references=(argument.reference,))


class Filmed(Journal):
    """A journal that keeps a copy of its file after each transaction, and what had left by then."""

    def __init__(self, path: Path, radio: Radio) -> None:
        super().__init__(path)
        self._film = path.with_name("film")
        self._film.mkdir()
        self._radio = radio
        self.cuts: list[tuple[Path, int]] = []

    def _write(self, batch: list[tuple[Any, Future[Any]]]) -> list[Any]:
        results = super()._write(batch)
        assert self._connection is not None
        copy = self._film / f"{len(self.cuts)}.sqlite"
        with closing(sqlite3.connect(copy)) as target:
            self._connection.backup(target)
        self.cuts.append((copy, len(self._radio.air)))
        return results


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "ASK_AGAIN_S", 0.0)


def message(mark: str) -> Delivery:
    now_s = clock.boot_s()
    number = f"+{491713920000 + int(mark[0])}"
    return Delivery(
        mark,
        int(mark[0]),
        number,
        f"Ausfall. Nr {mark}",
        now_s,
        next_s=now_s,
        reference=reference_of(mark),
    )


async def carry_on(store: Journal, radio: Radio, new: Sequence[str]) -> None:
    """Begin as the agent does after a start, and go on until everything is settled."""
    store.start()
    settled: asyncio.Queue[MessageSettled] = asyncio.Queue()
    channels: Any = [radio]
    box = Outbox(store, channels, settled.put_nowait, QUIET, 30.0)
    past = await store.do(journal.past)
    box.take_up(past.deliveries)
    waiting = {one.mark for one in past.deliveries} | set(new)
    for mark in new:
        delivery = message(mark)
        box.add(delivery, store.do(journal.append([], [delivery])))
    task = asyncio.create_task(box.run())
    while waiting:
        waiting.discard((await asyncio.wait_for(settled.get(), 30)).mark)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await asyncio.to_thread(store.close)


def copies(air: Sequence[tuple[str, str]], mark: str) -> list[str]:
    return [text for of, text in air if of == mark]


@pytest.mark.parametrize("tells", [True, False])
def test_a_power_cut_at_any_moment_loses_nothing_and_doubles_only_what_says_so(
    tmp_path: Path, *, tells: bool
) -> None:
    radio = Radio(["sent", "lost", "gone", "busy"], tells)
    film = Filmed(tmp_path / "journal.sqlite", radio)
    asyncio.run(carry_on(film, radio, MARKS))
    ends = [*(left for _, left in film.cuts[1:]), len(radio.air)]
    assert len(film.cuts) > 10
    for number, ((kept, left), latest) in enumerate(zip(film.cuts, ends, strict=True)):
        for on_air in range(left, latest + 1):
            after = Radio([], tells, radio.air[:on_air])
            path = tmp_path / f"{number} {on_air}.sqlite"
            shutil.copy(kept, path)
            with closing(sqlite3.connect(path)) as known:
                rows = {row[0] for row in known.execute("select mark from outbox")}
            asyncio.run(carry_on(Journal(path), after, [m for m in MARKS if m not in rows]))
            for mark in MARKS:
                first, *further = copies(after.air, mark)
                assert len(further) <= (0 if tells else 1)
                assert all(text.endswith(f"{mark}r") for text in further), (first, further)
