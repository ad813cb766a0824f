"""The panel's hardware for tests: the lab's board in a process of its own, and a hand that uses it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from notanker_lab.panel import BUTTON, MAINS, WIRING, Hand


@contextmanager
def board(folder: Path) -> Iterator[Hand]:
    """Give a board whose sockets lie in the folder."""
    line = [sys.executable, "-m", "notanker_lab.panel", str(folder)]
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert "pins.sock" in process.stdout.readline()
        try:
            yield Hand(folder / "panel.sock")
        finally:
            process.terminate()


def options(folder: Path) -> dict[str, object]:
    """Return the options of a plugin that is wired to that board in full."""
    return {
        "pins": "mock",
        "socket": str(folder / "pins.sock"),
        "relay_pin": WIRING["relay"],
        "mains_pin": MAINS,
        "button_pin": BUTTON,
    }
