"""Writes files so that a power cut leaves the old ones or the new ones, never half of each."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from notanker.files import replace_file, sync_folder

KEEP: Final = 3
"""So many plans before the current one stay in the store."""
CURRENT: Final = "current"
_NEW: Final = ".new-"


@contextmanager
def alone(store: Path) -> Iterator[None]:
    """Keep the store to oneself: nobody else accepts a plan meanwhile, or clears away what is begun.

    Raises:
        BlockingIOError: somebody else has it.
        OSError: the store cannot be made or opened.
    """
    store.mkdir(parents=True, exist_ok=True)
    handle = os.open(store, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)


def in_force(store: Path) -> Path | None:
    """Return the folder of the plan in force, None if there is none."""
    try:
        return store / (store / CURRENT).readlink()
    except OSError:
        return None


def fingerprint_in(folder: Path) -> str:
    """Return the fingerprint of the plan that was stored there."""
    return folder.name.partition(".")[0]


def put(files: Mapping[str, bytes], folder: Path) -> None:
    """Write the files of a folder that nobody reads yet; `settle` puts them on the disk.

    Raises:
        OSError: the disk is full, read-only or not ours.
    """
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def write(path: Path, content: bytes) -> None:
    """Write one file whole and on the disk, and its folder if there is none.

    Raises:
        OSError: the disk is full, read-only or not ours.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, content, sync=True)


def settle(folder: Path) -> None:
    """Put a whole folder on the disk.

    Raises:
        OSError: the disk is full or broken.
    """
    for path, _, names in os.walk(folder, onerror=_raise):
        for name in names:
            handle = os.open(Path(path, name), os.O_RDONLY | os.O_NOFOLLOW)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
        sync_folder(Path(path))


def _raise(error: OSError) -> None:
    raise error


def same(one: Path, other: Path) -> bool:
    """Tell whether two folders hold the same files with the same content."""
    try:
        names = _names(one)
        return names == _names(other) and all(
            (one / name).read_bytes() == (other / name).read_bytes() for name in names
        )
    except OSError:
        return False


def _names(folder: Path) -> list[Path]:
    found = (Path(path, name) for path, _, names in os.walk(folder) for name in names)
    return sorted(path.relative_to(folder) for path in found)


def staging(store: Path) -> Path:
    """Make a folder in the store that is for its owner alone; the next clean-up removes it.

    Raises:
        OSError: the disk is full, read-only or not ours.
    """
    path = store / f"{_NEW}{os.getpid()}"
    _remove(path)
    path.mkdir(mode=0o700)
    return path


def publish(new: Path, store: Path, fingerprint: str) -> Path:
    """Give a finished folder a name of its own in the store, and return it there.

    What is in force is never touched, not even to be put in order: a plan that is stored once more gets
    another name.

    Raises:
        OSError: the disk is full, read-only or not ours.
    """
    settle(new)
    current = in_force(store)
    free = (store / name for name in (fingerprint, f"{fingerprint}.2"))
    folder = next(path for path in free if path != current)
    _remove(folder)
    new.rename(folder)
    os.utime(folder)
    sync_folder(store)
    return folder


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
    sync_folder(store)


def clean(store: Path, current: Path) -> None:
    """Remove what was left half done, other copies, and plans older than the last few. Never raises."""
    try:
        entries = list(store.iterdir())
    except OSError:
        return
    for path in entries:
        twin = fingerprint_in(path) == fingerprint_in(current) and path.name != current.name
        if path.name.startswith(_NEW) or twin:
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
        # Whoever only reads a plan removes nothing, and it brings two compression libraries (0.4).
        import shutil

        shutil.rmtree(path, ignore_errors=True)
        return
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return
