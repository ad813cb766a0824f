"""`python -m tests.contract.support.mortal FOLDER PLUGIN OPTIONS COUNT`: an outbox, made to be killed.

The real journal, outbox, collector and plugin process, without the line around them. It sends messages 1 to
COUNT, those that its journal does not know yet as well as those that an earlier life left, says "up" when it
begins, and ends by itself once all are settled.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import sys
from pathlib import Path

from notanker.core.delivery import Delivery
from notanker.core.events import MessageSettled
from notanker.core.marks import reference_of
from notanker.plugin import Inbound
from notanker.shell import clock, journal
from notanker.shell.carriers import Carriers
from notanker.shell.collecting import Collecting
from notanker.shell.journal import Journal
from notanker.shell.logs import QUIET
from notanker.shell.outbox import Outbox
from notanker.shell.plugin_limits import Limits, PluginSpec
from notanker.shell.plugin_supervisor import PluginProcess

LIMITS = Limits(back_off_s=(0.05,), term_s=0.2, kill_s=2.0)


def message(number: int) -> Delivery:
    now_s = clock.boot_s()
    mark = f"{number}-1"
    # Each to another person, or those that wait would be told of in one.
    recipient = f"+{491713920000 + number}"
    text = f"Ausfall Fulda. Nr {mark}"
    return Delivery(
        mark, number, recipient, text, now_s, next_s=now_s, reference=reference_of(mark)
    )


def marks(connection: sqlite3.Connection) -> set[str]:
    return {str(row[0]) for row in connection.execute("select mark from outbox")}


async def no_inbound(_plugin: str, _sms: tuple[Inbound, ...]) -> None:
    """Nobody texts back here."""


def state_of(outbox: Outbox, plugin: PluginProcess) -> str:
    """Say what is still to be done, when, and how the plugin does."""
    now_s = clock.boot_s()
    waits = (f"{one.mark}: due in {one.next_s - now_s:.1f} s, {one}" for one in outbox.open)
    return "\n".join([str(plugin.status), f"child {plugin.pid}", *waits])


async def live(folder: Path, kind: str, options: dict[str, object], count: int) -> None:
    store = Journal(folder / "journal.sqlite")
    store.start()
    spec = PluginSpec("lte1", kind, options)
    plugin = PluginProcess(spec, on_change=lambda _: None, log=QUIET, limits=LIMITS)
    waiting = {f"{number}-1" for number in range(1, count + 1)}
    all_settled = asyncio.Event()

    def settled(event: MessageSettled) -> None:
        waiting.discard(event.mark)
        if not waiting:
            all_settled.set()

    outbox = Outbox(store, Carriers([plugin], QUIET), settled, QUIET)
    collecting = Collecting(
        plugin, outbox.report, no_inbound, lambda _: None, lambda: outbox.in_doubt, QUIET
    )
    past = await store.do(journal.past)
    known = await store.do(marks)
    waiting -= known - {one.mark for one in past.deliveries}
    outbox.take_up(past.deliveries, reports=past.reports)
    for number in range(1, count + 1):
        new = message(number)
        if new.mark not in known:
            outbox.add(new, store.do(journal.append([], [new])))
    asyncio.get_running_loop().add_signal_handler(
        signal.SIGUSR1, lambda: (folder / "told").write_text(state_of(outbox, plugin))
    )
    os.write(sys.stdout.fileno(), b"up\n")
    parts = (plugin.run(), outbox.run(), collecting.run())
    tasks = [asyncio.create_task(part) for part in parts]
    if waiting:
        await all_settled.wait()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.to_thread(store.close)


if __name__ == "__main__":
    asyncio.run(live(Path(sys.argv[1]), sys.argv[2], json.loads(sys.argv[3]), int(sys.argv[4])))
