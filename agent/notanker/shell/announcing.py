"""Carries out what callers are to hear: an order is given until the announcement surely is so.

Who crashes or loses power in between gives the order again, because it stands in the journal before it is
given; `Action` says that twice is the same as once.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any, Final

from notanker.core.commands import Announce
from notanker.core.events import AnnouncementDone
from notanker.plugin import Permanent, Receipt, Retry, Unknown
from notanker.shell.logs import Log
from notanker.shell.plugin_faults import PluginDown
from notanker.shell.plugin_supervisor import PluginProcess

WRITTEN_S: Final = 5.0
"""So long the journal is waited for."""
DOWN_AGAIN_S: Final = 10.0
RETRY_S: Final = 30.0
MOST_RETRY_S: Final = 600.0
MEND_S: Final = 300.0
"""What somebody has to mend first is tried again after this."""
UNWRITTEN: Final = "the order cannot be written down, and would be forgotten"
_MAYBE: Final[Any] = bool | None


class _Later(Exception):  # noqa: N818 - says when, not what is wrong
    """The announcement is not as ordered, or nobody knows; the text says why."""

    def __init__(self, reason: str, after_s: float, *, doubt: bool = False) -> None:
        self.reason: Final = reason
        self.after_s: Final = after_s
        self.doubt: Final = doubt
        super().__init__(reason)


class Announcer:
    """Brings announcements into the state that was ordered last.

    Args:
        plugins: All plugins by name.
        start: Runs something beside all else.
        written: Ends once all that has happened until now is on disk.
        happened: Takes what became of an order.
        log: Where changes are logged.
    """

    def __init__(
        self,
        plugins: Mapping[str, PluginProcess],
        start: Callable[[str, Coroutine[Any, Any, None]], None],
        written: Callable[[], Awaitable[None]],
        happened: Callable[[AnnouncementDone], None],
        log: Log,
    ) -> None:
        self._plugins = plugins
        self._start = start
        self._written = written
        self._happened = happened
        self._log = log
        self._wanted: dict[str, Announce] = {}
        self._news: dict[str, asyncio.Event] = {}

    def order(self, command: Announce) -> None:
        """Take an order; it takes the place of an earlier one for the same head number."""
        head = command.head_number
        self._wanted[head] = command
        if head in self._news:
            self._news[head].set()
        else:
            self._news[head] = asyncio.Event()
            self._start("announcement", self._bring(head))

    async def _bring(self, head: str) -> None:
        """Work until nothing is ordered that is not so."""
        news = self._news[head]
        doubt = False
        try:
            while (command := self._wanted.get(head)) is not None:
                news.clear()
                try:
                    await self._carry_out(command, doubt)
                except _Later as later:
                    doubt = later.doubt
                    self._tell(command, later.reason)
                    await _rest(news, later.after_s)
                else:
                    doubt = False
                    if self._wanted.get(head) is command:
                        del self._wanted[head]
        finally:
            self._news.pop(head, None)

    async def _carry_out(self, command: Announce, doubt: bool) -> None:
        plugin = self._plugins.get(command.plugin)
        if plugin is None:
            raise _Later(f"there is no plugin {command.plugin}", MEND_S)
        if not await self._is_written() and command.on:
            raise _Later(UNWRITTEN, RETRY_S)
        fresh = command.on and not command.again and not doubt
        if (fresh or doubt) and await _asked(plugin) is command.on:
            # What nobody here has ordered yet is somebody else's: he switches it off as well.
            self._tell(command, "", ok=True, found=fresh)
            return
        proof = await _order(plugin, command)
        self._log.info("announcement_switched", on=command.on, proof=proof)
        self._tell(command, proof, ok=True)

    def _tell(
        self, command: Announce, reason: str, *, ok: bool = False, found: bool = False
    ) -> None:
        if not ok:
            self._log.warning("announcement_not_switched", on=command.on, reason=reason)
        self._happened(AnnouncementDone(command.head_number, command.on, ok, reason, found))

    async def _is_written(self) -> bool:
        try:
            async with asyncio.timeout(WRITTEN_S):
                await self._written()
        except (TimeoutError, sqlite3.Error):
            return False
        return True


async def _order(plugin: PluginProcess, command: Announce) -> str:
    """Give the order; return the proof that it is so.

    Raises:
        _Later: it is not, or nobody knows.
    """
    try:
        receipt = await plugin.call("do", "on" if command.on else "off", answer=Receipt)
    except Retry as error:
        raise _Later(error.reason, min(max(error.after_s, 1.0), MOST_RETRY_S)) from None
    except Permanent as error:
        raise _Later(error.reason, MEND_S) from None
    except Unknown as error:
        raise _Later(error.reason, RETRY_S, doubt=True) from None
    except PluginDown as error:  # its child may have ended just after the order
        raise _Later(error.reason, DOWN_AGAIN_S, doubt=True) from None
    proof: str = receipt.proof
    return proof


async def _asked(plugin: PluginProcess) -> bool | None:
    """Ask how it is; None if nobody can tell."""
    try:
        found: bool | None = await plugin.call("is_on", answer=_MAYBE)
    except (Retry, Permanent, Unknown, PluginDown):
        return None
    return found


async def _rest(news: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await news.wait()
