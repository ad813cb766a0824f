"""A beat as an SMS to the centre's number, while no line works: a few a day, and nothing comes back.

It goes by the outbox, so it waits behind every alarm, is tried again like one, and outlives a power cut. An
old one that arrives late does no harm: the centre knows by its counter which beat is the newest.
"""

from __future__ import annotations

from typing import Final

from notanker.beat.texting import MOST_BYTES, text_of
from notanker.core import terse
from notanker.core.commands import Beat
from notanker.core.status import Status
from notanker.shell import notices
from notanker.shell.carriage.composing import Composing
from notanker.shell.carriage.contract import CarrierError
from notanker.shell.carriage.seal import Seal
from notanker.shell.journal import Journal
from notanker.shell.outbox import Outbox

RANK: Final = 5
"""Behind alarms, news, and answers to orders."""


class Texts:
    """The way to the centre by SMS.

    Args:
        number: The centre's.
        store: Where the messages are numbered.
        outbox: Carries them.
        composing: Makes the beats.
        seal: Seals them.
    """

    def __init__(
        self, number: str, store: Journal, outbox: Outbox, composing: Composing, seal: Seal
    ) -> None:
        self._number = number
        self._store = store
        self._outbox = outbox
        self._composing = composing
        self._seal = seal

    async def send(self, command: Beat, status: Status) -> None:
        """Hand a beat to the outbox, as much of it as one segment holds.

        Raises:
            CarrierError: there is no key, or not even the least of a beat fits.
            sqlite3.Error: it could not be numbered.
        """
        await self._seal.prepare()
        size = self._seal.size_bytes
        composed = await self._composing.compose(
            status, command.over, command.interval_s, MOST_BYTES, size
        )
        sealed = self._seal.seal(terse.shed(composed.beat, MOST_BYTES, size))
        try:
            text = text_of(sealed)
        except ValueError as error:
            raise CarrierError(f"no beat by SMS: {error}") from None
        await notices.queue(self._store, self._outbox, "beat_text", "B", self._number, text, RANK)
