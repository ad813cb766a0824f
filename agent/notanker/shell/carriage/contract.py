"""What a carrier of beats can: carry opaque bytes there, and opaque bytes back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

from notanker.core.names import Uplink
from notanker.errors import NotankerError

Mine = Callable[[bytes], bool]
"""Says whether an answer is the centre's own, to this very beat."""
ANSWER_BYTES: Final = 64 * 1024
"""The longest answer that is looked at."""


class CarrierError(NotankerError):
    """The beat was not answered; the text says what is known."""


class Carrier(Protocol):
    """One way for a beat.

    Attributes:
        room_bytes: The longest sealed beat that it takes.
    """

    room_bytes: int

    async def send(self, over: Uplink, sealed: bytes, mine: Mine) -> bytes:
        """Carry a beat over a line and return the centre's answer; whoever calls bounds the time.

        Raises:
            CarrierError: the centre did not answer.
            OSError: there is no way there.
        """
        ...

    async def close(self) -> None:
        """Let go of what is kept between two beats."""
        ...
