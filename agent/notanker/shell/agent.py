"""The agent: puts the parts together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from notanker import __version__
from notanker.config.model import Config
from notanker.core import state, view
from notanker.core.budget import Purpose
from notanker.core.commands import (
    Announce,
    Bear,
    Beat,
    Command,
    Compose,
    Cut,
    CyclePower,
    Probe,
    Report,
    Show,
    Switch,
)
from notanker.core.events import Answered, BeatDone, Event, ModemSeen, PeopleKnown, SystemsKnown
from notanker.core.facts import Started
from notanker.core.findings import findings
from notanker.core.names import Uplink
from notanker.core.status import ModemStatus, Status
from notanker.core.wording import Pair
from notanker.plan.words import in_language
from notanker.shell import clock
from notanker.shell.announcing import Announcer
from notanker.shell.centre import Centre
from notanker.shell.clock import Clock
from notanker.shell.collecting import Collecting
from notanker.shell.control import Control
from notanker.shell.counters import Counters
from notanker.shell.gateway import gateway, shaping
from notanker.shell.inbox import Inbox
from notanker.shell.journal import Journal
from notanker.shell.logs import Log
from notanker.shell.meter import Meter
from notanker.shell.modem import Modem, modem_words
from notanker.shell.nameservers import NameServers, Servers
from notanker.shell.ordering import Orders
from notanker.shell.outside import Outside
from notanker.shell.passive import Listener
from notanker.shell.planning import Planning
from notanker.shell.plugin_limits import PluginSpec
from notanker.shell.plugin_supervisor import PluginProcess
from notanker.shell.posting import composer_of, outbox_of, resume
from notanker.shell.probes.prober import Prober
from notanker.shell.recorder import Recorder, numbers_used, read_past
from notanker.shell.ringing import Ringing
from notanker.shell.routing import Routing
from notanker.shell.runtime import Action, Runtime
from notanker.shell.settings import (
    budget_of,
    forwarder_of,
    interfaces_of,
    kernel_of,
    launch_of,
    resolvers_of,
    settings_of,
    systems_of,
    telling_of,
    zone_of,
)
from notanker.shell.snapshot import Snapshot
from notanker.shell.tasks import Tasks

if TYPE_CHECKING:
    from notanker.shell.panel import Panel


class Agent:
    """The parts of one site's agent, and how they hang together."""

    def __init__(self, config: Config, findings: tuple[str, ...], log: Log) -> None:
        self._config = config
        self._log = log
        self._findings = findings
        self._journal_trouble: Pair | None = None
        self._clock = Clock()
        self._tasks = Tasks(log)
        self._kernel = kernel_of(config)
        servers = NameServers(resolvers_of(config), self._kernel.next_hop)
        self._planning = Planning(
            config, self._plan_taken, log, lambda: self._runtime.state, servers
        )
        interfaces = interfaces_of(config)
        self._snapshot = Snapshot(config.paths.status, self._status, log)
        self._store = Journal(config.paths.journal, self._journal_changed)
        self._plugins = {
            plugin.name: PluginProcess(
                PluginSpec(plugin.name, plugin.kind, plugin.options),
                on_change=lambda _: self._show(),
                log=log,
                launch=launch_of(config.paths),
            )
            for plugin in config.plugin
        }
        channels = [self._plugins[name] for name in config.alerts.sms]
        self._ringing = Ringing(
            channels,
            lambda: self._runtime.state.incidents.open,
            lambda: self._planning.plan,
            lambda: self._outbox.busy,
            self._happen,
            log,
        )
        self._composer = composer_of(
            config, lambda: self._runtime.state, self._planning, self._clock.now, log
        )
        self._outbox = outbox_of(
            config, self._store, channels, self._ringing.settled, self._composer, log
        )
        self._outside = self._make_outside()
        self._inbox = Inbox(self._store, self._make_orders().hear, log)
        self._meter = self._make_meter()
        self._prober = Prober(
            interfaces,
            self._answered,
            self._shown,
            servers,
            self._account(Purpose.STANDBY),
        )
        self._forwarder = forwarder_of(config, log)
        self._routing = Routing(
            self._kernel, interfaces, self._happen, self._prober.reopen, log, self._forwarder
        )
        self._listener = Listener(interfaces, self._happen)
        self._gateway = gateway.gateway_of(
            config, lambda: self._planning.plan, lambda: self._runtime.state, log, servers
        )
        self._shaper = shaping.shaper_of(config, log)
        self._modem = self._make_modem()
        self._panel = self._make_panel()
        self._centre = self._make_centre(interfaces, servers)

    async def start(self) -> None:
        """Find out where the site stands, and start every part."""
        self._loop = asyncio.get_running_loop()
        self._store.start()
        route = self._routing.prepare()
        past = await read_past(self._store, self._log)
        used = numbers_used(past, self._config.paths.reports)
        now = self._clock.now()
        settings = settings_of(self._config, self._planning.plan)
        recorder = Recorder(self._config, self._store, self._outbox, self._composer, self._log)
        self._runtime = Runtime(
            state.start(settings, now, route, past.facts, used),
            self._clock,
            self._actions(recorder),
            recorder.record,
            self._prober.drain,
        )
        resume(self._outbox, past, now)
        recorder.record([Started(now, route, __version__)])
        self._start_parts(recorder)
        self._routing.links()
        self._routing.path()
        self._log.info("agent_started", site=settings.site, route=str(route), version=__version__)

    async def stop(self) -> None:
        """End every part. The switch stays as it is: the rule is the state."""
        self._runtime.stop()
        await self._tasks.cancel()
        await self._prober.close()
        self._kernel.close()
        await asyncio.to_thread(self._store.close)
        self._log.info("agent_stopped")

    def take_plan_soon(self) -> None:
        """Take the plan in its folder into force."""
        self._tasks.once("plan", self._planning.take())

    def _start_parts(self, recorder: Recorder) -> None:
        for name, plugin in self._plugins.items():
            self._tasks.keep(f"plugin {name}", plugin.run)
        panel = self._config.panel.plugin if self._config.panel else None
        for name, plugin in self._plugins.items():
            if name != panel:  # the panel's own part collects from it
                self._tasks.keep(f"collecting {name}", self._collecting(plugin).run)
        self._tasks.keep("outbox", self._outbox.run)
        self._tasks.keep("ringing", self._ringing.run)
        self._tasks.keep("inbox", self._inbox.run)
        self._tasks.keep("plan in force", self._planning.watch)
        self._tasks.keep("netlink", self._routing.watch)
        self._tasks.keep("routing", self._routing.follow)
        self._tasks.keep("snapshot", self._snapshot.run)
        self._tasks.keep("counters", self._listener.run)
        self._tasks.keep("meter", self._meter.run)
        path, deeds = self._config.paths.control, self._outside.deeds()
        self._tasks.keep("control", Control(path, self._plugins, self._log, deeds).run)
        if self._modem is not None:
            self._tasks.keep("modem", self._modem.run)
        if self._panel is not None:
            self._tasks.keep("panel", self._panel.run)
        if self._gateway is not None:
            self._tasks.keep("gateway", self._gateway.run)
        else:
            self._tasks.once("gateway", gateway.clear_away())
        if self._shaper is not None:
            self._tasks.keep("shaping", self._shaper.run)
        else:
            self._tasks.once("shaping", shaping.clear_away())
        self._tasks.once("reports", recorder.catch_up())
        self.take_plan_soon()

    def _actions(self, recorder: Recorder) -> Mapping[type[Command], Action]:
        return {
            Probe: self._prober.send,
            Switch: lambda command: self._tasks.once("switch", self._routing.switch(command)),
            Cut: self._cut,
            Beat: self._beat,
            Bear: self._bear,
            CyclePower: self._cycle_power,
            Compose: self._outside.compose,
            Announce: self._outside.announce,
            Show: lambda _: self._show(),
            Report: lambda c: self._tasks.once("report", recorder.save_report(c.incident)),
        }

    def _make_orders(self) -> Orders:
        return Orders(
            self._config.orders,
            lambda: self._planning.plan,
            lambda: self._runtime.state.incidents.open,
            self._status,
            self._store,
            self._outbox,
            self._happen,
            self._outside,
        )

    def _make_outside(self) -> Outside:
        announcer = Announcer(
            self._plugins, self._tasks.once, self._written, self._happen, self._log
        )
        return Outside(
            self._config,
            lambda: self._runtime.state,
            lambda: self._planning.plan,
            self._clock.now,
            announcer,
            self._tasks,
            self._happen,
            self._show,
            self._log,
        )

    async def _written(self) -> None:
        """Wait until all that has happened until now is on disk."""
        await self._store.do(lambda _: None)

    def _collecting(self, plugin: PluginProcess) -> Collecting:
        return Collecting(
            plugin,
            self._outbox.report,
            self._inbox.take,
            self._happen,
            lambda: self._outbox.in_doubt or self._runtime.state.incidents.unanswered,
            self._log,
        )

    def _make_modem(self) -> Modem | None:
        name = self._config.backup.modem
        if name is None:
            return None
        return Modem(self._plugins[name], self._modem_changed, self._happen, self._clock, self._log)

    def _make_panel(self) -> Panel | None:
        if self._config.panel is None:
            return None
        from notanker.shell import panel  # most sites have none

        return panel.panel_of(
            self._config,
            self._plugins,
            self._status,
            self._happen,
            self._clock.now,
            self._written,
            self._outside.offering.press,
            self._log,
        )

    def _make_meter(self) -> Meter:
        return Meter(
            Counters(self._config.backup.interface),
            self._config.paths.ledger,
            budget_of(self._config),
            lambda: self._modem.month if self._modem else None,
            partial(clock.offset_s, zone=zone_of(self._config.site.time_zone)),
            self._happen,
            self._clock.now,
            self._log,
        )

    def _account(self, purpose: Purpose) -> Callable[[int], None]:
        return partial(self._meter.charge, purpose)

    def _make_centre(self, interfaces: Mapping[Uplink, str], servers: Servers) -> Centre | None:
        if (centre := self._config.centre) is None:
            return None
        return Centre(
            self._config.site.id,
            centre,
            interfaces,
            servers,
            self._store,
            self._config.paths.reports,
            self._happen,
            lambda: self._runtime.state,
            self._log,
            self._account(Purpose.HEARTBEAT),
            self._outbox,
            self._config.site.language,
            self._planning.fetch_soon,
        )

    def _modem_changed(self, status: ModemStatus) -> None:
        self._happen(ModemSeen(modem_words(status)))
        self._snapshot.soon()

    def _show(self) -> None:
        self._snapshot.soon()
        if self._panel is not None:
            self._panel.changed()

    def _cycle_power(self, command: CyclePower) -> None:
        if self._panel is not None:
            self._tasks.once("power cycle", self._panel.cycle(command))

    def _happen(self, event: Event) -> None:
        self._runtime.happen(event)

    def _answered(self, number: int, refusal: str) -> None:
        self._runtime.happen(Answered(number, refusal))

    def _shown(self, number: int, expires_s: float) -> None:
        self._runtime.happen(Answered(number, expires_s=expires_s))

    def _cut(self, command: Cut) -> None:
        self._tasks.once("cut", self._routing.cut(command))
        if self._gateway is not None:
            self._gateway.changed()

    def _beat(self, command: Beat) -> None:
        if self._centre is None:
            self._loop.call_soon(self._happen, BeatDone(command.over, ok=True))
        else:
            self._tasks.once("beat", self._centre.beat(command, self._status()))

    def _bear(self, command: Bear) -> None:
        if self._modem is not None:
            self._tasks.once("bear", self._modem.bear(command))

    def _plan_taken(self) -> None:
        if self._gateway is not None:
            self._gateway.changed()
        self._happen(PeopleKnown(telling_of(self._config, self._planning.plan)))
        self._happen(SystemsKnown(systems_of(self._planning.plan)))
        self._snapshot.soon()

    def _journal_changed(self, trouble: str) -> None:
        """Hear from the journal's thread that writing fails, or works again."""
        self._loop.call_soon_threadsafe(self._journal_told, trouble)

    def _journal_told(self, trouble: str) -> None:
        self._journal_trouble = (f"Journal: {trouble}", f"journal: {trouble}") if trouble else None
        if trouble:
            self._log.error("journal_not_written", reason=trouble)
        else:
            self._log.info("journal_written")
        self._snapshot.soon()

    def _said(self, pairs: Iterable[Pair]) -> Iterator[str]:
        """Yield each sentence in the site's language."""
        return (in_language(pair, self._config.site.language) for pair in pairs)

    def _status(self) -> Status:
        status = view.status_of(self._runtime.state, self._clock.now())
        parts = (self._routing, self._forwarder, self._gateway, self._shaper, self._panel)
        troubles = (self._journal_trouble, *(part.trouble for part in parts if part is not None))
        return replace(
            status,
            modem=self._modem.status if self._modem else None,
            plugins=tuple(plugin.status for plugin in self._plugins.values()),
            heartbeat=self._centre.shown(status.heartbeat) if self._centre else status.heartbeat,
            plan=self._planning.status,
            box=self._outside.offering.seen(status.box),
            findings=(
                *self._findings,
                *self._said(pair for pair in troubles if pair is not None),
                *self._planning.findings,
                *self._said(findings(status)),
            ),
        )
