"""Reports to the centre: one HTTPS request a beat, over the uplink that the core names."""

from __future__ import annotations

import asyncio
import sqlite3
import ssl
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final, TypeVar
from urllib.parse import urlsplit

import h11
import msgspec

from notanker import __version__
from notanker.config.model import CentreConfig
from notanker.core.events import BeatDone, Event
from notanker.core.heartbeat import EVENTS_PER_BEAT, Ack, BeatEvent, beat_of
from notanker.core.names import Uplink
from notanker.core.state import Site
from notanker.core.status import HeartbeatStatus, Status
from notanker.errors import NotankerError
from notanker.shell import clock, journal, spending
from notanker.shell.centre_orders import CentreOrders
from notanker.shell.journal import Journal, Work
from notanker.shell.logs import Log
from notanker.shell.probes import dns, http
from notanker.shell.reporting import Pending, Reporting

T = TypeVar("T")

BEAT: Final = "/api/1/beat"
REPORT: Final = "/api/1/report"
BEAT_S: Final = 15.0
REPORT_S: Final = 60.0
REPORT_AGAIN_S: Final = 900.0
"""A centre that cannot take a report now, or is too old to know of any, is not asked at every beat."""
NEVER_TAKEN: Final = 400
"""What the centre answers to a report that it cannot read: another version's, or a broken file."""
LOOKUP_S: Final = 3.0
COUNTER: Final = "beat_counter"
STORED: Final = "stored_at_centre"
DISK_S: Final = 2.0
BLOCK: Final = 100
"""So many counters are set aside on disk at once: none is ever used twice, power cut or not."""


class BeatError(NotankerError):
    """The centre was not reached, or did not confirm."""


