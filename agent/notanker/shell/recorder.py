"""Writes down what happened: facts to the journal, messages to the outbox, reports to files."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path
from typing import Final

from notanker.config.model import Config
from notanker.core.facts import Fact, Queued
from notanker.core.incident import Incident
from notanker.files import replace_file
from notanker.shell import clock, codec, journal
from notanker.shell.composing import Composer
from notanker.shell.journal import Journal, Past
from notanker.shell.logs import Log
from notanker.shell.outbox import Outbox

PAST_S: Final = 3.0
"""A journal that cannot be read in this time is not waited for: the line comes first."""


class Recorder:
    """The site's memory.

    Args:
        config: The configuration.
        store: The journal.
        outbox: Where new messages go.
        composer: Makes the messages' texts, and knows the state that they are made from.
        log: Where changes are logged.
    """

    def __init__(
        self,
        config: Config,
        store: Journal,
        outbox: Outbox,
        composer: Composer,
        log: Log,
    ) -> None:
        self._config = config
        self._store = store
        self._outbox = outbox
        self._site = composer.site
        self._plan = composer.plan
        self._log = log
        self._composer = composer

    def record(self, facts: list[Fact]) -> None:
        """Write the facts of one step, and what is to be sent because of them, in one transaction."""
        now_s = clock.boot_s()
        said = [fact for fact in facts if isinstance(fact, Queued)]
        deliveries = [self._composer.delivery(queued, now_s) for queued in said]
        for fact in facts:
            kind, values = codec.encode_fact(fact)
            self._log.info("fact", kind=kind, fields=values)
        written = self._store.do(journal.append(facts, deliveries))
        written.add_done_callback(self._written)
        for delivery in deliveries:
            self._outbox.add(delivery, written)

    async def save_report(self, number: int) -> None:
        """Write the after-action report of an incident."""
        folder = self._config.paths.reports
        data = await self._report(number)
        try:
            await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
            await asyncio.to_thread(replace_file, folder / f"{number}.json", data, sync=True)
        except OSError as error:
            self._log.error("report_not_written", incident=number, reason=str(error))

    async def _report(self, number: int) -> bytes:
        """Return the report; what only the journal knows is left out while that does not answer."""
        # Seldom wanted, and heavier than all else here.
        from notanker.shell import account

        incident, around = self._incident(number), account.Surroundings()
        try:
            async with asyncio.timeout(PAST_S):
                around = await self._store.do(account.surroundings(number))
        except (TimeoutError, sqlite3.Error) as error:
            reason = str(error) or "the journal does not answer"
            self._log.warning("report_without_journal", incident=number, reason=reason)
        site, plan = self._config.site.id, self._plan()
        made = await asyncio.to_thread(account.report, incident, site, plan, around)
        return codec.encode(made)

    async def catch_up(self) -> None:
        """Write the reports that a crash came before."""
        for incident in self._site().recent:
            written = (self._config.paths.reports / f"{incident.number}.json").exists()
            if incident.reopened or not written:  # one of an earlier end may be there
                await self.save_report(incident.number)

    def _incident(self, number: int) -> Incident:
        known = self._site().incidents.all
        return next(incident for incident in known if incident.number == number)

    def _written(self, future: asyncio.Future[None]) -> None:
        if not future.cancelled() and (error := future.exception()) is not None:
            self._log.error("fact_lost", reason=str(error))


async def read_past(store: Journal, log: Log) -> Past:
    """Read what the journal knows, within a bound: without it the agent starts all the same."""
    try:
        async with asyncio.timeout(PAST_S):
            past = await store.do(journal.past)
    except (TimeoutError, sqlite3.Error) as error:
        log.error("past_unknown", reason=str(error) or "the journal does not answer")
        return Past(known=False)
    if past.unreadable:
        log.warning("facts_unreadable", count=past.unreadable)
    return past


def numbers_used(past: Past, reports: Path) -> int:
    """Return the highest incident number that people may have heard, as far as the journal cannot tell.

    Reports are files of their own. Where the journal is lost or locked, one incident more may have been
    open without a report.
    """
    numbers = (int(file.stem) for file in reports.glob("*.json") if file.stem.isdigit())
    reported = max(numbers, default=0)
    lost = not past.known or (reported > 0 and not past.facts)
    return reported + lost
