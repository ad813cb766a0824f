"""Writes files so that a power cut leaves the old ones or the new ones, never half of each."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from notanker.plan.files import PlanFile

KEEP: Final = 3
"""So many plans before the current one stay in the store."""
CURRENT: Final = "current"
_NEW: Final = ".new-"


def copy_in(files: Iterable[PlanFile], folder: Path) -> None:
    """Copy the files into a new folder.

    Raises:
        OSError: the disk is full, read-only or not ours.
    """
    folder.mkdir(parents=True)
    for item in files:
        write(folder / item.name, item.path.read_bytes())


def write_all(files: Mapping[str, bytes], folder: Path) -> None:
    """Write each file whole, over an older one if there is one.

    Raises:
        OSError: the disk is full, read-only or not ours.
    """
    for name, content in files.items():
        write(folder / name, content)


def write(path: Path, content: bytes) -> None:
    """Write one file whole and on the disk.

    Raises:
        OSError: the disk is full, read-only or not ours.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.new")
    try:
        with beside.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
    sync(path.parent)


def sync(folder: Path) -> None:
    """Put a folder's names on the disk.

    Raises:
        OSError: the folder cannot be opened.
    """
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def staging(store: Path) -> Path:
    """Return a path in the store that nothing stands at yet; it is removed by the next clean-up."""
    path = store / f"{_NEW}{os.getpid()}"
    shutil.rmtree(path, ignore_errors=True)
    return path


def publish(new: Path, folder: Path) -> None:
    """Move a finished folder to its name, and what damaged thing stands there out of the way.

    Raises:
        OSError: the disk is read-only or not ours.
    """
    if folder.exists():
        folder.rename(folder.with_name(f"{_NEW}damaged-{os.getpid()}-{folder.name}"))
    new.rename(folder)
    sync(folder.parent)


def point(store: Path, folder: Path) -> None:
    """Let `current` point to the folder, in one step.

    Raises:
        OSError: the disk is full, read-only or not ours.
    """
    link = store / f"{_NEW}link-{os.getpid()}"
    link.unlink(missing_ok=True)
    link.symlink_to(folder.name)
    try:
        link.replace(store / CURRENT)
    except OSError:
        link.unlink(missing_ok=True)
        raise
    sync(store)


def clean(store: Path, current: Path) -> None:
    """Remove what was left half done, and plans older than the last few. Never raises."""
    try:
        entries = list(store.iterdir())
    except OSError:
        return
    for path in entries:
        if path.name.startswith(_NEW):
            _remove(path)
    plans = [p for p in entries if p.is_dir() and not p.is_symlink() and p.name[0] != "."]
    old = sorted((p for p in plans if p.name != current.name), key=_age, reverse=True)
    for path in old[KEEP:]:
        _remove(path)


def _age(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
        return
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return