class Centre:
    """The way to the centre.

    Args:
        config: Where it is.
        interfaces: The interface of each uplink.
        resolvers: The name servers of each uplink.
        store: Where counters and events are.
        reports: Where after-action reports are.
        happen: Lets the core take an event: the end of each beat, and what the centre wants.
        site: Gives the present state.
        charge: Called with what a beat over the backup has cost, in bytes of IP packets.
        log: Where changes are logged.
    """

    def __init__(
        self,
        config: CentreConfig,
        interfaces: Mapping[Uplink, str],
        resolvers: Mapping[Uplink, tuple[str, ...]],
        store: Journal,
        reports: Path,
        happen: Callable[[Event], None],
        site: Callable[[], Site],
        log: Log,
        charge: Callable[[int], None] = lambda _: None,
    ) -> None:
        parts = urlsplit(config.url)
        self._config = config
        self._host, self._port = parts.hostname or "", parts.port or 443
        self._interfaces = interfaces
        self._resolvers = resolvers
        self._store = store
        self._reporting = Reporting(reports, store)
        self._report_next_s = 0.0
        self._done: Callable[[BeatDone], None] = happen
        self._orders = CentreOrders(site, happen)
        self._log = log
        self._charge = charge
        self._tls: ssl.SSLContext | None = None
        self._counters: deque[int] = deque()
        self._reserving: asyncio.Future[int] | None = None
        self._stored_to: int | None = None
        self.status = HeartbeatStatus(enabled=True)

    async def beat(self, over: Uplink, status: Status, interval_s: float) -> None:
        """Send one beat and tell what came of it; never raises but when cancelled.

        Args:
            over: The uplink that it takes.
            status: What it tells.
            interval_s: How long the next one may take.
        """
        payer = self._charge if over is Uplink.BACKUP else None
        try:
            async with asyncio.timeout(BEAT_S):
                with spending.on_account(payer):
                    await self._beat(over, status, interval_s)
        except (BeatError, OSError, h11.ProtocolError, TimeoutError, sqlite3.Error) as error:
            self._failed(over, str(error) or "no answer in time")
            self._done(BeatDone(over, ok=False))
        else:
            self._done(BeatDone(over, ok=True))
            # A report can wait until it costs nothing.
            if over is Uplink.PRIMARY and clock.boot_s() >= self._report_next_s:
                await self._report()

    async def _beat(self, over: Uplink, status: Status, interval_s: float) -> None:
        counter = await self._next_counter()
        stored = self._stored_to
        if stored is None:
            stored = await self._from_disk(journal.recall(STORED), 0)
        none: tuple[BeatEvent, ...] = ()
        events = await self._from_disk(journal.events_after(stored, EVENTS_PER_BEAT), none)
        answers = self._orders.answers()
        last = await self._from_disk(journal.last_position, None)
        beat = beat_of(
            status,
            counter=counter,
            over=over,
            interval_s=interval_s,
            version=__version__,
            journal=last or 0,
            events=events,
            # What was taken is on the disk by now, or the centre does not hear of it yet.
            answers=answers if last is not None else (),
        )
        answer = await self._post(over, BEAT, "application/json", msgspec.json.encode(beat))
        if answer.status != 200:
            raise BeatError(f"the centre answered {answer.status}")
        ack = _ack(answer.body)
        if ack.counter != counter:
            raise BeatError(f"the centre confirmed beat {ack.counter}, not {counter}")
        self._stored_to = ack.stored_to
        self._orders.take(ack)
        await self._from_disk(journal.note(STORED, ack.stored_to), None)
        self._succeeded(over)

    async def _report(self) -> None:
        """Send one after-action report that the centre does not have; one a beat is soon enough."""
        try:
            async with asyncio.timeout(REPORT_S):
                if (found := await self._reporting.next()) is not None:
                    await self._send_report(*found)
        except (BeatError, OSError, h11.ProtocolError, TimeoutError, sqlite3.Error) as error:
            self._report_next_s = clock.boot_s() + REPORT_AGAIN_S
            reason = str(error) or "no answer in time"
            self._log.warning("report_not_at_centre", reason=reason)

    async def _send_report(self, pending: Pending, body: bytes) -> None:
        answer = await self._post(Uplink.PRIMARY, REPORT, "application/zlib", body)
        if answer.status not in (200, NEVER_TAKEN):
            raise BeatError(f"the centre answered {answer.status}")
        await self._reporting.done_with(pending)
        taken = answer.status == 200
        self._log.info("report_at_centre", incident=pending.number, taken=taken)

    async def _post(self, over: Uplink, path: str, kind: str, body: bytes) -> http.Response:
        key = await asyncio.to_thread(_read_key, self._config.key)
        address = await self._address(over)
        peer = http.Peer(self._interfaces[over], address, self._port, self._host, self._context())
        headers = (("authorization", f"Bearer {key}"), ("content-type", kind))
        return await http.request(peer, "POST", path, headers, body)

    async def _address(self, over: Uplink) -> str:
        """Return the centre's address, asked for over the very uplink that the beat will take."""
        if self._config.addresses:
            return self._config.addresses[0]
        for server in self._resolvers[over]:
            try:
                async with asyncio.timeout(LOOKUP_S):
                    answer = await dns.ask(self._interfaces[over], server, 53, self._host)
            except (OSError, TimeoutError, dns.DnsError):
                continue
            if answer.addresses:
                return answer.addresses[0]
        raise BeatError(f"no address for {self._host} over {over}")

    def _context(self) -> ssl.SSLContext:
        if self._tls is None:
            ca = self._config.ca
            try:
                self._tls = ssl.create_default_context(cafile=None if ca is None else str(ca))
            except OSError as error:
                raise BeatError(f"the certificate in {ca} cannot be used: {error}") from None
        return self._tls

    async def _next_counter(self) -> int:
        if len(self._counters) <= BLOCK // 2 and self._reserving is None:
            # Early, so that a disk in trouble does not silence the site at once.
            # A new journal's counters begin beyond those of a lost one: no site beats once a second.
            first_ever = max(1, int(clock.wall_s()))
            self._reserving = self._store.do(journal.reserve(COUNTER, BLOCK, first_ever))
        if self._reserving is not None and (not self._counters or self._reserving.done()):
            reserving, self._reserving = self._reserving, None
            first = await reserving
            self._counters.extend(range(first, first + BLOCK))
        return self._counters.popleft()

    async def _from_disk(self, work: Work[T], default: T) -> T:
        """Read, but not at the price of the beat: state is worth more than history."""
        try:
            async with asyncio.timeout(DISK_S):
                return await self._store.do(work)
        except (TimeoutError, sqlite3.Error):
            return default

    def _succeeded(self, over: Uplink) -> None:
        if self.status.reason:
            self._log.info("centre_reached", over=str(over))
        self.status = HeartbeatStatus(enabled=True, acknowledged=clock.Clock().now(), over=over)

    def _failed(self, over: Uplink, reason: str) -> None:
        if reason != self.status.reason:
            self._log.warning("centre_not_reached", over=str(over), reason=reason)
        self.status = replace(self.status, reason=reason)


def _read_key(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BeatError(f"the site's key in {path} cannot be read: {error}") from None


def _ack(body: bytes) -> Ack:
    try:
        return msgspec.json.decode(body, type=Ack)
    except msgspec.MsgspecError as error:
        raise BeatError(f"no acknowledgement: {error}") from None
