"""SMS that come in over Debian's ModemManager: how many it shows by itself, and how many notanker hands over.

    .venv/bin/python bench/modemmanager.py [--runs 5]

Needs no root and no capsule: ModemManager has a D-Bus of its own and an emulated modem (lab/README.md).
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from notanker.plugin import PluginError
from notanker_lab import mm_pdu
from notanker_lab.mm_modem import MmModem
from notanker_lab.modemmanager import SERVICE, ModemManager
from notanker_modemmanager import ModemManager as Plugin
from notanker_modemmanager.config import ModemManagerConfig

BURST: Final = 6
PATIENCE_S: Final = 30.0
ALONE_S: Final = 5.0
"""So long after the last SMS ModemManager alone is given to show them."""
SENDER: Final = "+4917604069011"

MEMORY: Final = """
import sys
from pathlib import Path
def resident_kib():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))
import notanker.plugin.child
bare = resident_kib()
if len(sys.argv) > 1:
    from notanker_modemmanager import ModemManager
    from notanker_modemmanager.config import ModemManagerConfig
    plugin = ModemManager(ModemManagerConfig(bus=sys.argv[1]))
    plugin.collect(), plugin.state(), plugin.signal()
print(resident_kib() - bare)
"""

Case = tuple[str, list[str], float]


def cases() -> list[Case]:
    """Give the cases: name, PDUs, seconds between them."""
    burst = [mm_pdu.deliver(SENDER, f"OK {number}") for number in range(BURST)]
    emoji = list(mm_pdu.parts(SENDER, "x" * 66 + "😀 im Serverraum", 7))
    return [
        ("6 SMS at once", burst, 0.0),
        ("6 SMS, 5 ms apart", burst, 0.005),
        ("6 SMS, 50 ms apart", burst, 0.05),
        ("an emoji cut in two (2 parts)", emoji, 0.1),
    ]


@contextmanager
def managed(*, commands: bool) -> Iterator[tuple[ModemManager, MmModem, Plugin]]:
    """Give ModemManager, its modem, which is turned on, and the plugin."""
    with (
        tempfile.TemporaryDirectory(prefix="nmm") as folder,
        MmModem(Path(folder)) as modem,
        ModemManager(Path(folder), commands=commands) as manager,
    ):
        manager.add_modem(*modem.ports)
        plugin = Plugin(ModemManagerConfig(bus=manager.address))
        plugin.collect()
        yield manager, modem, plugin
        plugin.close()


def alone(pdus: Sequence[str], gap_s: float) -> tuple[int, float]:
    """Give how many SMS ModemManager shows, and after what time the last."""
    with managed(commands=False) as (manager, modem, _):
        (path,) = manager.modems()

        def seen() -> int:
            return len(manager.property(path, f"{SERVICE}.Modem.Messaging", "Messages"))

        return _count(lambda: modem.receive(*pdus, gap_s=gap_s), seen, len(pdus), ALONE_S)


def with_plugin(pdus: Sequence[str], gap_s: float, *, commands: bool) -> tuple[int, float]:
    """Give how many SMS the plugin hands over, called as the agent calls it, and after what time the last."""
    with managed(commands=commands) as (_, modem, plugin):
        found: set[str] = set()

        def seen() -> int:
            plugin.attend()
            try:
                found.update(one.name for one in plugin.collect().inbound)
            except PluginError as error:
                print(error, file=sys.stderr)
            return len(found)

        patience_s = PATIENCE_S if commands else ALONE_S
        return _count(lambda: modem.receive(*pdus, gap_s=gap_s), seen, len(pdus), patience_s)


def _count(
    act: Callable[[], None], seen: Callable[[], int], wanted: int, patience_s: float
) -> tuple[int, float]:
    start_s = time.monotonic()
    act()
    best, at_s = 0, 0.0
    while best < wanted and time.monotonic() - start_s < patience_s:
        now = seen()
        if now > best:
            best, at_s = now, time.monotonic() - start_s
        time.sleep(0.05)
    return best, at_s


def _cell(runs: Sequence[tuple[int, float]], wanted: int) -> str:
    counts = sorted(count for count, _ in runs)
    shown = str(counts[0]) if counts[0] == counts[-1] else f"{counts[0]}-{counts[-1]}"
    if counts[-1] == 0:
        return f"0 of {wanted}"
    last_s = statistics.median(at_s for count, at_s in runs if count)
    return f"{shown} of {wanted} [{last_s:.2f} s]"


def memory_mib() -> float:
    """Give what the plugin adds to a bare child, in use."""
    with managed(commands=True) as (manager, _, _plugin):
        kib = [
            int(
                subprocess.run(
                    [sys.executable, "-c", MEMORY, *arguments],
                    check=True,
                    capture_output=True,
                    text=True,
                ).stdout
            )
            for arguments in ((), (manager.address,))
        ]
    return (kib[1] - kib[0]) / 1024


def main() -> int:
    """Print the table; 1 if notanker lost one where it may not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    lost = False
    print("| SMS that come in | ModemManager alone | notanker | notanker, without `--debug` |")
    print("|---|---|---|---|")
    for name, pdus, gap_s in cases():
        bare = [alone(pdus, gap_s) for _ in range(runs)]
        full = [with_plugin(pdus, gap_s, commands=True) for _ in range(runs)]
        shipped = [with_plugin(pdus, gap_s, commands=False) for _ in range(runs)]
        lost = lost or any(count < len(pdus) for count, _ in full)
        cells = [_cell(one, len(pdus)) for one in (bare, full, shipped)]
        print(f"| {name} | {' | '.join(cells)} |", flush=True)
    print(f"\nMemory that the plugin adds to a bare child, in use: {memory_mib():.1f} MiB.")
    return int(lost)


if __name__ == "__main__":
    sys.exit(main())
