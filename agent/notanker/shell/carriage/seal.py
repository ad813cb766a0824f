"""How a beat is sealed, and the centre's answer opened."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec

from notanker.core.heartbeat import Ack, Beat
from notanker.shell.carriage.contract import CarrierError


class Seal:
    """The site's half of the seal.

    Args:
        key: The file with the site's key.
    """

    def __init__(self, key: Path) -> None:
        self._key = key

    async def prepare(self) -> None:
        """Read the key, which may have been changed.

        Raises:
            CarrierError: it cannot be read.
        """
        await self.proof()

    async def proof(self) -> tuple[tuple[str, str], ...]:
        """Return the header line that says who posts.

        Raises:
            CarrierError: the key cannot be read.
        """
        key = await asyncio.to_thread(_read_key, self._key)
        return (("authorization", f"Bearer {key}"),)

    def size_bytes(self, beat: Beat) -> int:
        """Return how long the beat is once it is sealed."""
        return len(self.seal(beat))

    def seal(self, beat: Beat) -> bytes:
        """Return the sealed beat."""
        return msgspec.json.encode(beat)

    def open(self, answer: bytes, beat: Beat) -> Ack:
        """Return what the centre says to this beat.

        Raises:
            CarrierError: it is no answer to it.
        """
        try:
            ack = msgspec.json.decode(answer, type=Ack)
        except msgspec.MsgspecError as error:
            raise CarrierError(f"no acknowledgement: {error}") from None
        if ack.counter != beat.counter:
            raise CarrierError(f"the centre confirmed beat {ack.counter}, not {beat.counter}")
        return ack

    def is_answer(self, answer: bytes, beat: Beat) -> bool:
        """Tell whether this is the centre's answer to this beat."""
        try:
            self.open(answer, beat)
        except CarrierError:
            return False
        return True


def _read_key(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise CarrierError(f"the site's key in {path} cannot be read: {error}") from None
