"""Runs what carries messages in the agent, alone: journal, outbox, and the at_modem plugin in its child.

``python -P bench/modems/carrier.py PORT FOLDER``; each line of the pipe FOLDER/messages is one message.
"""

import asyncio
import json
import os
import sys
from pathlib import Path

from notanker.core.allowance import Limits
from notanker.core.delivery import Delivery
from notanker.core.marks import reference_of
from notanker.plugin import Inbound
from notanker.shell import clock, journal
from notanker.shell.carriers import Carriers
from notanker.shell.collecting import Collecting
from notanker.shell.journal import Journal
from notanker.shell.logs import Log, as_json
from notanker.shell.outbox import Outbox
from notanker.shell.plugin_limits import PluginSpec
from notanker.shell.plugin_supervisor import PluginProcess

FREE = Limits(per_hour=1_000_000)
"""What is measured is the modem, not a person's patience."""


async def _read(_plugin: str, _heard: tuple[Inbound, ...]) -> None:
    """Take all SMS as if they were on disk: what becomes of them is not measured here."""


async def carry(port: str, folder: Path, log: Log) -> None:
    """Carry what comes through the pipe, until ended."""
    store = Journal(folder / "journal.sqlite")
    store.start()
    spec = PluginSpec("modem", "at_modem", {"port": port})
    process = PluginProcess(spec, on_change=lambda _status: None, log=log)
    outbox = Outbox(
        store, Carriers([process], log), lambda _message: None, log, limits=lambda: FREE
    )
    pipe = os.open(folder / "messages", os.O_RDWR | os.O_NONBLOCK)

    def take() -> None:
        for line in os.read(pipe, 1 << 16).splitlines():
            number, text, serial = json.loads(line)
            now_s = clock.boot_s()
            mark = f"A{serial}"
            reference = reference_of(f"17-{serial}")
            delivery = Delivery(mark, 17, number, text, now_s, next_s=now_s, reference=reference)
            outbox.add(delivery, store.do(journal.append((), (delivery,))))

    asyncio.get_running_loop().add_reader(pipe, take)
    collecting = Collecting(
        process, outbox.report, _read, lambda _happening: None, lambda: outbox.in_doubt, log
    )
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(process.run())
        tasks.create_task(collecting.run())
        tasks.create_task(outbox.run())


def main() -> None:
    """Command line of the carrier."""
    folder = Path(sys.argv[2])
    with (folder / "log").open("w", encoding="utf-8", buffering=1) as stream:
        asyncio.run(carry(sys.argv[1], folder, Log(as_json(stream))))


if __name__ == "__main__":
    main()
