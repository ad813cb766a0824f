"""Beats as they are, without a seal: for what is tried behind the seal."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from notanker.core.heartbeat import Ack, Beat
from notanker_central.checking import RefusedError


@dataclass(frozen=True, slots=True)
class Bare:
    """A beat that is taken at its word."""

    beat: Beat

    @property
    def site(self) -> str:
        """The site's id."""
        return self.beat.site

    @property
    def counter(self) -> int:
        """The beat's counter."""
        return self.beat.counter


class Unsealed:
    """Opens beats that are JSON and nothing else."""

    def open(self, sealed: bytes) -> Bare:
        """Return the beat."""
        try:
            return Bare(msgspec.json.decode(sealed, type=Beat))
        except msgspec.MsgspecError:
            raise RefusedError("malformed") from None

    def answer(self, opened: Bare, ack: Ack) -> bytes:
        """Return the acknowledgement as JSON."""
        return msgspec.json.encode(ack)


def ack_of(answer: bytes | None) -> Ack:
    """Return what an answer says."""
    assert answer is not None
    return msgspec.json.decode(answer, type=Ack)
