"""The agent: puts the parts together, and runs them until it is told to stop."""

from __future__ import annotations

import asyncio
import signal
import socket
import sqlite3
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any, Final

from structlog.typing import FilteringBoundLogger

from notanker import __version__
from notanker.config.model import Config
from notanker.core import site, view
from notanker.core.commands import Beat, Probe, Report, Show, Switch
from notanker.core.delivery import Delivery
from notanker.core.events import Answered, BeatDone, Event, PeopleKnown
from notanker.core.facts import Fact, Queued, Started
from notanker.core.incident import Incident
from notanker.core.names import Uplink
from notanker.core.report import report_of
from notanker.core.settings import Recipient
from notanker.core.status import REFRESH_S, Status
from notanker.plan.accept import Accepted
from notanker.plan.directory import recipients
from notanker.shell import codec, journal, kernel, notify, planning, rights
from notanker.shell.centre import Centre
from notanker.shell.clock import Clock
from notanker.shell.files import replace_file
from notanker.shell.journal import Journal, Past
from notanker.shell.kernel import Kernel, Numbers
from notanker.shell.modem import Modem
from notanker.shell.outbox import Outbox
from notanker.shell.plugin_limits import PluginSpec
from notanker.shell.plugin_supervisor import PluginProcess
from notanker.shell.probes.prober import Prober
from notanker.shell.routing import Routing
from notanker.shell.runtime import Runtime
from notanker.shell.settings import interfaces_of, settings_of
from notanker.shell.texts import text_of

PAST_S: Final = 3.0
"""A journal that cannot be read in this time is not waited for: the line comes first."""
SHOW_S: Final = 0.05
REPORT_S: Final = 1.0


