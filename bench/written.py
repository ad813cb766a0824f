"""What a box writes to its card while nothing happens: measured for some minutes, reckoned for the day.

    sudo python3 bench/written.py --minutes 20               # at the box
    ssh pi@box sudo python3 - --minutes 20 < bench/written.py

By process: what each unit of notanker has sent to the block layer, less what was taken back before it got
there (`write_bytes` and `cancelled_write_bytes` of /proc/<pid>/io, proc(5)). By disk: the sectors that were
written (/proc/diskstats, 512 bytes each), whoever did it; a container shows its host's there. It needs
nothing but Python.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import re
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Final

UNITS: Final = ("notanker-agent", "notanker-portal", "notanker-wifi-dns", "systemd-journald")
DAY_S: Final = 86_400.0
SECTOR_BYTES: Final = 512
WHOLE_DISK: Final = re.compile(r"(mmcblk\d+|sd[a-z]+|vd[a-z]+|nvme\d+n\d+)")


def main() -> int:
    """Measure, and print what follows for a day."""
    parser = argparse.ArgumentParser(description="What a calm box writes to its card.")
    parser.add_argument("--minutes", type=float, default=10.0, help="how long to measure")
    parser.add_argument("--json", action="store_true", help="for programs")
    arguments = parser.parse_args()
    day_bytes = measured(arguments.minutes * 60)
    if arguments.json:
        print(json.dumps(day_bytes))
        return 0
    for name, count in sorted(day_bytes.items()):
        print(f"{name:24}{count / 1e6:10.2f} MB a day")
    return 0


def measured(window_s: float) -> dict[str, float]:
    """Return the bytes that a day has, by unit and by disk, if all of it is like the next `window_s`."""
    seen = by_process()
    disks, began_s = by_disk(), time.monotonic()
    time.sleep(window_s)
    factor = DAY_S / (time.monotonic() - began_s)
    units: Counter[str] = Counter(dict.fromkeys(seen_units(seen), 0))
    for process, (unit, count) in by_process().items():
        units[unit] += count - seen.get(process, (unit, 0))[1]
    written = {unit: count * factor for unit, count in units.items()}
    return written | {name: (count - disks[name]) * factor for name, count in by_disk().items()}


def seen_units(seen: dict[tuple[int, str], tuple[str, int]]) -> set[str]:
    """Name the units that run at all."""
    return {unit for unit, _ in seen.values()}


def by_process() -> dict[tuple[int, str], tuple[str, int]]:
    """Return for each process of ours its unit, and the bytes that it has written so far.

    A number may be given out again; with its start it is one process alone.
    """
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, IndexError):  # it ended meanwhile
            if unit := unit_of((folder / "cgroup").read_text()):
                start = (folder / "stat").read_text().rpartition(")")[2].split()[19]
                found[int(folder.name), start] = unit, written_bytes((folder / "io").read_text())
    return found


def unit_of(cgroup: str) -> str:
    """Name the unit of ours that a process belongs to, by its control group; empty if to none."""
    return next((unit for unit in UNITS if f"/{unit}.service" in cgroup), "")


def written_bytes(io: str) -> int:
    """Read /proc/<pid>/io."""
    fields = dict(line.split(": ") for line in io.splitlines())
    return int(fields["write_bytes"]) - int(fields["cancelled_write_bytes"])


def by_disk() -> dict[str, int]:
    """Return the bytes that were written to each disk so far."""
    rows = (line.split() for line in Path("/proc/diskstats").read_text().splitlines())
    return {
        f"disk {row[2]}": int(row[9]) * SECTOR_BYTES for row in rows if WHOLE_DISK.fullmatch(row[2])
    }


if __name__ == "__main__":
    sys.exit(main())
