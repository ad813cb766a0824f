"""The bench's instruments: processor time and memory of processes, and what users met."""

import math
import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from os import sysconf
from pathlib import Path
from subprocess import Popen

from notanker_lab import Lab
from notanker_lab.analysis import Record

NEVER = math.inf
"""It did not happen within the time that was waited for it."""
SETTLE_S = 0.3
"""Echoes sent this shortly before the end of a record may have been on their way still."""
_TICKS_PER_S = sysconf("SC_CLK_TCK")
_MAPPING = re.compile(r"^[0-9a-f]+-[0-9a-f]+ \S+ (?P<offset>[0-9a-f]+) \S+ \d+\s*(?P<path>.*)$")


def descendants(pid: int) -> list[int]:
    """Give the ids of all processes below ``pid``; those that end meanwhile are left out."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = [int(text) for text in task.read_text(encoding="ascii").split()]
        except OSError:
            continue
        for child in children:
            found += [child, *descendants(child)]
    return found


def tree(pid: int) -> list[int]:
    """Give ``pid`` and all processes below it."""
    return [pid, *descendants(pid)]


def tail(lab: Lab, process: "Popen[bytes]") -> str:
    """Give the last lines that a process wrote."""
    texts = [path.read_text(encoding="utf-8", errors="replace") for path in lab.logs(process)]
    return "\n".join("\n".join(text.splitlines()[-3:]) for text in texts).strip()[-600:]


def processor_s(pids: Iterable[int]) -> float:
    """Give the processor time that processes and their ended children have used, in seconds."""
    return sum(_processor_s(pid) for pid in pids)


def _processor_s(pid: int) -> float:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0.0  # a script that ended: its parent's account has it by now
    fields = stat.rpartition(")")[2].split()
    return sum(int(text) for text in fields[11:15]) / _TICKS_PER_S


def pss_mib(pids: Iterable[int]) -> float:
    """Give the proportional memory of processes (proc(5), smaps_rollup) in MiB."""
    return sum(_rollup_kib(pid, "Pss") for pid in pids) / 1024


def alone_mib(pids: Iterable[int]) -> float:
    """Give what processes would take if they shared files with nobody but one another, in MiB.

    Proportional memory gets smaller the more other programs use the same interpreter, and the lab
    has many. Here each page of a file counts once in full, and memory of no file as before.
    """
    own_kib, files = 0.0, defaultdict[tuple[str, str], float](float)
    for pid in pids:
        own_kib += _rollup_kib(pid, "Pss_Anon") + _rollup_kib(pid, "Pss_Shmem")
        for key, kib in _file_pages(pid):
            files[key] = max(files[key], kib)
    return (own_kib + sum(files.values())) / 1024


def _rollup_kib(pid: int, field: str) -> float:
    for line in _lines(Path(f"/proc/{pid}/smaps_rollup")):
        name, _, rest = line.partition(":")
        if name == field:
            return float(rest.split()[0])
    return 0.0


def _file_pages(pid: int) -> Iterator[tuple[tuple[str, str], float]]:
    """Give (path, offset) and resident KiB of each mapped file, without what was written to it."""
    key, resident = ("", ""), 0.0
    for line in _lines(Path(f"/proc/{pid}/smaps")):
        mapping = _MAPPING.match(line)
        if mapping:
            key = mapping["path"], mapping["offset"]
        elif line.startswith("Rss:"):
            resident = float(line.split()[1])
        elif line.startswith("Anonymous:") and key[0].startswith("/"):
            yield key, resident - float(line.split()[1])


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:  # ended meanwhile
        return []


def wait_for(condition: Callable[[], object], timeout_s: float) -> bool:
    """Wait until ``condition()`` is true, and say whether it came to be within ``timeout_s``."""
    end_s = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > end_s:
            return False
        time.sleep(0.02)
    return True


def first_by(record: Record, uplink: str, since_s: float) -> float:
    """Give the seconds from ``since_s`` to the first echo that came back by ``uplink``."""
    for echo in record.echoes:
        if echo.sent_s >= since_s and echo.good and echo.uplink == uplink:
            return echo.sent_s - since_s
    return NEVER


def lost_since(record: Record, since_s: float) -> int:
    """Count the echoes that were sent from ``since_s`` on and never answered."""
    last_s = record.echoes[-1].sent_s if record.echoes else 0.0
    return record.between(since_s, last_s - SETTLE_S).lost()


def outage_s(record: Record, from_s: float, to_s: float = NEVER) -> float:
    """Give the longest time between two answered echoes sent within the second before and ``to_s``.

    The fault itself may begin a little after ``from_s``; the longest gap is the outage nevertheless.
    """
    last_s = record.echoes[-1].sent_s if record.echoes else 0.0
    echoes = record.between(from_s - 1, min(to_s, last_s - SETTLE_S)).echoes
    good = [echo.sent_s for echo in echoes if echo.good]
    if not good:
        return NEVER
    longest_s = max((after - before for before, after in pairwise(good)), default=0.0)
    return NEVER if echoes[-1].sent_s - good[-1] > max(longest_s, SETTLE_S) else longest_s
