"""The plugins that carry messages: which way one goes, how it is handed over, what the answer means."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any, Final

from notanker.core import delivery as rules
from notanker.core import ways
from notanker.core.delivery import Delivery
from notanker.core.lineage import Lineage
from notanker.core.marks import repeated
from notanker.core.names import Outcome
from notanker.core.ways import Choice, Way
from notanker.plugin import (
    Earlier,
    Link,
    Message,
    MessageKind,
    Permanent,
    Receipt,
    Retry,
    Unknown,
)
from notanker.shell import clock
from notanker.shell.logs import Log
from notanker.shell.plugin_faults import PluginDown
from notanker.shell.plugin_supervisor import PluginProcess

DOWN_AGAIN_S: Final = 1.0
"""A plugin that is down comes back soon; the message waits no longer than this for another look."""
PATIENCE_S: Final = 10.0
"""A channel that asks for more time than this is not waited for where another way is open."""
MOST_RESTING: Final = 500
_MAYBE: Final[Any] = bool | None

Tells = Callable[[str, str], Lineage]
"""Returns what a message (its mark) is to its incident, for a channel (its name)."""


LinkOf = Callable[[Delivery, Choice, Lineage], Awaitable[Link | None]]
"""Returns the link by which the reader of a message takes its incident on, None for none."""


def _unknown_lineage(_mark: str, _channel: str) -> Lineage:
    return Lineage()


async def _no_link(_delivery: Delivery, _choice: Choice, _lineage: Lineage) -> None:
    return None


class Carriers:
    """All plugins that carry messages.

    Args:
        channels: The plugins, in the order in which they are configured.
        log: Where changes are logged.
        lineage: Tells what a message is to its incident.
        link: Makes the links of alarms.
    """

    def __init__(
        self,
        channels: Sequence[PluginProcess],
        log: Log,
        lineage: Tells = _unknown_lineage,
        link: LinkOf = _no_link,
    ) -> None:
        self._channels: Final = {channel.spec.name: channel for channel in channels}
        self._log: Final = log
        self._lineage: Final = lineage
        self._link: Final = link
        self._resting: dict[tuple[str, str], float] = {}

    def choose(self, delivery: Delivery) -> tuple[Choice, ...]:
        """Return the ways that are open to it now, the best first."""
        now = self._as_they_are(delivery)
        return ways.choices(delivery.ways, now, delivery.refusing, delivery.channel)

    def another(self, delivery: Delivery, *, well: bool = False) -> bool:
        """Tell whether another way than the last is left, and with `well` whether one is open at once."""
        now = self._as_they_are(delivery)
        if well:
            now = [one for one in now if one.health in ways.WELL]
        else:
            now = [replace(one, here=True, resting=False) for one in now]
        refusing = (*delivery.refusing, delivery.channel)
        return bool(ways.choices(delivery.ways, now, refusing))

    def trouble(self, delivery: Delivery) -> str:
        """Return why nobody will ever take it, empty while somebody may."""
        kinds = ways.nobody_takes(delivery.ways, self._as_they_are(delivery))
        return f"no plugin takes {kinds}" if kinds else ""

    def postponed(self, delivery: Delivery) -> Delivery:
        """Keep a message while there is nobody to hand it to."""
        now_s = clock.boot_s()
        reasons = [channel.status.reason for channel in self._channels.values()]
        reason = next(filter(None, reasons), "no channel")
        rests = [at_s for (mark, _), at_s in self._resting.items() if mark == delivery.mark]
        wait_s = min((at_s - now_s for at_s in rests if at_s > now_s), default=DOWN_AGAIN_S)
        return rules.postponed(delivery, reason, min(wait_s, DOWN_AGAIN_S), now_s)

    async def hand_over(self, before: Delivery, begun: Delivery, choice: Choice) -> Delivery:
        """Hand a message over, and return what it is after the answer.

        Args:
            before: As it was before this attempt.
            begun: As it is on the disk now.
            choice: The way that it goes.
        """
        channel = self._channels[choice.carrier]
        link = await self._link(begun, choice, self._lineage(begun.mark, choice.carrier))
        message = self._message(begun, choice, link)
        try:
            receipt = await channel.call("send", message, answer=Receipt)
        except Retry as error:
            return self._retried(begun, error)
        except PluginDown as error:  # surely not handed over: this was no attempt
            return rules.postponed(before, error.reason, DOWN_AGAIN_S, clock.boot_s())
        except Permanent as error:
            return rules.refused(begun, error.reason, error.left)
        except Unknown as error:
            return rules.lost_sight(begun, error.reason, clock.boot_s(), error.left)
        return rules.sent(begun, receipt.references, reported=receipt.report)

    async def ask(self, delivery: Delivery) -> bool | None:
        """Ask the channel that had it whether it left; None where nobody can tell."""
        channel = self._channels.get(delivery.channel)
        if channel is None:
            return None
        # The copy before bore the mark of one repeat less; a device that compares texts knows that one.
        asked = replace(delivery, unknowns=delivery.unknowns - 1)
        way = next((way for way in delivery.ways if way.kind in channel.kinds), None)
        choice = Choice(delivery.channel, way or Way("", delivery.number))
        try:
            left: bool | None = await channel.call(
                "find_sent", self._message(asked, choice), answer=_MAYBE
            )
        except (Retry, Permanent, Unknown, PluginDown) as error:
            self._log.info("message_still_unknown", mark=delivery.mark, reason=error.reason)
            return None
        return left

    def forget(self, mark: str) -> None:
        """Forget who asked to be left alone with a message that is over."""
        for key in [key for key in self._resting if key[0] == mark]:
            del self._resting[key]

    def _retried(self, delivery: Delivery, error: Retry) -> Delivery:
        """Wait as the channel asks, but not for long where another way is open."""
        now_s = clock.boot_s()
        later = rules.postponed(delivery, error.reason, error.after_s, now_s, error.left)
        if later.outcome is not Outcome.QUEUED or later.next_s - now_s <= PATIENCE_S:
            return later
        if not self.another(delivery, well=True) or len(self._resting) >= MOST_RESTING:
            return later
        self._resting[delivery.mark, delivery.channel] = later.next_s
        return replace(later, next_s=now_s)

    def _as_they_are(self, delivery: Delivery) -> list[ways.Carrier]:
        now_s = clock.boot_s()
        return [
            ways.Carrier(
                name,
                channel.kinds,
                channel.status.health,
                here=channel.pid is not None,
                resting=self._resting.get((delivery.mark, name), now_s) > now_s,
            )
            for name, channel in self._channels.items()
        ]

    def _message(self, delivery: Delivery, choice: Choice, link: Link | None = None) -> Message:
        text, mark = delivery.text, delivery.mark
        lineage = self._lineage(mark, choice.carrier)
        return Message(
            id=mark,
            mark=mark,
            recipient=choice.way.address,
            text=repeated(text, mark, delivery.unknowns) if delivery.repeat else text,
            attempt=max(delivery.attempts, 1),
            reference=delivery.reference,
            repeat=delivery.repeat,
            left=delivery.left,
            kind=MessageKind(delivery.kind) if delivery.kind else None,
            at_s=lineage.at_s,
            earlier=tuple(Earlier(mark, at_s) for mark, at_s in lineage.earlier),
            link=link,
        )
