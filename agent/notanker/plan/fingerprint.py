"""The fingerprint of a plan: who has the same one has the same files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from notanker.plan.files import PlanFile, belongs, files_of


def fingerprint(folder: Path) -> str:
    """Return the SHA-256, in hex, over the names and contents of a plan's files.

    Raises:
        OSError: a file cannot be read.
    """
    return fingerprint_of(files_of(folder)[0])


def fingerprint_of(files: Iterable[PlanFile]) -> str:
    """Return the SHA-256, in hex, over the files in the order of their names.

    Each name and content is preceded by its length, so no two plans look alike. Manifest and signatures
    do not count: a plan that is signed again is the same plan.

    Raises:
        OSError: a file cannot be read.
    """
    total = hashlib.sha256()
    for item in sorted(files, key=lambda item: item.name):
        if belongs(item.name):
            continue
        with item.path.open("rb") as stream:
            content = hashlib.file_digest(stream, "sha256").digest()
        name = item.name.encode()
        total.update(len(name).to_bytes(4, "big") + name + content)
    return total.hexdigest()
