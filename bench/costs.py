"""What processes cost: processor time and memory."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from os import sysconf
from pathlib import Path

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
