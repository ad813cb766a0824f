"""Agrees with the centre on another key when it asks; the old one is good until the new one was used."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final

import h11

from notanker.core.names import Uplink
from notanker.shell import clock
from notanker.shell.carriage.contract import CarrierError
from notanker.shell.carriage.https import Https
from notanker.shell.carriage.seal import Seal
from notanker.shell.logs import Log
from notanker.shell.sealing import SealError, change_agreement, write_key

AGREE: Final = "/api/1/agree"
CHANGE_S: Final = 30.0
AGAIN_S: Final = 900.0
"""A change that failed is not tried at every beat: the centre goes on asking for it."""


class KeyChange:
    """Changes the site's key.

    Stopped anywhere, the site goes on with the old key and is asked again; the centre ends the old key with
    the first beat that is sealed with the new one, and by then that is on the disk.

    Args:
        path: The file with the site's key.
        seal: Who reads it.
        https: The way to the centre.
        log: Where a change is logged.
    """

    def __init__(self, path: Path, seal: Seal, https: Https, log: Log) -> None:
        self._path = path
        self._seal = seal
        self._https = https
        self._log = log
        self._next_s = 0.0

    async def change(self, over: Uplink) -> None:
        """Try to change the key; never raises but when cancelled."""
        if clock.boot_s() < self._next_s:
            return
        self._next_s = clock.boot_s() + AGAIN_S
        try:
            async with asyncio.timeout(CHANGE_S):
                await self._change(over)
        except (CarrierError, SealError, OSError, h11.ProtocolError, TimeoutError) as error:
            self._log.warning("key_not_changed", reason=str(error) or "no answer in time")
        else:
            self._next_s = 0.0
            self._log.info("key_changed")

    async def _change(self, over: Uplink) -> None:
        old = (await self._seal.prepare()).key
        agreement = change_agreement(old)
        answer = await self._https.post(over, AGREE, agreement.asked(), ())
        if answer.status != 200:
            raise CarrierError(f"the centre answered {answer.status}")
        key, _ = agreement.granted(answer.body)
        await asyncio.to_thread(write_key, self._path, key)
