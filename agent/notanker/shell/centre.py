"""The way to the centre: what is composed goes by the carrier that the core names, and is answered.

carriage.composing   what is sent       carriage.seal   how it is sealed, and the answer opened
carriage             what carries it    reporting       which after-action reports are still to be sent
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

import h11

from notanker.config.centre import CentreConfig
from notanker.core.commands import Beat as BeatCommand
from notanker.core.events import BeatDone, Event
from notanker.core.names import Carrier, Uplink, Waiting
from notanker.core.state import Site
from notanker.core.status import HeartbeatStatus, Status
from notanker.shell import clock, spending
from notanker.shell.carriage.carriers import Carriers
from notanker.shell.carriage.composing import DISK_S, Composing
from notanker.shell.carriage.contract import CarrierError
from notanker.shell.carriage.key_change import KeyChange
from notanker.shell.carriage.numbering import Numbering
from notanker.shell.carriage.seal import Seal
from notanker.shell.carriage.sms import Texts
from notanker.shell.centre_orders import CentreOrders
from notanker.shell.journal import Journal
from notanker.shell.logs import Log
from notanker.shell.muting import Muting
from notanker.shell.outbox import Outbox
from notanker.shell.reporting import Pending, Reporting

REPORT: Final = "/api/1/report"
BEAT_S: Final = 15.0
REPORT_S: Final = 60.0
REPORT_AGAIN_S: Final = 900.0
"""A centre that cannot take a report now, or is too old to know of any, is not asked at every beat."""
NEVER_TAKEN: Final = 400
"""What the centre answers to a report that it cannot read: another version's, or a broken file."""
TROUBLE: Final = (CarrierError, OSError, h11.ProtocolError, TimeoutError, sqlite3.Error)
"""What may stand between a site and its centre."""


