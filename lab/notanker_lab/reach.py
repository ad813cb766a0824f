"""Lets the lab's unprivileged users reach this checkout and its Python.

A home directory is closed to others on Debian 12, and so is everything below it. Inside the capsule's
own mount namespace a closed folder is covered with an open, empty one, and only what is needed is put
back in its place: all paths stay the same, nothing outside changes, nothing else is opened.
"""

import os
import stat
import sys
from collections.abc import Iterable
from pathlib import Path

from notanker_lab import kernel

CHECKOUT = Path(__file__).resolve().parents[2]


def needed() -> list[Path]:
    """Give the folders that the lab's processes must be able to read."""
    found = {CHECKOUT, Path(sys.prefix).resolve(), Path(sys.base_prefix).resolve()}
    found.add(Path(os.path.realpath(sys.executable)).parents[1])
    # What tools/booted keeps its images in, where that is not the checkout.
    found.update(Path(name) for name in (os.environ.get("NOTANKER_BOOTED_CACHE"),) if name)
    return [path for path in sorted(found) if path != Path("/usr")]


def open_up(paths: Iterable[Path], scratch: Path) -> None:
    """Make ``paths`` reachable for every user; ``scratch`` is a folder of the capsule's own."""
    by_cover: dict[Path, list[Path]] = {}
    for path in paths:
        cover = _closed_ancestor(path)
        if cover is not None:
            by_cover.setdefault(cover, []).append(path)
    for number, (cover, inside) in enumerate(by_cover.items()):
        kept = [scratch / f"reach-{number}-{index}" for index in range(len(inside))]
        for path, place in zip(inside, kept, strict=True):
            place.mkdir()
            kernel.mount(str(path), str(place), "", kernel.MS_BIND | kernel.MS_REC)
        kernel.mount("tmpfs", str(cover), "tmpfs", 0, "mode=755")
        for path, place in zip(inside, kept, strict=True):
            path.mkdir(parents=True, exist_ok=True)
            kernel.mount(str(place), str(path), "", kernel.MS_BIND | kernel.MS_REC)


def _closed_ancestor(path: Path) -> Path | None:
    """Give the topmost folder on the way to ``path`` that others may not enter."""
    for folder in (*reversed(path.parents), path):
        if not folder.stat().st_mode & stat.S_IXOTH:
            return folder
    return None
