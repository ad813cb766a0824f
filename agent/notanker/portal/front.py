"""Answers requests: from what is at hand, else by having Flask make it, and never by waiting for long.

The event loop touches no disk: what may hang (a dying card) hangs in a thread, and what is at hand is
given out all the same.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Hashable
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Final, Protocol, TypeVar

from notanker.portal.answer import Answer, sorry, unchanged
from notanker.portal.crowd import household_of
from notanker.portal.kept import Kept
from notanker.portal.making import Application, language_of, made, takes_gzip
from notanker.portal.request import Request

THREADS: Final = 3
LOOK_S: Final = 0.25
"""So old may the knowledge be that nothing has changed."""
PATIENCE_S: Final = 10.0
TURN_S: Final = 0.5
DISK_PATIENCE_S: Final = 1.0
MOST_PENDING: Final = 64
MOST_PENDING_EACH: Final = 16
"""Of one address, so that its wishes for pages that do not exist are not all that is worked on."""

log = logging.getLogger(__name__)
Key = tuple[str, str, bool]
T = TypeVar("T")


class Gate(Protocol):
    """Somebody who is asked before the plan's pages are: the captive portal."""

    def meet(self, request: Request, address: str, *, secure: bool) -> Answer | str:
        """Return the answer, or the path that is to be answered by."""


class Front:
    """All answers.

    Args:
        application: Makes the pages.
        look: Returns something that differs once the pages have to be made anew; it may block.
        gate: Is asked first.
    """

    def __init__(
        self, application: Application, look: Callable[[], Hashable], gate: Gate | None = None
    ) -> None:
        self._application, self._look, self._gate = application, look, gate
        self.kept = Kept()
        self._makers = ThreadPoolExecutor(THREADS, "maker")
        self._looker = ThreadPoolExecutor(1, "looker")
        self._turn = threading.Lock()
        self._pending: Counter[str] = Counter()
        self._under_way: dict[Key, asyncio.Future[Answer]] = {}
        self._seen: Hashable = None
        self._seen_s = -LOOK_S
        self._looking: asyncio.Future[Hashable] | None = None

    def passed(self, request: Request, address: str, *, secure: bool = False) -> Answer | Request:
        """Return what the gate says to this request: an answer, or what is really meant."""
        if self._gate is None:
            return request
        found = self._gate.meet(request, address, secure=secure)
        if isinstance(found, Answer):
            return found
        return request if found == request.path else replace(request, path=found, query="")

    def at_hand(self, request: Request) -> Answer | None:
        """Return the answer if nobody has to be waited for."""
        key, now_s = _key(request), time.monotonic()
        if key is None or now_s - self._seen_s > LOOK_S:
            return None
        found = self.kept.get(key, self._seen, now_s)
        return None if found is None else _fitting(found, request)

    async def in_time(self, request: Request, body: bytes, address: str) -> Answer:
        """Have the answer made; or give what there is, if that takes too long."""
        key = _key(request)
        if key is None:
            return await self._done(self._begin(request, body, address), key)
        await self._look_again()
        found = self.kept.get(key, self._seen, time.monotonic())
        if found is not None:
            return _fitting(found, request)
        making = self._under_way.get(key)
        if making is None and (making := self._begin(request, b"", address)) is not None:
            self._under_way[key] = making
            making.add_done_callback(partial(self._keep, key, self._seen))
        return _fitting(await self._done(making, key), request)

    def close(self) -> None:
        """Take no more work."""
        self._makers.shutdown(wait=False, cancel_futures=True)
        self._looker.shutdown(wait=False, cancel_futures=True)

    def _begin(self, request: Request, body: bytes, address: str) -> asyncio.Future[Answer] | None:
        """Have a thread make it; None if too much is being made already."""
        household = household_of(address)
        if self._pending.total() >= MOST_PENDING or self._pending[household] >= MOST_PENDING_EACH:
            return None
        self._pending[household] += 1
        work = _in(self._makers, partial(self._make, request, body, address))
        work.add_done_callback(lambda _: self._no_longer(household))
        return work

    def _make(self, request: Request, body: bytes, address: str) -> Answer:
        """Make one answer at a time, unless the one before hangs.

        Side by side they are no quicker, and each keeps the interpreter from the loop.
        """
        alone = self._turn.acquire(timeout=TURN_S)
        try:
            return made(self._application, request, body, address)
        finally:
            if alone:
                self._turn.release()

    def _no_longer(self, household: str) -> None:
        self._pending[household] -= 1
        if not self._pending[household]:
            del self._pending[household]

    async def _done(self, making: asyncio.Future[Answer] | None, key: Key | None) -> Answer:
        try:
            if making is not None:
                return await asyncio.wait_for(asyncio.shield(making), PATIENCE_S)
        except TimeoutError:
            log.warning("portal_page_late")
        except Exception:  # Flask answers for its errors; this is one of making that answer
            log.exception("portal_answer_failed")
            return sorry(500)
        return (self.kept.however_old(key) if key else None) or sorry(503)

    def _keep(self, key: Key, of: Hashable, making: asyncio.Future[Answer]) -> None:
        self._under_way.pop(key, None)
        if not making.cancelled() and making.exception() is None:
            self.kept.put(key, making.result(), of, time.monotonic())

    async def _look_again(self) -> None:
        """Find out whether anything has changed, if that was not done a moment ago."""
        if time.monotonic() - self._seen_s <= LOOK_S:
            return
        looking = self._looking
        if looking is None:
            looking = self._looking = _in(self._looker, self._look)
            looking.add_done_callback(self._has_looked)
        await asyncio.wait([looking], timeout=DISK_PATIENCE_S)

    def _has_looked(self, looking: asyncio.Future[Hashable]) -> None:
        self._looking = None
        if not looking.cancelled() and looking.exception() is None:
            self._seen, self._seen_s = looking.result(), time.monotonic()


def _in(pool: Executor, work: Callable[[], T]) -> asyncio.Future[T]:
    return asyncio.get_running_loop().run_in_executor(pool, work)


def _key(request: Request) -> Key | None:
    """Return what an answer depends on; None if it is not one to keep.

    A path with escapes is another name of a page that has a plain one: kept under each of its names,
    one page could drive out all others.
    """
    if request.method not in ("GET", "HEAD") or request.query or request.body_bytes:
        return None
    if "%" in request.path:
        return None
    language = language_of(request.fields.get("accept-language", ""))
    return request.path, language, takes_gzip(request.fields.get("accept-encoding", ""))


def _fitting(found: Answer, request: Request) -> Answer:
    """Return the answer, or only that it has not changed."""
    known = request.fields.get("if-none-match", "")
    return unchanged(found) if found.tag and found.tag in known else found
