"""Debian's ModemManager with an emulated modem, for the suite of its plugin."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from notanker_lab.mm_modem import MmModem
from notanker_lab.modemmanager import ModemManager


@contextlib.contextmanager
def managed(
    *, commands: bool = True, sim: str = "READY", ports: int = 2
) -> Iterator[tuple[ModemManager, MmModem]]:
    """Give a ModemManager that knows one modem, in a folder whose name is short enough for sockets."""
    with (
        tempfile.TemporaryDirectory(prefix="nmm") as folder,
        MmModem(Path(folder), ports) as modem,
        ModemManager(Path(folder), commands=commands) as manager,
    ):
        modem.manners.sim = sim
        manager.add_modem(*modem.ports)
        yield manager, modem
