"""What becomes of a beat."""

from __future__ import annotations

from dataclasses import dataclass, replace

from notanker.core.heartbeat import Ack


@dataclass(frozen=True, slots=True)
class Taken:
    """Whether a beat was newer than all before, and the acknowledgement if it was.

    Attributes:
        record: The acknowledgement packed, if that was done already; its counter is in the seal alone.
    """

    ack: Ack
    newest: bool
    record: bytes = b""

    def to_a_herald(self) -> Taken:
        """Return the same, told to one of the few that speak for all if the centre falls mute."""
        return Taken(replace(self.ack, herald=True), self.newest)
