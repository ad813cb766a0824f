"""An offer: the manifest of a plan with all its signatures, which is what a box asks a source for first.

Small, and enough to decide: whose plan it is, whether it is newer, and which files are still missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from notanker.errors import NotankerError
from notanker.plan.files import HEARTBEAT, MANIFEST, allowed, belongs
from notanker.plan.trust.checking import MAX_SIGNATURES
from notanker.plan.trust.heartbeat import MAX_HEARTBEAT_BYTES
from notanker.plan.trust.manifest import MAX_MANIFEST_BYTES
from notanker.plan.trust.sshsig import MAX_SIGNATURE_BYTES

MAX_FILES: Final = 1 + MAX_SIGNATURES + 2
"""The manifest, its signatures, a heartbeat and its signature."""
MAX_OFFER_BYTES: Final = 2 * (MAX_MANIFEST_BYTES + (MAX_FILES - 1) * MAX_SIGNATURE_BYTES)
"""Line ends and quotes take two bytes each."""

Offer = Mapping[str, bytes]
"""The content of each of these files, by name."""


class OfferError(NotankerError):
    """What came is no offer; the text says why."""


def limit_bytes(name: str) -> int:
    """Return how large that file of an offer may be."""
    if name == MANIFEST:
        return MAX_MANIFEST_BYTES
    return MAX_HEARTBEAT_BYTES if name == HEARTBEAT else MAX_SIGNATURE_BYTES


def is_part(name: str) -> bool:
    """Tell whether a file of that name belongs to an offer, and may be written under it."""
    return belongs(name) and "/" not in name and allowed(name)


def encode(offer: Offer) -> bytes:
    """Return the offer as one JSON text, the same bytes for the same files.

    Raises:
        OfferError: a file is no text.
    """
    try:
        texts = {name: offer[name].decode("utf-8") for name in sorted(offer)}
    except UnicodeDecodeError as error:
        raise OfferError(f"no UTF-8 ({error.reason})") from None
    return msgspec.json.encode(texts)


def decode(raw: bytes) -> dict[str, bytes]:
    """Read an offer that came from outside; what is in it is checked by its signatures.

    Raises:
        OfferError: it is none.
    """
    try:
        texts = msgspec.json.decode(raw, type=dict[str, str])
    except (ValueError, RecursionError) as error:  # msgspec's errors are ValueErrors
        raise OfferError(str(error)[:200]) from None
    try:
        return checked({name: text.encode("utf-8") for name, text in texts.items()})
    except UnicodeEncodeError:
        raise OfferError("no text") from None


def checked(offer: dict[str, bytes]) -> dict[str, bytes]:
    """Return the offer if it keeps within its bounds.

    Raises:
        OfferError: it has no manifest, a file too many, a strange one, or one that is too large.
    """
    if MANIFEST not in offer:
        raise OfferError(f"{MANIFEST} is missing")
    if len(offer) > MAX_FILES:
        raise OfferError(f"more than {MAX_FILES} files")
    for name, content in offer.items():
        if not is_part(name):
            raise OfferError(f"a file that does not belong there: {name[:80]!r}")
        if len(content) > limit_bytes(name):
            raise OfferError(f"{name} is too large")
    return offer
