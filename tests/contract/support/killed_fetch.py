"""Fetches a plan and is killed just before a write, in each place once.

`python -m tests.contract.support.killed_fetch STRIDE BOX`: one process takes in all that it needs; each
kill costs a fork and no start.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from pathlib import Path

import msgspec

from notanker.core.moment import Moment
from notanker.shell.sources import report
from notanker.shell.sources.arrivals import Arrivals
from notanker.shell.sources.errand import Errand, decode
from notanker.shell.sources.fetch import Job, fetch
from tests.unit.plan.killed import WRITES, load_templates


def die_at(place: int) -> None:
    """Be killed just before that write; there may be fewer."""
    left = place + 1

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal left
        opened = event == "open" and isinstance(arguments[2], int) and arguments[2] & os.O_ACCMODE
        if event in WRITES or opened:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


def do(errand: Errand) -> None:
    """Fetch, and leave word of it."""
    job = Job(errand, Arrivals(errand.arrivals), Moment(1.0, 1.0), None, None)
    report.save(errand.arrivals, fetch(job))


def main() -> None:
    """Print for each place whether the process ended there (`killed`) or came to its end (`done`)."""
    stride, box = int(sys.argv[1]), Path(sys.argv[2])
    errand = decode(sys.stdin.buffer.read())
    load_templates()
    for place in range(0, 10_000, stride):
        own = Path(shutil.copytree(box, f"{box}-{place}", symlinks=True))
        child = os.fork()
        if child == 0:
            die_at(place)
            do(msgspec.structs.replace(errand, store=own / "plans", arrivals=own / "arrivals"))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        print("killed" if os.WIFSIGNALED(status) else "done", own, flush=True)
        if os.WIFEXITED(status):
            break


if __name__ == "__main__":
    main()
