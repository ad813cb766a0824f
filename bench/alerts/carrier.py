"""Runs what carries alerts in the agent, alone: journal, outbox, collector, the at_modem plugin in its child.

``python -P bench/alerts/carrier.py PORT FOLDER``. Who connects to the socket FOLDER/alerts and writes an
alert's number reads "ok" once the alert is on disk: from then on it is this program's.
"""

import asyncio
import sqlite3
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

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

FIRST_NUMBER: Final = 491713920000


async def _read(_plugin: str, _heard: tuple[Inbound, ...]) -> None:
    """Nobody texts back here."""


def _marks(connection: sqlite3.Connection) -> set[str]:
    return {str(row[0]) for row in connection.execute("select mark from outbox")}


def _delivery(number: int) -> Delivery:
    now_s, mark = clock.boot_s(), f"{number}-1"
    recipient, text = f"+{FIRST_NUMBER + number}", f"Ausfall Fulda. Nr {mark}"
    return Delivery(
        mark, number, recipient, text, now_s, next_s=now_s, reference=reference_of(mark)
    )


async def carry(port: str, folder: Path, log: Log) -> None:
    """Take alerts and carry them, until ended."""
    store = Journal(folder / "journal.sqlite")
    store.start()
    spec = PluginSpec("modem", "at_modem", {"port": port})
    process = PluginProcess(spec, on_change=lambda _status: None, log=log)
    outbox = Outbox(store, Carriers([process], log), lambda _message: None, log)
    past = await store.do(journal.past)
    known = await store.do(_marks)
    outbox.take_up(past.deliveries, reports=past.reports)

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        delivery = _delivery(int(await reader.readline()))
        if delivery.mark not in known:
            written = store.do(journal.append((), (delivery,)))
            outbox.add(delivery, written)
            await written
            known.add(delivery.mark)
        writer.write(b"ok\n")
        await writer.drain()
        writer.close()

    door = folder / "alerts"
    with suppress(FileNotFoundError):
        door.unlink()
    collecting = Collecting(
        process, outbox.report, _read, lambda _happening: None, lambda: outbox.in_doubt, log
    )
    async with await asyncio.start_unix_server(take, door), asyncio.TaskGroup() as tasks:
        for part in (process.run(), collecting.run(), outbox.run()):
            tasks.create_task(part)


def main() -> None:
    """Command line of the carrier."""
    folder = Path(sys.argv[2])
    with (folder / "log").open("a", encoding="utf-8", buffering=1) as stream:
        asyncio.run(carry(sys.argv[1], folder, Log(as_json(stream))))


if __name__ == "__main__":
    main()
