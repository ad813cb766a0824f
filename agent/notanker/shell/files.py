"""Writes small files whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path


def replace_file(path: Path, data: bytes, *, sync: bool) -> None:
    """Write the file under another name and rename it over the old one.

    Args:
        path: The file; its folder must exist.
        data: Its whole content.
        sync: Whether it must survive a power cut (on a disk), or need not (in memory).

    Raises:
        OSError: the disk is full, gone or read-only; the old file is untouched then.
    """
    fresh = path.with_name(f".{path.name}.new")
    try:
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            if sync:
                stream.flush()
                os.fsync(stream.fileno())
        fresh.replace(path)
    except OSError:
        fresh.unlink(missing_ok=True)
        raise
