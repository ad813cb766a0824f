"""The loop around the core: events in, commands out, one timer."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, Final

from notanker.core import site
from notanker.core.commands import Command, Record
from notanker.core.events import Event, Woken
from notanker.core.facts import Fact
from notanker.core.state import Site
from notanker.shell.clock import Clock

Action = Callable[[Any], None]

LONGEST_SLEEP_S: Final = 60.0


class Runtime:
    """Holds the site's state and has the core's wishes carried out.

    Args:
        state: The state at the start.
        actions: What to do for each type of command but `Record`.
        record: What to do with the facts of one step, all together.
        before_waking: Called before time is told to the core: what has already arrived must be counted
            before anything is counted as missing.
    """

    def __init__(
        self,
        state: Site,
        clock: Clock,
        actions: Mapping[type[Command], Action],
        record: Callable[[list[Fact]], None],
        before_waking: Callable[[], None],
    ) -> None:
        self.state = state
        self._clock = clock
        self._actions = actions
        self._record = record
        self._before_waking = before_waking
        self._events: deque[Event] = deque()
        self._stepping = False
        self._timer: asyncio.TimerHandle | None = None

    def happen(self, event: Event) -> None:
        """Let the core take an event. Commands may cause further events, which follow in order."""
        self._events.append(event)
        if self._stepping:
            return
        self._stepping = True
        try:
            while self._events:
                self._step(self._events.popleft())
        finally:
            # Whatever went wrong with one event, time goes on for the others.
            self._stepping = False
            self._set_timer()

    def stop(self) -> None:
        """Wake no more."""
        if self._timer is not None:
            self._timer.cancel()

    def _step(self, event: Event) -> None:
        self.state, commands = site.step(self.state, event, self._clock.now())
        facts: list[Fact] = []
        for command in commands:
            if isinstance(command, Record):
                facts.append(command.fact)
            else:
                self._actions[type(command)](command)
        if facts:
            self._record(facts)

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        now = self._clock.now()
        wait_s = min(site.next_wake_s(self.state, now) - now.boot_s, LONGEST_SLEEP_S)
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(max(wait_s, 0.001), self._wake)

    def _wake(self) -> None:
        self._before_waking()
        self.happen(Woken())
