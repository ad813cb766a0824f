"""Writes small files whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

FOR_ALL: Final = 0o644
FOR_GROUP: Final = 0o640


def replace_file(
    path: Path, data: bytes, *, sync: bool, mode: int = FOR_ALL, keep_owner: bool = False
) -> None:
    """Write the file under another name and rename it over the old one.

    Args:
        path: The file; its folder must exist.
        data: Its whole content.
        sync: Whether content and name must survive a power cut (on a disk), or need not (in memory).
        mode: Who may read it; in force before the first byte is written.
        keep_owner: Whether it goes on belonging to whom the old one belonged to, and a new one to whom its
            folder belongs; root alone can do that.

    Raises:
        OSError: the disk is full, gone or read-only; the old file or the new one is there then, whole.
    """
    fresh = path.with_name(f".{path.name}.new")
    try:
        fresh.unlink(missing_ok=True)  # one that a crash left behind may be open to others
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        with os.fdopen(os.open(fresh, flags, mode), "wb") as stream:
            stream.write(data)
            if sync:
                stream.flush()
                os.fsync(stream.fileno())
        like = path if path.exists() else path.parent
        if keep_owner and (like is path or os.geteuid() == 0):
            known = like.stat()
            os.chown(fresh, known.st_uid, known.st_gid)
        fresh.replace(path)
    except OSError:
        fresh.unlink(missing_ok=True)
        raise
    if sync:
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Put a folder's names on the disk.

    Raises:
        OSError: the folder cannot be opened.
    """
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
