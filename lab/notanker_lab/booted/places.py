"""Where the stand keeps what it makes, and where what runs has its sockets."""

import fcntl
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from notanker_lab.reach import CHECKOUT

CACHE_ENV: Final = "NOTANKER_BOOTED_CACHE"
RUNNING: Final = Path("/run/notanker-booted")
"""Short, because the path of a Unix socket may have 107 bytes; a capsule has a /run of its own."""


def cache() -> Path:
    """Give the folder of images, packages and disks: `.cache/booted`, or what NOTANKER_BOOTED_CACHE names."""
    folder = Path(os.environ.get(CACHE_ENV) or CHECKOUT / ".cache" / "booted").absolute()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def alone(what: str) -> Iterator[None]:
    """Let only one process at a time do ``what`` in this cache."""
    with (cache() / f"{what}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def key() -> Path:
    """Give the private key that every system of this cache lets in; makes it the first time."""
    path = cache() / "id_ed25519"
    with alone("key"):
        if not path.exists():
            line = [
                "ssh-keygen",
                "-q",
                "-t",
                "ed25519",
                "-N",
                "",
                "-C",
                "notanker lab",
                "-f",
                str(path),
            ]
            subprocess.run(line, check=True, stdin=subprocess.DEVNULL, timeout=60)
    return path


def public_key() -> str:
    """Give the line for authorized_keys."""
    return key().with_suffix(".pub").read_text(encoding="ascii")