class Agent:
    """One site's agent.

    Args:
        config: Its configuration.
        findings: What is wrong already, in the site's language.
        log: Where changes are logged.
    """

    def __init__(
        self, config: Config, findings: tuple[str, ...], log: FilteringBoundLogger
    ) -> None:
        self._config = config
        self._log = log
        self._clock = Clock()
        self._findings = findings
        self._trouble = ""
        self._tasks: set[asyncio.Task[Any]] = set()
        self._show_timer: asyncio.TimerHandle | None = None
        self._accepted: Accepted = planning.plan_in_force(config.paths)
        self._interfaces = interfaces_of(config)
        self._plugins = {
            plugin.name: PluginProcess(
                PluginSpec(plugin.name, plugin.kind, plugin.options),
                on_change=lambda _: self._show(),
                log=log,
            )
            for plugin in config.plugin
        }

    async def run(self) -> None:
        """Run until SIGTERM or SIGINT."""
        rights.keep_rights_to_oneself()
        self._loop = asyncio.get_running_loop()
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            self._loop.add_signal_handler(number, stop.set)
        self._loop.add_signal_handler(signal.SIGHUP, lambda: self._spawn(self._take_plan()))
        await self._start()
        notify.notify(notify.READY)
        await stop.wait()
        notify.notify(notify.STOPPING)
        await self._stop()

    async def _start(self) -> None:
        self._store = Journal(self._config.paths.journal, self._journal_changed)
        self._store.start()
        gateways = {
            socket.AF_INET: self._config.backup.gateway,
            socket.AF_INET6: self._config.backup.gateway6,
        }
        numbers = Numbers(self._config.kernel.table, self._config.kernel.priority, kernel.own_uid())
        self._kernel = Kernel(self._interfaces, gateways, numbers)
        self._prober = Prober(self._interfaces, self._answered)
        self._routing = Routing(
            self._kernel, self._interfaces, self._happen, self._prober.reopen, self._log
        )
        route, past = await asyncio.gather(self._routing.prepare(), self._past())
        now = self._clock.now()
        settings = settings_of(self._config, self._accepted.plan)
        state = site.start(settings, now, route, past.facts)
        self._runtime = Runtime(
            state, self._clock, self._actions(), self._record, self._prober.drain
        )
        self._make_senders(past)
        self._record([Started(now, route, __version__)])
        self._start_tasks()
        await self._routing.links()
        self._log.info("agent_started", site=settings.site, route=str(route), version=__version__)

    def _make_senders(self, past: Past) -> None:
        channels = [self._plugins[name] for name in self._config.alerts.sms]
        self._outbox = Outbox(self._store, channels, self._happen, self._log)
        self._outbox.take_up(past.deliveries)
        self._modem: Modem | None = None
        if self._config.backup.modem is not None:
            plugin = self._plugins[self._config.backup.modem]
            self._modem = Modem(plugin, self._show, self._clock, self._log)
        self._centre: Centre | None = None
        if self._config.centre is not None:
            resolvers = {
                Uplink.PRIMARY: self._config.primary.resolvers,
                Uplink.BACKUP: self._config.backup.resolvers,
            }
            self._centre = Centre(
                self._config.centre,
                self._interfaces,
                resolvers,
                self._store,
                self._happen,
                self._log,
            )

    def _start_tasks(self) -> None:
        for plugin in self._plugins.values():
            self._spawn(plugin.run())
        self._spawn(self._outbox.run())
        self._spawn(self._routing.watch())
        self._spawn(self._routing.follow())
        self._spawn(self._refresh())
        self._spawn(self._take_plan())
        if self._modem is not None:
            self._spawn(self._modem.run())
        self._write_missing_reports()

    async def _stop(self) -> None:
        self._runtime.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._prober.close()
        self._kernel.close()
        await asyncio.to_thread(self._store.close)
        self._log.info("agent_stopped")

    def _actions(self) -> dict[Any, Any]:
        return {
            Probe: self._prober.send,
            Switch: lambda command: self._spawn(self._routing.switch(command)),
            Beat: self._beat,
            Show: lambda _: self._show(),
            Report: lambda command: self._write_report(command.incident),
        }

    def _happen(self, event: Event) -> None:
        self._runtime.happen(event)

    def _answered(self, number: int, refusal: str) -> None:
        self._runtime.happen(Answered(number, refusal))

    def _beat(self, command: Beat) -> None:
        if self._centre is None:
            self._loop.call_soon(self._happen, BeatDone(command.over, ok=True))
        else:
            self._spawn(self._centre.beat(command.over, self._status()))

    def _record(self, facts: list[Fact]) -> None:
        """Write the facts of one step, and what is to be sent because of them, in one transaction."""
        now_s = self._clock.now().boot_s
        deliveries = [self._delivery(f, now_s) for f in facts if isinstance(f, Queued)]
        for fact in facts:
            self._log.info(
                "fact", kind=type(fact).__name__, incident=getattr(fact, "incident", None)
            )
        written = self._store.do(journal.append(facts, deliveries))
        written.add_done_callback(self._written)
        for delivery in deliveries:
            self._outbox.add(delivery, written)

    def _delivery(self, queued: Queued, now_s: float) -> Delivery:
        incident = self._incident(queued.incident)
        plan = self._accepted.plan
        text = text_of(queued, incident, plan, self._config.site.id, self._log)
        return Delivery(queued.mark, queued.incident, queued.number, text, now_s, next_s=now_s)

    def _incident(self, number: int) -> Incident:
        state = self._runtime.state
        known = (*state.recent, *((state.incident,) if state.incident else ()))
        return next(incident for incident in known if incident.number == number)

    def _written(self, future: asyncio.Future[None]) -> None:
        if not future.cancelled() and (error := future.exception()) is not None:
            self._log.error("fact_lost", reason=str(error))

    async def _past(self) -> Past:
        try:
            async with asyncio.timeout(PAST_S):
                past = await self._store.do(journal.past)
        except (TimeoutError, sqlite3.Error) as error:
            self._log.error("past_unknown", reason=str(error) or "the journal does not answer")
            return Past()
        if past.unreadable:
            self._log.warning("facts_unreadable", count=past.unreadable)
        return past

    async def _take_plan(self) -> None:
        self._accepted = await planning.accept_plan(self._config.paths, self._log)
        for problem in self._accepted.problems:
            self._log.warning("plan_problem", problem=problem.sentence("en"))
        people = tuple(
            Recipient(person.contact, person.name, person.number, person.language)
            for person in recipients(self._accepted.plan)
        )
        self._happen(PeopleKnown(people))
        self._show()

    def _journal_changed(self, trouble: str) -> None:
        """Hear from the journal's thread that writing fails, or works again."""
        self._loop.call_soon_threadsafe(self._journal_told, trouble)

    def _journal_told(self, trouble: str) -> None:
        self._trouble = trouble
        if trouble:
            self._log.error("journal_not_written", reason=trouble)
        else:
            self._log.info("journal_written")
        self._show()

    def _status(self) -> Status:
        status = view.status_of(self._runtime.state, self._clock.now())
        troubles = (self._trouble and f"journal: {self._trouble}", self._routing.trouble)
        return replace(
            status,
            modem=self._modem.status if self._modem else None,
            plugins=tuple(plugin.status for plugin in self._plugins.values()),
            heartbeat=self._centre.status if self._centre else status.heartbeat,
            plan=planning.plan_status(self._accepted),
            findings=(*self._findings, *(trouble for trouble in troubles if trouble)),
        )

    def _show(self) -> None:
        """Write the snapshot soon; changes come in bursts."""
        if self._show_timer is None:
            self._show_timer = self._loop.call_later(SHOW_S, self._write_status)

    def _write_status(self) -> None:
        self._show_timer = None
        try:
            replace_file(self._config.paths.status, codec.encode(self._status()), sync=False)
        except OSError as error:
            self._log.error("status_not_written", reason=str(error))

    async def _refresh(self) -> None:
        interval_s = min(REFRESH_S, notify.watchdog_interval_s() or REFRESH_S)
        self._config.paths.run.mkdir(parents=True, exist_ok=True)
        while True:
            self._write_status()
            notify.notify(notify.WATCHDOG)
            await asyncio.sleep(interval_s)

    def _write_report(self, number: int) -> None:
        data = codec.encode(report_of(self._incident(number), self._config.site.id))
        self._spawn(self._save_report(number, data))

    async def _save_report(self, number: int, data: bytes) -> None:
        folder = self._config.paths.reports
        try:
            await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
            await asyncio.to_thread(replace_file, folder / f"{number}.json", data, sync=True)
        except OSError as error:
            self._log.error("report_not_written", incident=number, reason=str(error))

    def _write_missing_reports(self) -> None:
        """Catch up on reports that a crash came before."""
        for incident in self._runtime.state.recent:
            if not (self._config.paths.reports / f"{incident.number}.json").exists():
                self._write_report(incident.number)

    def _spawn(self, coroutine: Coroutine[Any, Any, None]) -> None:
        task = self._loop.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            # No part may take the others with it; systemd restarts us only if the loop itself dies.
            self._log.error("part_failed", part=task.get_name(), exc_info=error)
