"""What has been accepted so far: never again a lower number, and never another plan under the same one.

The memory is kept for each key. Whoever steals one can sign the highest number there is; once that key is
revoked its number is forgotten with it, and the others go on where they were.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

import msgspec

from notanker.plan import store

FILES: Final = ("ratchet.json", "ratchet.2.json")
"""Two copies: a broken sector must not open the way back."""


class Seen(msgspec.Struct, frozen=True):
    """The highest number that a key has signed, and the SHA-256 of that manifest."""

    seq: int
    sha256: str


class Ratchet(msgspec.Struct, frozen=True):
    """The memory.

    Attributes:
        keys: By the key as ssh writes it.
        verified: When a signature was found good last; a clock that shows less is wrong.
    """

    keys: dict[str, Seen] = {}
    verified: dt.datetime | None = None


def load(folder: Path) -> Ratchet:
    """Read both copies, and take the higher of each; empty if there is none."""
    found = [ratchet for name in FILES if (ratchet := _read(folder / name)) is not None]
    keys: dict[str, Seen] = {}
    for ratchet in found:
        for key, seen in ratchet.keys.items():
            keys[key] = max(seen, keys.get(key, seen), key=lambda one: one.seq)
    times = [ratchet.verified for ratchet in found if ratchet.verified is not None]
    return Ratchet(keys, max(times, default=None))


def save(folder: Path, ratchet: Ratchet) -> None:
    """Write both copies, each whole and on the disk.

    Raises:
        OSError: the disk is full, read-only or not ours.
    """
    raw = msgspec.json.encode(ratchet)
    for name in FILES:
        store.write(folder / name, raw)


def refusal(
    ratchet: Ratchet, seq: int, manifest: bytes, counts: Callable[[str], bool]
) -> str | None:
    """Return the code of why this plan is not taken, None if it may be.

    Args:
        ratchet: What was accepted so far.
        seq: The plan's number.
        manifest: Its manifest.
        counts: Tells whether a key still counts.
    """
    digest = hashlib.sha256(manifest).hexdigest()
    for key, seen in ratchet.keys.items():
        if seen.seq < seq or seen == Seen(seq, digest) or not counts(key):
            continue
        return "same-number" if seen.seq == seq else "older-number"
    return None


def advanced(
    ratchet: Ratchet, keys: Iterable[str], seq: int, manifest: bytes, at: dt.datetime
) -> Ratchet:
    """Return the memory after this plan was accepted."""
    seen = Seen(seq, hashlib.sha256(manifest).hexdigest())
    verified = max(at, ratchet.verified) if ratchet.verified else at
    return Ratchet({**ratchet.keys, **dict.fromkeys(keys, seen)}, verified)


def _read(path: Path) -> Ratchet | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Ratchet)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None
