"""Rings after an SMS: one telephone at a time, and only while no message waits for the modem.

What became of a call stands in the record (`call_rang`, `call_answered`, `call_busy`, `call_failed`,
`call_unknown`). Nothing of it is written down before: a crash may cost a ring, never an SMS.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from typing import Final

from notanker.core import ringing as rules
from notanker.core.events import DeviceSaid, MessageSettled
from notanker.core.incident import Incident
from notanker.plan.model import Plan
from notanker.plugin import Call, Permanent, Retry, Rung, Unknown
from notanker.shell import clock
from notanker.shell.logs import Log
from notanker.shell.plugin_faults import PluginDown
from notanker.shell.plugin_supervisor import PluginProcess

DEADLINE_S: Final = 150.0
LOOK_S: Final = 1.0
"""So often it is looked whether the modem is free."""
MOST_WAITING: Final = 100


class Ringing:
    """All calls that are due.

    Args:
        callers: The plugins that may be able to ring, in the order in which they are asked.
        incidents: Gives the open ones.
        plan: Gives the plan, which says whose telephone rings.
        busy: Tells whether a message waits for a modem.
        happened: Takes what became of a call.
        log: Where changes are logged.
    """

    def __init__(
        self,
        callers: Sequence[PluginProcess],
        incidents: Callable[[], tuple[Incident, ...]],
        plan: Callable[[], Plan | None],
        busy: Callable[[], bool],
        happened: Callable[[DeviceSaid | MessageSettled], None],
        log: Log,
    ) -> None:
        self._callers = callers
        self._incidents = incidents
        self._plan = plan
        self._busy = busy
        self._happened = happened
        self._log = log
        self._waiting: asyncio.Queue[str] = asyncio.Queue(MOST_WAITING)
        self._rung: dict[tuple[int, int, str], None] = {}

    def settled(self, event: MessageSettled) -> None:
        """Take the end of a message, and pass it on."""
        self._happened(event)
        with contextlib.suppress(asyncio.QueueFull):  # so many are rung too late for any use
            self._waiting.put_nowait(event.mark)

    async def run(self) -> None:
        """Ring until cancelled."""
        while True:
            mark = await self._waiting.get()
            while self._busy():  # noqa: ASYNC110 - a message becomes due by time alone, too
                await asyncio.sleep(LOOK_S)
            await self._ring(mark)

    async def _ring(self, mark: str) -> None:
        queued = rules.due(self._incidents(), mark, clock.boot_s())
        if queued is None:
            return
        # What has broken again after its all-clear wakes people again.
        again = sum(o.reopened for o in self._incidents() if o.number == queued.incident)
        call = (queued.incident, again, queued.contact)
        if call in self._rung:
            return
        number = _number_of(self._plan(), queued.contact)
        if not number:
            return
        self._note(call)
        for caller in self._callers:
            if "caller" in caller.parts and await self._is_rung(
                caller, Call(mark=mark, number=number)
            ):
                return

    async def _is_rung(self, caller: PluginProcess, call: Call) -> bool:
        """Ring by one plugin; say whether it was dialled, or may have been."""
        try:
            rung = await caller.call("ring", call, deadline_s=DEADLINE_S, answer=Rung)
        except (Retry, Permanent) as error:
            self._tell(caller, call, "call_failed", error.reason)
            return False
        except (PluginDown, Unknown) as error:
            self._tell(caller, call, "call_unknown", error.reason)
            return True
        words = ", ".join(filter(None, (f"{rung.rang_s:.0f} s", rung.reason)))
        self._tell(caller, call, f"call_{rung.how}", words)
        return rung.how != "failed"

    def _tell(self, caller: PluginProcess, call: Call, what: str, reason: str) -> None:
        self._log.info("rung", plugin=caller.spec.name, mark=call.mark, what=what)
        self._happened(DeviceSaid(caller.spec.name, what, f"{call.mark}: {reason}"))

    def _note(self, call: tuple[int, int, str]) -> None:
        self._rung[call] = None
        while len(self._rung) > MOST_WAITING:
            del self._rung[next(iter(self._rung))]


def _number_of(plan: Plan | None, contact_id: str) -> str:
    contact = plan.contact(contact_id) if plan else None
    return contact.call_number() if contact else ""
