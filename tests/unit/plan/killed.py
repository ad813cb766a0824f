"""Accepts a plan and is killed on the way, in each place once: `python -m tests.unit.plan.killed`.

One process takes in all that acceptance needs; each kill costs a fork and no start.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from pathlib import Path

from notanker.plan import pages
from notanker.plan.accept import accept
from notanker.plan.steps import STEPS, Step, Work
from notanker.plan.trust.checking import Trust
from notanker.plan.trust.sshsig import Keys

WRITES = {"os.rename", "os.symlink", "os.mkdir", "os.remove", "os.rmdir", "os.utime"}


def between_steps(source: Path, store: Path, trust: Trust, place: int) -> None:
    """Be killed before that step."""

    def die(_: Work) -> bool:
        os.kill(os.getpid(), signal.SIGKILL)
        return True

    accept(source, store, trust, steps=(*STEPS[:place], Step("kill", die), *STEPS[place:]))


def at_a_write(source: Path, store: Path, trust: Trust, place: int) -> None:
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
    accept(source, store, trust)


def load_templates() -> None:
    """Let no child read the templates anew."""
    environment = pages._environment()
    for name in environment.list_templates(filter_func=lambda one: one != "report.html"):
        environment.get_template(name)


def main() -> None:
    """Print for each place whether the process ended there (`killed`) or came to its end (`done`)."""
    how, stride, source, store, allowed = sys.argv[1], int(sys.argv[2]), *map(Path, sys.argv[3:6])
    load_templates()
    for place in range(0, len(STEPS) + 1 if how == "steps" else 10_000, stride):
        own = Path(shutil.copytree(store, f"{store}-{place}", symlinks=True))
        child = os.fork()
        if child == 0:
            run = between_steps if how == "steps" else at_a_write
            run(source, own, Trust(Keys(allowed), own), place)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        print("killed" if os.WIFSIGNALED(status) else "done", own, flush=True)
        if os.WIFEXITED(status):
            break


if __name__ == "__main__":
    main()
