"""The outbox: carries each message to its end, one after the other.

Written before it is handed over, struck out after proof (`core.delivery` has the rules). A disk that does
not take it in time must not stop an alarm: then it goes out all the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any, Final

from notanker.core import delivery as rules
from notanker.core import merging, receipts
from notanker.core.delivery import Delivery
from notanker.core.events import MessageSettled
from notanker.core.marks import incident_of, place_of, repeated
from notanker.core.names import Outcome, PluginHealth
from notanker.plugin import Message, Permanent, Receipt, Retry, SendReport, Unknown
from notanker.shell import clock, journal
from notanker.shell.journal import Journal
from notanker.shell.logs import Log
from notanker.shell.plugin_faults import PluginDown
from notanker.shell.plugin_supervisor import PluginProcess
from notanker.shell.summary import summary_of
from notanker.shell.taken import Taken

WAIT_FOR_DISK_S: Final = 2.0
DOWN_AGAIN_S: Final = 1.0
"""A plugin that is down comes back soon; the message waits no longer than this for another look."""
MOST_AWAITED: Final = 200
"""So many messages that left are kept in mind for their status report."""


class Outbox:
    """All messages on their way.

    Args:
        store: Where they are written down.
        channels: The plugins that carry messages, in the order in which they are tried.
        settled: Called with the end of each message, and again with better proof of it.
        log: Where changes are logged.
        wait_for_disk_s: A message waits so long to be written down, then it goes out all the same.
        language: Of the words that merge a storm.
    """

    def __init__(
        self,
        store: Journal,
        channels: Sequence[PluginProcess],
        settled: Callable[[MessageSettled], None],
        log: Log,
        wait_for_disk_s: float = WAIT_FOR_DISK_S,
        language: str = "de",
    ) -> None:
        self._store = store
        self._channels = {channel.spec.name: channel for channel in channels}
        self._settled = settled
        self._log = log
        self._wait_for_disk_s = wait_for_disk_s
        self._language = language
        self._open: dict[str, Delivery] = {}
        self._awaited: dict[str, Delivery] = {}
        self._taken: Final = Taken(store)
        self._written: dict[str, asyncio.Future[Any]] = {}
        self._wake = asyncio.Event()
        self._carrying = ""

    @property
    def open(self) -> tuple[Delivery, ...]:
        """The messages of which something is still to be done, the oldest first."""
        return tuple(self._open.values())

    @property
    def in_doubt(self) -> bool:
        """Whether a status report would end somebody's doubt right now."""
        return any(delivery.outcome is Outcome.UNKNOWN for delivery in self._open.values())

    @property
    def busy(self) -> bool:
        """Whether a message waits for a channel, or is with one."""
        return bool(self._carrying) or any(d.next_s <= clock.boot_s() for d in self._heads())

    def add(self, delivery: Delivery, written: asyncio.Future[Any]) -> None:
        """Take a new message; `written` ends once it is on disk."""
        self._open.setdefault(delivery.mark, delivery)
        self._written[delivery.mark] = written
        self._merge(delivery.number)
        self._wake.set()

    def take_up(
        self,
        deliveries: Iterable[Delivery],
        told: Collection[str] = (),
        reports: Iterable[str] = (),
    ) -> None:
        """Take the messages that a restart found: on their way, or over and nobody was told.

        Args:
            deliveries: The messages.
            told: Marks of those whose end is known already: only their report is waited for.
            reports: Keys of the status reports that were taken already.
        """
        self._taken.take_up(reports)
        now_s = clock.boot_s()
        for found in sorted(deliveries, key=lambda found: place_of(found.mark)):
            if found.over and found.mark in told:
                self._await(found)
            else:
                self._open[found.mark] = found if found.over else rules.recovered(found, now_s)
        self._wake.set()

    async def report(self, reports: Iterable[SendReport]) -> None:
        """Take status reports; returns once what follows from them is on disk.

        Raises:
            sqlite3.Error: it cannot be written down; the device keeps the reports.
            TimeoutError: the disk has not taken it in time; likewise.
        """
        for report in reports:
            self._take_report(report)
        self._wake.set()
        await self._taken.pay(self._present, self._wait_for_disk_s)

    async def run(self) -> None:
        """Carry messages until cancelled."""
        while True:
            now_s = clock.boot_s()
            heads = self._heads()
            due = [d for d in heads if d.next_s <= now_s]
            if due:
                await self._advance(min(due, key=_urgency))
                continue
            self._wake.clear()
            next_s = min((d.next_s for d in heads), default=None)
            await self._rest(None if next_s is None else next_s - now_s)

    def _take_report(self, report: SendReport) -> None:
        """Believe a report, at once and once."""
        if report.fate == "pending" or not self._taken.is_new(report):
            return
        waiting = (*self._awaited.values(), *self._open.values())
        about = receipts.match(report.recipient, report.reference, waiting)
        if about is None:
            self._log.info("report_of_no_message")
            return
        later = self._reported(about, report)
        if later != about:
            self._believe(later, report.fate, news=later.outcome is not about.outcome)

    def _believe(self, delivery: Delivery, fate: str, *, news: bool) -> None:
        self._keep(delivery)
        self._taken.changed(delivery)
        self._log.info("message_reported", mark=delivery.mark, fate=fate)
        if news and delivery.over and delivery.mark not in self._open:
            self._tell(delivery)

    def _present(self, delivery: Delivery) -> Delivery:
        known = self._open.get(delivery.mark) or self._awaited.get(delivery.mark)
        return known or delivery

    def _reported(self, delivery: Delivery, report: SendReport) -> Delivery:
        if report.fate == "delivered":
            return rules.delivered(delivery, report.reference)
        refusing = {*delivery.refusing, delivery.channel}
        others = any(name not in refusing for name in self._channels)
        others = others and not self._overtaken(delivery)
        return rules.undelivered(delivery, report.reason, clock.boot_s(), others=others)

    def _overtaken(self, delivery: Delivery) -> bool:
        """Tell whether a later message of the incident left: no alarm goes out after its all-clear."""
        return any(
            (other.number, other.incident) == (delivery.number, delivery.incident)
            and other.attempts > 0
            and place_of(other.mark) > place_of(delivery.mark)
            for other in (*self._awaited.values(), *self._open.values())
        )

    def _keep(self, delivery: Delivery) -> None:
        """Put a message back where it belongs after a report."""
        if delivery.mark in self._awaited and delivery.over:
            self._awaited[delivery.mark] = delivery
            if not delivery.awaits:
                del self._awaited[delivery.mark]
        else:
            self._awaited.pop(delivery.mark, None)
            self._open[delivery.mark] = replace(delivery, next_s=0.0) if delivery.over else delivery

    def _await(self, delivery: Delivery) -> None:
        """Keep in mind a message that left, until its report comes or newer ones need the place."""
        if delivery.awaits:
            self._awaited[delivery.mark] = delivery
        while len(self._awaited) > MOST_AWAITED:
            oldest = self._awaited.pop(next(iter(self._awaited)))
            self._store.do(journal.update(replace(oldest, reported=False, owed=0)))

    def _merge(self, number: str) -> None:
        """Make one message of a storm; what was merged is in it before it is struck out."""
        theirs = (d for d in self._open.values() if d.number == number)
        storm = merging.storm(d for d in theirs if d.mark != self._carrying)
        if storm is None:
            return
        one = merging.merged(storm, summary_of(storm, self._language))
        self._open[one.mark] = one
        for other in storm.others:
            self._open.pop(other.mark)
            self._written.pop(other.mark, None)
        self._written[one.mark] = self._store.do(
            journal.merge(one, [other.mark for other in storm.others])
        )
        self._log.warning("messages_merged", mark=one.mark, carries=len(one.carries))

    def _heads(self) -> Sequence[Delivery]:
        """Return each person's next message: alarms first, else the oldest.

        An all-clear can wait longer than its alarm, so it never overtakes that.
        """
        heads: dict[str, Delivery] = {}
        for delivery in self._open.values():
            head = heads.get(delivery.number)
            if head is None or delivery.rank < head.rank:
                heads[delivery.number] = delivery
        return list(heads.values())

    async def _rest(self, seconds: float | None) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            pass

    async def _advance(self, delivery: Delivery) -> None:
        """Take one message one step further, and write down where it is then."""
        if delivery.over:
            self._finish(delivery)
            return
        self._carrying = delivery.mark
        later = await self._step(delivery)
        self._carrying = ""
        # A report may have come meanwhile, and is better proof than the channel's own answer.
        later = rules.proven(self._with_reports(later))
        self._open[later.mark] = later
        asked = replace(delivery, next_s=later.next_s, questions=later.questions)
        if later == asked and not later.over:
            return  # a modem that is away for a day must not cost 86,400 synced writes
        await self._on_disk(self._store.do(journal.update(later)))
        if later.over:
            self._finish(self._open[later.mark])

    def _with_reports(self, delivery: Delivery) -> Delivery:
        """Return the message with all the parts that were reported while it was being carried."""
        return replace(delivery, arrived=self._open[delivery.mark].arrived)

    async def _step(self, delivery: Delivery) -> Delivery:
        if delivery.outcome is Outcome.UNKNOWN:
            return await self._ask(delivery)
        if delivery.outcome is Outcome.HANDED_OVER:  # a fault of our own broke that off
            return rules.lost_sight(delivery, "broken off", clock.boot_s())
        channels = self._choose(delivery)
        if channels:
            return await self._send(delivery, channels)
        return self._postponed(delivery)

    def _postponed(self, delivery: Delivery) -> Delivery:
        """Keep a message while there is nobody to hand it to."""
        reasons = [channel.status.reason for channel in self._channels.values()]
        reason = next(filter(None, reasons), "no channel")
        return rules.postponed(delivery, reason, DOWN_AGAIN_S, clock.boot_s())

    async def _send(self, delivery: Delivery, channels: Sequence[PluginProcess]) -> Delivery:
        """Hand the message over; a channel that will never take it gives way to the next at once."""
        if (written := self._written.pop(delivery.mark, None)) is not None:
            await self._on_disk(written)
        later = delivery
        for channel in channels:
            later = await self._hand_over(delivery, channel)
            if later.outcome is not Outcome.FAILED:
                return later
            delivery = replace(delivery, attempts=later.attempts, refusing=later.refusing)
        return later

    async def _hand_over(self, delivery: Delivery, channel: PluginProcess) -> Delivery:
        before = self._with_reports(delivery)
        delivery = rules.begin(before, channel.spec.name)
        self._open[delivery.mark] = delivery
        await self._on_disk(self._store.do(journal.update(delivery)))
        if (proof := rules.proven(self._with_reports(before))).over:
            return proof  # an earlier copy has arrived meanwhile
        try:
            receipt = await channel.call("send", _message(delivery), answer=Receipt)
        except Retry as error:
            now_s = clock.boot_s()
            return rules.postponed(delivery, error.reason, error.after_s, now_s, error.left)
        except PluginDown as error:  # surely not handed over: this was no attempt
            return rules.postponed(before, error.reason, DOWN_AGAIN_S, clock.boot_s())
        except Permanent as error:
            return rules.refused(delivery, error.reason, error.left)
        except Unknown as error:
            return rules.lost_sight(delivery, error.reason, clock.boot_s(), error.left)
        return rules.sent(delivery, receipt.references, reported=receipt.report)

    async def _ask(self, delivery: Delivery) -> Delivery:
        """Ask the channel that had it whether it left."""
        channel = self._channels.get(delivery.channel)
        left: bool | None = None
        if channel is not None:
            try:
                left = await channel.call("find_sent", _asked_about(delivery), answer=_MAYBE)
            except (Retry, Permanent, Unknown, PluginDown) as error:
                self._log.info("message_still_unknown", mark=delivery.mark, reason=error.reason)
        if self._open[delivery.mark].outcome is not Outcome.UNKNOWN:
            return self._open[delivery.mark]  # its report came first
        return rules.found(delivery, left, clock.boot_s())

    def _choose(self, delivery: Delivery) -> Sequence[PluginProcess]:
        """Return the channels to try: those that are well first, else as they are configured.

        The one that has failed with this very message comes last, one that will never take it not at all,
        and a plugin whose child is not there could not take anything.
        """

        def rank(channel: PluginProcess) -> tuple[bool, int]:
            failed = channel.spec.name == delivery.channel
            return failed, _BY_HEALTH.index(channel.status.health)

        willing = (c for name, c in self._channels.items() if name not in delivery.refusing)
        return sorted((c for c in willing if c.pid is not None), key=rank)

    def _finish(self, delivery: Delivery) -> None:
        del self._open[delivery.mark]
        self._await(delivery)
        self._tell(delivery)

    def _tell(self, delivery: Delivery) -> None:
        """Tell what became of a message, and with it of those that were merged into it."""
        self._log.info(
            "message_settled",
            mark=delivery.mark,
            outcome=str(delivery.outcome),
            attempts=delivery.attempts,
            reason=delivery.reason,
        )
        for mark in (*delivery.carries, delivery.mark):
            incident = delivery.incident if mark == delivery.mark else incident_of(mark)
            reason = delivery.reason if mark == delivery.mark else delivery.mark
            self._settled(
                MessageSettled(mark, incident, delivery.outcome, delivery.attempts, reason)
            )

    async def _on_disk(self, written: asyncio.Future[Any]) -> None:
        done, _ = await asyncio.wait([written], timeout=self._wait_for_disk_s)
        if not done or written.exception() is not None:
            self._log.warning("message_not_written_yet")


def _urgency(delivery: Delivery) -> tuple[bool, int, bool, float]:
    """Order what is due: an end costs nothing, then alarms, and none waits for questions about others.

    After a restart there may be a question about each of thirty messages, and again every five seconds.
    """
    asks = delivery.outcome is Outcome.UNKNOWN
    return not delivery.over, delivery.rank, asks, delivery.next_s


_BY_HEALTH: Final = (
    PluginHealth.OK,
    PluginHealth.STARTING,
    PluginHealth.RESTARTING,
    PluginHealth.DEGRADED,
)
_MAYBE: Final[Any] = bool | None


def _asked_about(delivery: Delivery) -> Message:
    """Return the message as it was handed over last: the first copy of an unknown bore no sign of a repeat.

    A device that compares texts would never find it by another one.
    """
    return _message(replace(delivery, unknowns=delivery.unknowns - 1))


def _message(delivery: Delivery) -> Message:
    text = repeated(delivery.text, delivery.mark) if delivery.repeat else delivery.text
    return Message(
        id=delivery.mark,
        mark=delivery.mark,
        recipient=delivery.number,
        text=text,
        attempt=max(delivery.attempts, 1),
        reference=delivery.reference,
        repeat=delivery.repeat,
        left=delivery.left,
    )
