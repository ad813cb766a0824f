"""`heartbeat.json`: proof that whoever hands out plans was heard of, and which number is the latest.

A signed plan cannot be replaced by another, but it can be kept from a box for ever. So the centre may sign a
heartbeat each day, with a key of its own that can do nothing else: `heartbeat@notanker` in `allowed_signers`.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated, Final

import msgspec

from notanker.errors import Place, Problem
from notanker.plan.files import HEARTBEAT as NAME
from notanker.plan.files import content_of
from notanker.plan.trust import sshsig
from notanker.plan.trust.catalogue import CATALOGUE
from notanker.plan.trust.ratchet import LEAP
from notanker.plan.trust.sshsig import MAX_SIGNATURE_BYTES, Keys, SignatureError
from notanker.plan.values import Count

MAX_HEARTBEAT_BYTES: Final = 4096
AHEAD: Final = dt.timedelta(days=1)
"""A heartbeat may be so far ahead of the own clock."""


class Heartbeat(msgspec.Struct, frozen=True, kw_only=True):
    """One heartbeat.

    Attributes:
        seq: The number of the latest plan.
        time: When it was signed.
    """

    seq: Count
    time: Annotated[dt.datetime, msgspec.Meta(tz=True)]


def heartbeat_of(seq: int, now: dt.datetime) -> bytes:
    """Return the heartbeat of that moment, to be signed."""
    return msgspec.json.encode(Heartbeat(seq=seq, time=now.replace(microsecond=0))) + b"\n"


def hear(
    folder: Path, keys: Keys, at: dt.datetime, now: dt.datetime | None
) -> tuple[Heartbeat | None, list[Problem]]:
    """Return the heartbeat that lies in a folder, None if there is none that counts.

    Args:
        folder: Where heartbeat.json and heartbeat.json.sig are; both are read once.
        keys: Whose signature counts.
        at: The time for which keys must be valid.
        now: The time, None while the clock is not trusted.
    """
    raw = content_of(folder / NAME, MAX_HEARTBEAT_BYTES)
    signature = content_of(folder / f"{NAME}.sig", MAX_SIGNATURE_BYTES)
    if raw is None and signature is None:
        return None, []
    try:
        sshsig.verify(raw or b"", signature or b"", keys, at, sshsig.HEARTBEAT)
        heard = msgspec.json.decode(raw or b"", type=Heartbeat)
    except (
        SignatureError,
        OSError,
        ValueError,
        RecursionError,
    ) as error:  # msgspec's are ValueErrors
        return None, [_wrong((str(error)[:200], str(error)[:200]))]
    if heard.time > (at + LEAP if now is None else now + AHEAD):
        return None, [_wrong(("seine Zeit liegt in der Zukunft", "its time lies in the future"))]
    return heard, []


def _wrong(reason: tuple[str, str]) -> Problem:
    return CATALOGUE.problem("bad-heartbeat", Place(NAME), reason=reason)
