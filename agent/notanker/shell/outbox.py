"""The outbox: carries each message to its end, one after the other.

Written before it is handed over, struck out after proof (`core.delivery` has the rules). A disk that does
not take it in time must not stop an alarm: then it goes out all the same.

core.ways        which way it goes             pacing          how many a person gets in an hour
core.merging     what goes with another one    core.chasing    a copy where no report comes
carriers         the plugins                   awaited, taken  what left, and its reports
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from notanker.core import chasing, merging, receipts, turns
from notanker.core import delivery as rules
from notanker.core.allowance import Limits
from notanker.core.delivery import Delivery
from notanker.core.events import MessageSettled
from notanker.core.marks import incident_of, place_of
from notanker.core.names import Outcome
from notanker.core.ways import Choice
from notanker.plugin import SendReport
from notanker.shell import clock, journal
from notanker.shell.awaited import Awaited
from notanker.shell.carriers import Carriers
from notanker.shell.journal import Journal
from notanker.shell.logs import Log
from notanker.shell.pacing import Pacing
from notanker.shell.summary import summary_of
from notanker.shell.taken import Taken

WAIT_FOR_DISK_S: Final = 2.0
MOST_REVISIONS: Final = 3
"""What a slow disk has not taken before its words are others again goes out as it was last written down."""
LOOK_AGAIN_S: Final = 15.0
"""A message without a report is looked at again so soon where no other way was open."""


class Outbox:
    """All messages on their way.

    Args:
        store: Where they are written down.
        carriers: The plugins that carry messages.
        settled: Called with the end of each message, and again with better proof of it.
        log: Where changes are logged.
        wait_for_disk_s: A message waits so long to be written down, then it goes out all the same.
        language: Of the words that merge a storm.
        limits: Gives the plan's limits.
        heard: Tells of an all-clear (its mark) whether its person may have heard of the incident.
        revised: Returns a message as it is true now, or with its end if nothing in it is so any more.
    """

    def __init__(
        self,
        store: Journal,
        carriers: Carriers,
        settled: Callable[[MessageSettled], None],
        log: Log,
        wait_for_disk_s: float = WAIT_FOR_DISK_S,
        language: str = "de",
        limits: Callable[[], Limits] = Limits,
        heard: Callable[[str], bool] = lambda _: True,
        revised: Callable[[Delivery], Delivery] = lambda delivery: delivery,
    ) -> None:
        self._store = store
        self._carriers: Final = carriers
        self._settled = settled
        self._log = log
        self._wait_for_disk_s = wait_for_disk_s
        self._language = language
        self._limits: Final = limits
        self._heard: Final = heard
        self._revised: Final = revised
        self._open: dict[str, Delivery] = {}
        self._awaited: Final = Awaited(store)
        self._pacing: Final = Pacing(limits)
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
        now_s = clock.boot_s()
        return bool(self._carrying) or any(self._pacing.due_s(d) <= now_s for d in self._heads())

    def add(self, delivery: Delivery, written: asyncio.Future[Any]) -> None:
        """Take a new message; `written` ends once it is on disk."""
        if delivery.mark in self._open:
            return
        self._open[delivery.mark] = delivery
        self._written[delivery.mark] = written
        self._renew(delivery.person)
        self._join(delivery)
        self._withdraw(delivery)
        self._merge(delivery.person)
        self._wake.set()

    def take_up(
        self,
        deliveries: Iterable[Delivery],
        told: Collection[str] = (),
        reports: Iterable[str] = (),
        handed: Mapping[str, list[float]] | None = None,
    ) -> None:
        """Take the messages that a restart found: on their way, or over and nobody was told.

        Args:
            deliveries: The messages.
            told: Marks of those whose end is known already: only their report is waited for.
            reports: Keys of the status reports that were taken already.
            handed: When each person was sent something in the last hour, in boot seconds.
        """
        self._taken.take_up(reports)
        self._pacing.take_up(handed or {})
        now_s = clock.boot_s()
        for kept in sorted(deliveries, key=lambda kept: place_of(kept.mark)):
            found = rules.recovered(kept, now_s)
            if found.over and found.mark in told:
                self._awaited.keep(found, self._limits().report_s)
            else:
                self._open[found.mark] = chasing.concluded(found)
        for known in tuple(self._open.values()):
            self._withdraw(known)
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
            self._chase()
            now_s = clock.boot_s()
            heads = self._heads()
            due = [d for d in heads if self._pacing.due_s(d) <= now_s]
            if due:
                await self._advance(min(due, key=turns.urgency))
                continue
            self._wake.clear()
            times = [*(self._pacing.due_s(d) for d in heads), self._awaited.next_s()]
            next_s = min((at_s for at_s in times if at_s is not None), default=None)
            await self._rest(None if next_s is None else next_s - now_s)

    def _take_report(self, report: SendReport) -> None:
        """Believe a report, at once and once."""
        if report.fate == "pending" or not self._taken.is_new(report):
            return
        waiting = (*self._awaited, *self._open.values())
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
        if chasing.lost(delivery, report.reference):
            return chasing.without_first(delivery)
        others = self._carriers.another(delivery) and not self._overtaken(delivery)
        later = rules.undelivered(delivery, report.reason, clock.boot_s(), others=others)
        return chasing.concluded(later)

    def _overtaken(self, delivery: Delivery) -> bool:
        """Tell whether a later message of the incident left: no alarm goes out after its all-clear."""
        return any(
            (other.person, other.incident) == (delivery.person, delivery.incident)
            and other.attempts > 0
            and place_of(other.mark) > place_of(delivery.mark)
            for other in (*self._awaited, *self._open.values())
        )

    def _chase(self) -> None:
        """Send a copy of what left and of which no report has come, where another way is open."""
        for delivery in self._awaited.overdue():
            again = chasing.begun(delivery, clock.boot_s())
            held = self._pacing.due_s(again) > clock.boot_s() or self._overtaken(delivery)
            if held or not self._carriers.another(delivery, well=True):
                self._awaited.look_again(delivery, LOOK_AGAIN_S)
                continue
            self._awaited.take(delivery.mark)
            self._open[delivery.mark] = again
            self._written[delivery.mark] = self._store.do(journal.update(again))
            self._log.warning("message_without_report", mark=delivery.mark)

    def _keep(self, delivery: Delivery) -> None:
        """Put a message back where it belongs after a report."""
        if delivery.mark in self._awaited and delivery.over:
            self._awaited.change(delivery)
        else:
            self._awaited.take(delivery.mark)
            self._open[delivery.mark] = delivery

    def _waiting(self, person: str) -> list[Delivery]:
        """Return what waits for that person and is not being carried."""
        theirs = (d for d in self._open.values() if d.person == person)
        return [d for d in theirs if d.mark != self._carrying]

    def _renew(self, person: str) -> None:
        """Bring what waits up to now: what says the same as the new message by now goes with it."""
        for known in self._waiting(person):
            later = self._revised(known) if known.unsaid else known
            if later is not known:
                self._open[later.mark] = later
            if later.over and not known.over:
                self._store.do(journal.update(later))

    def _join(self, new: Delivery) -> None:
        """Let one message stand for its twin: two roles, or two contacts, with one address."""
        new = self._open[new.mark]
        twin = merging.twin(new, self._waiting(new.person))
        if twin is not None:
            self._replace(merging.joined(twin, new), [new.mark])
            self._log.info("message_joined", mark=new.mark, carrier=twin.mark)

    def _withdraw(self, clear: Delivery) -> None:
        """End what waits for an all-clear's person and is no longer true."""
        if clear.mark not in self._open:
            return
        waiting = self._waiting(clear.person)
        for one in merging.withdrawn(clear, waiting, self._heard):
            self._open[one.mark] = one
            self._store.do(journal.update(one))

    def _merge(self, person: str) -> None:
        """Make one message of a storm; what was merged is in it before it is struck out."""
        waiting = self._waiting(person)
        held = any(map(self._pacing.is_held, waiting))
        storm = merging.storm(waiting, merging.MOST_HELD if held else merging.MOST_WAITING)
        if storm is None:
            return
        one = merging.merged(storm, summary_of(storm, self._language))
        self._replace(one, [other.mark for other in storm.others])
        self._log.warning("messages_merged", mark=one.mark, carries=len(one.carries))

    def _replace(self, one: Delivery, others: list[str]) -> None:
        """Have one message stand for others; on the disk it does before they are struck out."""
        self._open[one.mark] = one
        for other in others:
            self._open.pop(other)
            self._written.pop(other, None)
        self._written[one.mark] = self._store.do(journal.merge(one, others))

    def _heads(self) -> list[Delivery]:
        return turns.heads(self._open.values())

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
        later = chasing.concluded(rules.proven(self._with_reports(later)))
        self._open[later.mark] = later
        asked = replace(delivery, next_s=later.next_s, questions=later.questions)
        if later == asked and not later.over:
            return  # a modem that is away for a day must not cost 86,400 synced writes
        await self._on_disk(self._store.do(journal.update(later)))
        known = self._open.get(later.mark)
        if known is None:
            return  # merged meanwhile
        if known.over:
            self._finish(known)
        elif known.unsaid:
            self._reconsider(known)

    def _reconsider(self, known: Delivery) -> None:
        """Look at what came while the channel had a message, which it surely did not send."""
        self._renew(known.person)
        self._join(known)
        for one in self._waiting(known.person):
            self._withdraw(one)

    def _with_reports(self, delivery: Delivery) -> Delivery:
        """Return the message with all the parts that were reported while it was being carried."""
        return replace(delivery, arrived=self._open[delivery.mark].arrived)

    async def _step(self, delivery: Delivery) -> Delivery:
        if delivery.outcome is Outcome.UNKNOWN:
            return await self._ask(delivery)
        if delivery.outcome is Outcome.HANDED_OVER:  # a fault of our own broke that off
            return rules.lost_sight(delivery, "broken off", clock.boot_s())
        choices = self._carriers.choose(delivery)
        if choices:
            return await self._send(delivery, choices)
        if trouble := self._carriers.trouble(delivery):
            return rules.refused(delivery, trouble)
        return self._carriers.postponed(delivery)

    async def _send(self, delivery: Delivery, choices: Sequence[Choice]) -> Delivery:
        """Hand the message over; a channel that will never take it gives way to the next at once."""
        if (written := self._written.pop(delivery.mark, None)) is not None:
            await self._on_disk(written)
        later = delivery
        for choice in choices:
            later = await self._hand_over(delivery, choice)
            if later.outcome is not Outcome.FAILED:
                return later
            delivery = replace(delivery, attempts=later.attempts, refusing=later.refusing)
        return later

    async def _hand_over(self, delivery: Delivery, choice: Choice) -> Delivery:
        before = self._revised(self._with_reports(delivery))
        for _ in range(MOST_REVISIONS):
            if before.over:
                return before
            begun = rules.begin(before, choice.carrier)
            self._open[begun.mark] = begun
            await self._on_disk(self._store.do(journal.update(begun)))
            before = self._with_reports(before)
            if (proof := rules.proven(before)).over:
                return proof  # an earlier copy has arrived meanwhile
            written, before = before, self._revised(before)
            if written == before:  # what is on the disk is what is handed over
                break
        if before.over:
            return before
        later = await self._carriers.hand_over(before, begun, choice)
        self._pacing.count(later)
        return later

    async def _ask(self, delivery: Delivery) -> Delivery:
        """Ask the channel that had it whether it left."""
        left = await self._carriers.ask(delivery)
        if self._open[delivery.mark].outcome is not Outcome.UNKNOWN:
            return self._open[delivery.mark]  # its report came first
        return rules.found(delivery, left, clock.boot_s())

    def _finish(self, delivery: Delivery) -> None:
        del self._open[delivery.mark]
        self._carriers.forget(delivery.mark)
        self._awaited.keep(delivery, self._limits().report_s)
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
        outcome, attempts = delivery.outcome, delivery.attempts
        # What was not sent went with nothing: each has the reason itself.
        reason = delivery.mark if outcome is not Outcome.FAILED else delivery.reason
        for mark in delivery.carries:
            self._settled(MessageSettled(mark, incident_of(mark), outcome, attempts, reason))
        self._settled(
            MessageSettled(
                delivery.mark,
                delivery.incident,
                outcome,
                attempts,
                delivery.reason,
                delivery.channel,
            )
        )

    async def _on_disk(self, written: asyncio.Future[Any]) -> None:
        done, _ = await asyncio.wait([written], timeout=self._wait_for_disk_s)
        if not done or written.exception() is not None:
            self._log.warning("message_not_written_yet")
