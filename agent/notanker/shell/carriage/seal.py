"""How a beat is sealed with the key in the site's key file, and the centre's answer opened."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Final

from notanker.beat import about
from notanker.core.heartbeat import Ack, Beat
from notanker.shell.carriage.contract import CarrierError
from notanker.shell.sealing import SealError, SiteSeal, read_key

WHOLE_EACH: Final = 20
"""So many beats may leave out what has not changed; then it is told again, whatever the centre says that it
has: one that was restored from a copy has it after so many beats at the latest."""


class Seal:
    """The site's half of the seal.

    Args:
        path: The file with the site's key.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seal: SiteSeal | None = None
        self._told: tuple[object, ...] | None = None
        self._left_out = 0
        self._made_s = 0.0

    @property
    def made_s(self) -> float:
        """When the key was written, wall seconds."""
        return self._made_s

    async def prepare(self) -> SiteSeal:
        """Read the key, which may have been changed.

        Raises:
            CarrierError: it cannot be read.
        """
        try:
            key = await asyncio.to_thread(read_key, self._path)
            self._made_s = self._path.stat().st_mtime
        except (SealError, OSError) as error:
            raise CarrierError(str(error)) from None
        if self._seal is None or self._seal.key != key:
            self._seal, self._told = SiteSeal(key), None
        return self._seal

    async def proof(self) -> tuple[tuple[str, str], ...]:
        """Return the header line that says who posts what is no beat.

        Raises:
            CarrierError: the key cannot be read.
        """
        return (("authorization", f"Bearer {(await self.prepare()).bearer}"),)

    def size_bytes(self, beat: Beat) -> int:
        """Return how long the beat is once it is sealed."""
        return self._ready().size_bytes(self._brief(beat))

    def seal(self, beat: Beat) -> bytes:
        """Return the sealed beat; what seldom changes is left out where the centre has it.

        Raises:
            CarrierError: no key was read.
        """
        brief = self._brief(beat)
        if not brief.same:
            # The centre may store this one and the answer get lost: what it has is not known until one comes.
            self._told = None
        return self._ready().seal(brief)

    def open(self, answer: bytes, beat: Beat) -> Ack:
        """Return what the centre says to this beat, which it has stored.

        Raises:
            CarrierError: it is no answer to it.
        """
        try:
            ack = self._ready().open(answer, beat.counter)
        except SealError as error:
            raise CarrierError(str(error)) from None
        told = about.pack(beat)
        again = told == self._told and self._left_out < WHOLE_EACH
        self._told, self._left_out = told, self._left_out + 1 if again else 0
        return ack

    def is_answer(self, answer: bytes, beat: Beat) -> bool:
        """Tell whether this is the centre's answer to this beat."""
        try:
            self._ready().open(answer, beat.counter)
        except SealError:
            return False
        return True

    def _brief(self, beat: Beat) -> Beat:
        known = self._told is not None and self._left_out < WHOLE_EACH
        same = known and about.pack(beat) == self._told
        return replace(beat, same=True) if same else beat

    def _ready(self) -> SiteSeal:
        if self._seal is None:
            raise CarrierError("no key of the site was read")
        return self._seal
