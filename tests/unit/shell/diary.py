"""A program that writes a journal until it is killed, and says what is acknowledged."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from notanker.core.facts import Started
from notanker.core.moment import Moment
from notanker.core.names import Uplink
from notanker.shell import journal
from notanker.shell.journal import Journal


async def main(path: Path) -> None:
    """Write facts and set counters aside for ever; one line for each acknowledgement."""
    store = Journal(path)
    store.start()
    number = await store.do(journal.last_position)
    while True:
        number += 1
        moment = Moment(float(number), 0.0, trusted=False, boot="b1")
        writing = store.do(journal.append([Started(moment, Uplink.PRIMARY, str(number))]))
        first = await store.do(journal.reserve("counter", 3))
        await writing
        sys.stdout.write(f"{number} {first}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
