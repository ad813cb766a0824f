"""Beats as they are, without a seal: for what is tried behind the seal."""

from __future__ import annotations

import msgspec

from notanker.core.heartbeat import Ack, Beat
from notanker_central.checking import RefusedError
from notanker_central.store import Plain
from notanker_central.taken import Taken


class Unsealed:
    """Opens beats that are JSON and nothing else."""

    def open(self, sealed: bytes) -> Plain:
        """Return the beat."""
        try:
            beat = msgspec.json.decode(sealed, type=Beat)
        except msgspec.MsgspecError:
            raise RefusedError("malformed") from None
        return Plain(beat.site, beat.counter, beat)

    def answer(self, opened: Plain, taken: Taken) -> bytes:
        """Return the acknowledgement as JSON."""
        return msgspec.json.encode(taken.ack)


def ack_of(answer: bytes | None) -> Ack:
    """Return what an answer says."""
    assert answer is not None
    return msgspec.json.decode(answer, type=Ack)