class Centre:
    """The way to the centre.

    Args:
        name: The site's.
        config: Where the centre is.
        interfaces: The interface of each uplink.
        resolvers: The name servers of each uplink.
        store: Where counters and events are.
        reports: Where after-action reports are.
        happen: Lets the core take an event: the end of each beat, and what the centre wants.
        site: Gives the present state.
        charge: Called with what a beat over the backup has cost, in bytes of IP packets.
        log: Where changes are logged.
        outbox: Carries what goes by SMS, None where nothing does.
        language: Of what people are told.
        fetch: Has the sources of plans asked soon: the centre has a newer one.
    """

    def __init__(
        self,
        name: str,
        config: CentreConfig,
        interfaces: Mapping[Uplink, str],
        resolvers: Mapping[Uplink, tuple[str, ...]],
        store: Journal,
        reports: Path,
        happen: Callable[[Event], None],
        site: Callable[[], Site],
        log: Log,
        charge: Callable[[int], None] = lambda _: None,
        outbox: Outbox | None = None,
        language: str = "de",
        fetch: Callable[[], None] = lambda: None,
    ) -> None:
        self._seal = Seal(config.key)
        self._carriers = Carriers(config, interfaces, resolvers, name)
        self._orders = CentreOrders(site, happen, fetch)
        numbering = Numbering(store, lambda: self._seal.made_s)
        self._composing = Composing(store, numbering, self._orders)
        self._changing = KeyChange(config.key, self._seal, self._carriers.https, log)
        self._reporting = Reporting(reports, store)
        self._report_next_s = 0.0
        self._done: Callable[[BeatDone], None] = happen
        self._log = log
        self._charge = charge
        self._sending_report = asyncio.Lock()
        self._muting = self._texts = None
        if outbox is not None and config.mute_sms:
            self._muting = Muting(config.mute_sms, name, language, store, outbox)
        if outbox is not None and config.sms:
            self._texts = Texts(config.sms, store, outbox, self._composing, self._seal)
        self.status = HeartbeatStatus(enabled=True)

    async def beat(self, command: BeatCommand, status: Status) -> None:
        """Send one beat and tell what came of it; never raises but when cancelled.

        Args:
            command: Which line and carrier it takes, and how long the next one may take.
            status: What it tells.
        """
        over, carrier = command.over, command.carrier
        if carrier is Carrier.SMS:
            await self._text(command, status)
            return
        await self._tell(mute=status.heartbeat.mute)
        payer = self._charge if over is Uplink.BACKUP else None
        try:
            async with asyncio.timeout(BEAT_S):
                with spending.on_account(payer):
                    waiting = await self._beat(command, status)
        except TROUBLE as error:
            self._failed(over, carrier, str(error) or "no answer in time")
            self._done(BeatDone(over, ok=False, carrier=carrier))
        else:
            self._succeeded(over, carrier)
            self._done(BeatDone(over, ok=True, carrier=carrier, waiting=waiting))
            if self._orders.new_key:
                with spending.on_account(payer):
                    await self._changing.change(over)
            # A report can wait until it costs nothing.
            if over is Uplink.PRIMARY and clock.boot_s() >= self._report_next_s:
                await self._report()

    def shown(self, known: HeartbeatStatus) -> HeartbeatStatus:
        """Return how reporting does, together with what the core knows of it."""
        return replace(self.status, mute=known.mute)

    async def close(self) -> None:
        """Let go of what carriers keep between two beats."""
        await self._carriers.close()

    async def _beat(self, command: BeatCommand, status: Status) -> Waiting:
        carrier, over = self._carriers.of(command.carrier), command.over
        await self._seal.prepare()
        composed = await self._composing.compose(
            status, over, command.interval_s, carrier.room_bytes, self._seal.size_bytes
        )
        beat = composed.beat
        answer = await carrier.send(
            over, self._seal.seal(beat), lambda found: self._seal.is_answer(found, beat)
        )
        ack = self._seal.open(answer, beat)
        if self._muting is not None:
            await self._muting.chosen(herald=ack.herald)
        return await self._composing.take(composed, ack)

    async def _text(self, command: BeatCommand, status: Status) -> None:
        """Send a beat that nobody answers."""
        try:
            async with asyncio.timeout(BEAT_S):
                if self._texts is not None:
                    await self._texts.send(command, status)
        except TROUBLE as error:
            self._log.warning("beat_not_texted", reason=str(error) or "the disk takes too long")

    async def _tell(self, *, mute: bool) -> None:
        """Tell people whether the centre is mute, as far as they don't know; that stops no beat."""
        if self._muting is None:
            return
        try:
            async with asyncio.timeout(DISK_S):
                await self._muting.look(mute=mute)
        except (sqlite3.Error, TimeoutError) as error:
            self._log.warning("mute_not_told", reason=str(error) or "the disk takes too long")

    async def _report(self) -> None:
        """Send one after-action report that the centre does not have; one a beat is soon enough."""
        if self._sending_report.locked():  # by another beat, which is still under way
            return
        try:
            async with self._sending_report, asyncio.timeout(REPORT_S):
                if (found := await self._reporting.next()) is not None:
                    await self._send_report(*found)
        except TROUBLE as error:
            self._report_next_s = clock.boot_s() + REPORT_AGAIN_S
            reason = str(error) or "no answer in time"
            self._log.warning("report_not_at_centre", reason=reason)

    async def _send_report(self, pending: Pending, body: bytes) -> None:
        headers = (*await self._seal.proof(), ("content-type", "application/zlib"))
        answer = await self._carriers.https.post(Uplink.PRIMARY, REPORT, body, headers)
        if answer.status not in (200, NEVER_TAKEN):
            raise CarrierError(f"the centre answered {answer.status}")
        await self._reporting.done_with(pending)
        taken = answer.status == 200
        self._log.info("report_at_centre", incident=pending.number, taken=taken)

    def _succeeded(self, over: Uplink, carrier: Carrier) -> None:
        if self.status.reason:
            self._log.info("centre_reached", over=str(over), carrier=str(carrier))
        self.status = HeartbeatStatus(enabled=True, acknowledged=clock.Clock().now(), over=over)

    def _failed(self, over: Uplink, carrier: Carrier, reason: str) -> None:
        if reason != self.status.reason:
            self._log.warning(
                "centre_not_reached", over=str(over), carrier=str(carrier), reason=reason
            )
        self.status = replace(self.status, reason=reason)
