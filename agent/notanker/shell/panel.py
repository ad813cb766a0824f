"""The panel on the box: shows what the core makes of the status, and tells the core what hands did.

One loop serves it alone. The plugin gets a picture on every change and every few seconds: a panel that has
not heard of the agent for half a minute goes dark rather than show what was.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from notanker.config.model import Config
from notanker.core import panel
from notanker.core.calendar import window_of
from notanker.core.commands import CyclePower
from notanker.core.events import Acknowledged, DrillAsked, Event, PowerChanged, PowerCycleDone
from notanker.core.moment import Moment
from notanker.core.panel import Hours
from notanker.core.status import Status
from notanker.core.wording import Pair
from notanker.lamps import PanelPicture
from notanker.plugin import Collected, Hold, MainsPower, PanelNews, PluginError, PowerCut
from notanker.shell import clock
from notanker.shell.logs import Log
from notanker.shell.plugin_faults import PluginDown
from notanker.shell.plugin_supervisor import PluginProcess
from notanker.shell.settings import zone_of

REFRESH_S: Final = 5.0
RETRY_S: Final = 1.0
CONTACT: Final = "panel"
"""Whoever stands at the box: the panel does not know who that is."""
SPARE_S: Final = 10.0
WRITTEN_S: Final = 10.0
"""A disk that needs longer is full or broken, and does not keep count."""
STUCK: Final = "button_stuck"


def panel_of(
    config: Config,
    plugins: Mapping[str, PluginProcess],
    status: Callable[[], Status],
    happened: Callable[[Event], None],
    now: Callable[[], Moment],
    written: Callable[[], Awaitable[None]],
    press: Callable[[str], None],
    log: Log,
) -> Panel | None:
    """Return the panel that the configuration wants, None if it wants none."""
    if config.panel is None:
        return None
    window, loud = window_of(config.panel.quiet_hours), config.panel.loud_in_incidents
    zone = zone_of(config.site.time_zone)

    def hours() -> Hours:
        return Hours(window, loud, clock.offset_s(now(), zone))

    ways = Ways(status, now, hours, happened, written, press)
    return Panel(plugins[config.panel.plugin], ways, log)


@dataclass(frozen=True, slots=True)
class Ways:
    """What the panel asks of the agent around it.

    Attributes:
        written: Ends once all that has happened until now is on disk.
        press: Releases what was offered under that name.
    """

    status: Callable[[], Status]
    now: Callable[[], Moment]
    hours: Callable[[], Hours]
    happened: Callable[[Event], None]
    written: Callable[[], Awaitable[None]]
    press: Callable[[str], None]


class Panel:
    """The loop of one panel.

    Attributes:
        trouble: What a person must look after at the box, None if nothing.
    """

    def __init__(self, plugin: PluginProcess, ways: Ways, log: Log) -> None:
        self._plugin: Final = plugin
        self._ways: Final = ways
        self._log: Final = log
        self._news: Final = asyncio.Event()
        self._shown: tuple[PanelPicture, float] | None = None
        self._refused = ""
        self.trouble: Pair | None = None

    def changed(self) -> None:
        """Hear that the status is another one."""
        self._news.set()

    async def run(self) -> None:
        """Show, and hear, until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listen())
            group.create_task(self._keep_showing())

    async def cycle(self, order: CyclePower) -> None:
        """Have the router's power cut, and tell the core what became of it."""
        if not await self._is_written():
            reason = "the order cannot be written down, and would be forgotten"
            self._ways.happened(PowerCycleDone(order.incident, ok=False, reason=reason))
            return
        cut = PowerCut(off_s=order.off_s)
        patience_s = order.off_s + SPARE_S
        try:
            await self._plugin.call("cut_power", cut, deadline_s=patience_s, answer=type(None))
        except (PluginError, PluginDown) as error:
            done = PowerCycleDone(order.incident, ok=False, reason=error.reason)
        else:
            done = PowerCycleDone(order.incident, ok=True)
        self._ways.happened(done)

    async def _is_written(self) -> bool:
        """Wait until the order is on disk: who crashes while it is carried out must know of it."""
        try:
            async with asyncio.timeout(WRITTEN_S):
                await self._ways.written()
        except (TimeoutError, sqlite3.Error):
            return False
        return True

    async def _listen(self) -> None:
        """Take the plugin's news; it also has some when it is a new one that shows nothing yet."""
        while True:
            await self._plugin.news.wait()
            self._plugin.news.clear()
            self._shown = None
            self._news.set()
            await self._ask()

    async def _keep_showing(self) -> None:
        while True:
            self._news.clear()
            await self._refresh()
            await self._wait()

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(REFRESH_S):
                await self._news.wait()
        except TimeoutError:
            return

    async def _ask(self) -> None:
        try:
            told = await self._plugin.call("collect", answer=Collected)
        except (PluginError, PluginDown):
            # What it has to say is kept there, or is gone with the child: either way it is asked again.
            await asyncio.sleep(RETRY_S)
            self._plugin.news.set()
            return
        for one in told.panel:
            self._hear(one)
        for happening in told.happenings:
            self._log.warning("panel_happening", what=happening.what, reason=happening.reason)
            self.trouble = _stuck(happening.reason) if happening.what == STUCK else None

    async def _refresh(self) -> None:
        now = self._ways.now()
        picture = panel.picture(self._ways.status(), now, self._ways.hours())
        if self._is_fresh(picture, now.boot_s):
            return
        self._shown = picture, now.boot_s
        try:
            await self._plugin.call("show", picture, answer=type(None))
        except (PluginError, PluginDown) as error:
            self._shown = None
            self._tell(error.reason)
            await asyncio.sleep(RETRY_S)
        else:
            self._tell("")

    def _is_fresh(self, picture: PanelPicture, now_s: float) -> bool:
        """Tell whether just this was shown a moment ago."""
        if self._shown is None or self._shown[0] != picture:
            return False
        return now_s < self._shown[1] + REFRESH_S

    def _hear(self, news: PanelNews) -> None:
        if isinstance(news, MainsPower):
            self._log.info("mains_power", on=news.on)
            self._ways.happened(PowerChanged(news.on))
            return
        self._log.info("panel_pressed", hold=str(news.hold))
        match news.hold:
            case Hold.ACKNOWLEDGE:
                self._ways.happened(Acknowledged(0, CONTACT, CONTACT))
            case Hold.DRILL:
                self._ways.happened(DrillAsked(CONTACT, CONTACT))
            case Hold.RELEASE:
                self._ways.press(news.offer)
            case Hold.SHORT:
                self._log_status()

    def _log_status(self) -> None:
        """Write down what the box has just told somebody."""
        status = self._ways.status()
        number = status.incident.number if status.incident else 0
        self._log.info("panel_asked", line=str(status.line), incident=number)

    def _tell(self, refused: str) -> None:
        if refused and refused != self._refused:
            self._log.warning("panel_not_shown", reason=refused)
        elif self._refused and not refused:
            self._log.info("panel_shown")
        self._refused = refused


def _stuck(reason: str) -> Pair:
    return (
        f"Panel: Die Taste klemmt ({reason}); so lange quittiert sie nichts.",
        f"Panel: the button is stuck ({reason}); until then it acknowledges nothing.",
    )
