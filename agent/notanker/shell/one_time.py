"""One-time codes as the box keeps them: secrets in files, what was used in the journal, before it counts."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final

from notanker.config.model import OrdersConfig
from notanker.core import codes
from notanker.shell import clock, journal
from notanker.shell.journal import Journal

MOST_BYTES: Final = 64 * 1024


class CodeRefused(Exception):  # noqa: N818 - told to the person
    """A code does not count; the text is the key of the sentence that says why."""


class OneTimeCodes:
    """Checks codes, and never lets one count twice.

    Args:
        config: Where the secrets are.
        store: Where it is kept what was used.
    """

    def __init__(self, config: OrdersConfig, store: Journal) -> None:
        self._config = config
        self._store = store

    async def use(self, contact: str, code: str) -> None:
        """Use up a code of this contact; returns once that is on disk.

        Raises:
            CodeRefused: it is wrong, was used, or cannot be checked now.
        """
        if not await asyncio.to_thread(self._any):
            raise CodeRefused("no_codes")
        if not code:
            raise CodeRefused("code")
        if len(code) == codes.DIGITS and code.isdigit():
            await self._authenticator(contact, code)
        else:
            await self._paper(code)

    async def _authenticator(self, contact: str, code: str) -> None:
        if not clock.trusted():
            raise CodeRefused("clock")
        secret = await asyncio.to_thread(self._secret, contact)
        name = f"totp:{contact}"
        last = await self._store.do(journal.recall(name))
        step = None if secret is None else codes.step_of(secret, code, clock.wall_s(), last)
        if step is None:
            raise CodeRefused("wrong")
        await self._store.do(journal.note(name, step))

    async def _paper(self, code: str) -> None:
        found = await asyncio.to_thread(self._on_paper, code)
        if found is None:
            raise CodeRefused("wrong")
        if await self._store.do(journal.reserve(f"paper:{found[:32]}", 1, 0)):
            raise CodeRefused("wrong")  # used before: the first use has counted it up to one

    def _any(self) -> bool:
        files = (self._config.totp, self._config.paper)
        return any(path is not None and path.exists() for path in files)

    def _secret(self, contact: str) -> bytes | None:
        for line in _lines(self._config.totp):
            name, _, secret = line.partition(" ")
            if name == contact:
                return codes.secret_of(secret)
        return None

    def _on_paper(self, code: str) -> str | None:
        return codes.paper_match(code, _lines(self._config.paper))


def _lines(path: Path | None) -> list[str]:
    """Return the lines of a file of secrets; a file that cannot be read holds none."""
    if path is None:
        return []
    try:
        with path.open("rb") as stream:
            text = stream.read(MOST_BYTES).decode("utf-8", "replace")
    except OSError:
        return []
    return [line.strip() for line in text.splitlines() if line.strip() and line[0] != "#"]
