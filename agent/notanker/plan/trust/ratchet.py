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
from notanker.plan.trust.manifest import Manifest

BUILT: Final = dt.datetime(2026, 11, 25, tzinfo=dt.UTC)
"""When this version was made: a clock that shows less is wrong (a Raspberry Pi 4 has none of its own)."""
LEAP: Final = dt.timedelta(days=400)
"""A clock may be so far ahead of the last certain time: a year on a shelf is usual, twelve are a fault."""
FILES: Final = ("ratchet.json", "ratchet.2.json")
"""Two copies: a broken sector must not open the way back."""


class Seen(msgspec.Struct, frozen=True):
    """The highest number that a key has signed, the SHA-256 of that manifest, and when it was issued."""

    seq: int
    sha256: str
    issued: dt.date | None = None


class Ratchet(msgspec.Struct, frozen=True):
    """The memory.

    Attributes:
        keys: By the key as ssh writes it.
        verified: The latest time that was certain when a signature was found good.
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


def time_for(
    ratchet: Ratchet, now: dt.datetime | None, counts: Callable[[str], bool]
) -> tuple[dt.datetime, str]:
    """Return the time for which keys have to be valid, and the code of what is wrong with the clock.

    A clock is believed up to a leap after what is certain, so that one which shows 2038 makes no key expire,
    today or ever. What a plan says of its day is believed as far as the clock bears it out, or, without
    a clock, up to a leap: else whoever has a key could end all others.

    Args:
        ratchet: What was accepted so far.
        now: The time, None while the clock is not trusted.
        counts: Tells whether a key still counts.
    """
    if now is not None and now < BUILT:
        return _certain(ratchet, None, counts), "clock-behind"
    certain = _certain(ratchet, now, counts)
    if now is None:
        return certain, ""
    return (certain, "clock-ahead") if now - certain > LEAP else (max(certain, now), "")


def _certain(
    ratchet: Ratchet, now: dt.datetime | None, counts: Callable[[str], bool]
) -> dt.datetime:
    known = max(BUILT, ratchet.verified or BUILT)
    issued = max((_day(seen) for key, seen in ratchet.keys.items() if counts(key)), default=BUILT)
    if now is not None:
        return max(known, min(issued, now))
    return max(known, issued) if issued - known <= LEAP else known


def _day(seen: Seen) -> dt.datetime:
    if seen.issued is None:
        return BUILT
    return dt.datetime.combine(seen.issued, dt.time(), dt.UTC)


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
        if seen.seq < seq or (seen.seq, seen.sha256) == (seq, digest) or not counts(key):
            continue
        return "same-number" if seen.seq == seq else "older-number"
    return None


def advanced(
    ratchet: Ratchet, keys: Iterable[str], manifest: Manifest, raw: bytes, at: dt.datetime
) -> Ratchet:
    """Return the memory after the plan of this manifest was accepted at that certain time."""
    seen = Seen(manifest.seq, hashlib.sha256(raw).hexdigest(), manifest.issued)
    verified = max(at, ratchet.verified) if ratchet.verified else at
    return Ratchet({**ratchet.keys, **dict.fromkeys(keys, seen)}, verified)


def _read(path: Path) -> Ratchet | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Ratchet)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None
