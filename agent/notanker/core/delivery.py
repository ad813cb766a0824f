"""The way of one message: when it is tried, what a lost answer means, and what proves that it arrived.

    queued -> handed over -> sent -> delivered
                 |            |
                 |            +-> failed           the network says so, and no other channel is left
                 +-> unknown -> asked, reported -> sent, delivered, queued
                 +-> failed                        no channel will ever take it

A message is written down before it is handed over. If the answer never comes, or the agent dies in
between, it is `unknown`: its status report is waited for, and the channel is asked whether it left. Only
where nobody can tell it is sent once more, marked as a repeat: a person who gets two copies is better off
than one who gets none, and a person who gets ten stops reading. A third copy, marked as such, goes only where
a restart broke one of them off: what was swallowed once and cut off once would be lost otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from notanker.core.names import Outcome
from notanker.core.ways import SMS, Way

MOST_AGE_S: Final = 24 * 3600.0
"""An alarm that could not be sent in a day is given up, and the report says so."""
MOST_BACKOFF_S: Final = 60.0
MOST_WAIT_S: Final = 600.0
"""A channel that asks to be left alone for longer is tried again by then."""
ASK_AGAIN_S: Final = 5.0
MOST_QUESTIONS: Final = 6
"""Six questions, 5 s apart. With the modem's own 10 s that is time enough for a report that comes within 30 s
of the SMS, and a repeat of one that never left is on the air within 45 s of the first try."""
CAN_WAIT: Final = 2
"""The rank of an all-clear: alarms to others go first."""
MOST_UNKNOWN: Final = 2
"""So many hand-overs without an answer are risked: two, and one more if a restart broke one of them off."""
NO_REFERENCE: Final = -1
"""Stands for a report that bears no reference."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message on its way.

    Attributes:
        mark: `17-1`, unique at the site.
        number: Whom it is for, as the channel writes it.
        channel: Name of the plugin that has it, or had it last.
        attempts: Hand-overs begun.
        unknowns: Hand-overs whose end nobody could tell.
        questions: How often the channel was asked about the present unknown.
        next_s: Not before this, in boot seconds.
        rank: 0 for alarms, then what can wait longer.
        reference: The TP-MR that is asked for in each attempt.
        references: Those under which its parts left, as the channel said.
        reported: Whether a status report was asked for, so that one may come.
        left: Parts, from 1, that surely left in an attempt that did not end well.
        arrived: TP-MRs of the parts whose report says that they were delivered.
        owed: Reports of further copies that may still come once it has arrived: they prove nothing else.
        refusing: Channels that will never take this message.
        carries: Marks of the messages that were merged into this one.
        sums_up: Whether its words say so: what carries a twin alone does not.
        pieces: SMS that the text takes.
        contact: Whose message it is.
        channels: How the person is reached, in order; empty for the number alone.
        kind: What it is to its incident, as `lineage` has it.
        broken: Hand-overs that a restart broke off.
        chased: Whether a copy goes, or went, because no report came (`chasing`).
        first: The channel of the copy before that one.
        earlier: The references of that copy.
    """

    mark: str
    incident: int
    number: str
    text: str
    queued_s: float
    outcome: Outcome = Outcome.QUEUED
    attempts: int = 0
    unknowns: int = 0
    questions: int = 0
    next_s: float = 0.0
    reason: str = ""
    channel: str = ""
    rank: int = 0
    reference: int = 0
    references: tuple[int, ...] = ()
    reported: bool = False
    left: tuple[int, ...] = ()
    arrived: tuple[int, ...] = ()
    owed: int = 0
    refusing: tuple[str, ...] = ()
    carries: tuple[str, ...] = ()
    pieces: int = 1
    contact: str = ""
    channels: tuple[Way, ...] = ()
    kind: str = ""
    broken: int = 0
    chased: bool = False
    first: str = ""
    earlier: tuple[int, ...] = ()
    sums_up: bool = False

    @property
    def ways(self) -> tuple[Way, ...]:
        """How the person is reached, the first way first."""
        return self.channels or ((Way(SMS, self.number),) if self.number else ())

    @property
    def person(self) -> str:
        """Whose eyes it is for: two contacts with one number are one person, as far as a phone can tell."""
        return self.number or self.contact

    @property
    def most_unknown(self) -> int:
        """How many hand-overs without an answer are risked."""
        return MOST_UNKNOWN + min(self.broken, 1)

    @property
    def unsaid(self) -> bool:
        """Whether surely nothing of it has left: its words may become others, or go with another's."""
        maybe_left = self.unknowns or self.left or self.chased
        return self.outcome is Outcome.QUEUED and not maybe_left

    @property
    def over(self) -> bool:
        """Whether nothing more will be done about it; a report may still come."""
        return self.outcome in (Outcome.SENT, Outcome.DELIVERED, Outcome.FAILED) or (
            self.outcome is Outcome.UNKNOWN
            and self.unknowns >= self.most_unknown
            and not self.asking
        )

    @property
    def asking(self) -> bool:
        """Whether the channel is still worth asking about an unknown."""
        return self.outcome is Outcome.UNKNOWN and self.questions < MOST_QUESTIONS

    @property
    def awaits(self) -> bool:
        """Whether a status report may come that is this message's."""
        if self.outcome is Outcome.SENT:
            return self.reported or bool(self.earlier)
        if self.outcome is Outcome.DELIVERED:
            return self.owed > 0
        return self.outcome in (Outcome.UNKNOWN, Outcome.HANDED_OVER) or (
            self.outcome is Outcome.QUEUED and self.unknowns > 0
        )

    @property
    def repeat(self) -> bool:
        """Whether it may have left before, so that a copy must be known as one."""
        return self.unknowns > 0


def begin(delivery: Delivery, channel: str) -> Delivery:
    """Note that it is being handed over; this must be on disk before it really is."""
    attempts = delivery.attempts + 1
    return replace(delivery, outcome=Outcome.HANDED_OVER, attempts=attempts, channel=channel)


def sent(
    delivery: Delivery, references: tuple[int, ...] = (), *, reported: bool = False
) -> Delivery:
    """Note that it left, and under which references its report will come."""
    return replace(
        delivery, outcome=Outcome.SENT, reason="", references=references, reported=reported
    )


def refused(delivery: Delivery, reason: str, left: tuple[int, ...] = ()) -> Delivery:
    """Note that this channel will never take it."""
    refusing = (*delivery.refusing, delivery.channel) if delivery.channel else delivery.refusing
    return replace(
        delivery,
        outcome=Outcome.FAILED,
        reason=reason,
        refusing=refusing,
        left=_both(delivery, left),
    )


def withdrawn(delivery: Delivery, reason: str) -> Delivery:
    """Note that it is not said any more: what it says is over, or somebody else's by now.

    A copy that may have left cannot be called back; then no further one goes.
    """
    if not delivery.unknowns:
        return replace(delivery, outcome=Outcome.FAILED, reason=reason)
    unknowns = delivery.unknowns if delivery.chased else delivery.most_unknown
    return replace(
        delivery,
        outcome=Outcome.UNKNOWN,
        unknowns=unknowns,
        questions=MOST_QUESTIONS,
        reason=reason,
    )


def postponed(
    delivery: Delivery,
    reason: str,
    after_s: float | None,
    now_s: float,
    left: tuple[int, ...] = (),
) -> Delivery:
    """Note that it surely did not leave, or not all of it, and when to try again."""
    if now_s - delivery.queued_s > MOST_AGE_S:
        return refused(delivery, reason, left)
    backoff_s = min(2.0 ** min(delivery.attempts, 10), MOST_BACKOFF_S)
    wait_s = backoff_s if after_s is None else min(max(after_s, 0.0), MOST_WAIT_S)
    return replace(
        delivery,
        outcome=Outcome.QUEUED,
        reason=reason,
        next_s=now_s + wait_s,
        left=_both(delivery, left),
    )


def lost_sight(
    delivery: Delivery, reason: str, now_s: float, left: tuple[int, ...] = ()
) -> Delivery:
    """Note that it was handed over, and nobody knows what became of it."""
    return replace(
        delivery,
        outcome=Outcome.UNKNOWN,
        unknowns=delivery.unknowns + 1,
        questions=0,
        reason=reason,
        next_s=now_s,
        left=_both(delivery, left),
    )


def _both(delivery: Delivery, left: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(sorted({*delivery.left, *left}))


def found(delivery: Delivery, left: bool | None, now_s: float) -> Delivery:
    """Take the channel's answer on whether it left; None where it cannot tell (yet)."""
    if left:
        return sent(delivery)
    if left is False:
        return replace(
            delivery, outcome=Outcome.QUEUED, unknowns=delivery.unknowns - 1, next_s=now_s
        )
    delivery = replace(delivery, questions=delivery.questions + 1, next_s=now_s + ASK_AGAIN_S)
    if delivery.asking or delivery.unknowns >= delivery.most_unknown:
        return delivery
    return replace(delivery, outcome=Outcome.QUEUED, next_s=now_s)


def delivered(delivery: Delivery, reference: int | None) -> Delivery:
    """Take a report that says it arrived, or one part of it.

    That is the best proof there is: it ends every doubt, and a repeat that was about to go is not sent.
    """
    if delivery.outcome is Outcome.DELIVERED:
        return replace(delivery, owed=max(0, delivery.owed - 1))
    number = NO_REFERENCE if reference is None else reference
    return proven(replace(delivery, arrived=tuple(sorted({*delivery.arrived, number}))))


def proven(delivery: Delivery) -> Delivery:
    """Call it delivered if the reports say so of every part.

    One that is being handed over is left alone: a report may be there before the modem's own answer, and
    is looked at again after that.
    """
    if delivery.outcome in (Outcome.HANDED_OVER, Outcome.DELIVERED) or not delivery.arrived:
        return delivery
    if delivery.pieces > 1 and not _whole(delivery):
        return delivery
    return replace(delivery, outcome=Outcome.DELIVERED, reason="", owed=_owed(delivery))


def _owed(delivery: Delivery) -> int:
    """Return how many more reports may come of what has just arrived: each copy that left has its own."""
    copies = delivery.unknowns + (delivery.outcome is Outcome.SENT)
    return max(0, copies * delivery.pieces - len(delivery.arrived))


def _whole(delivery: Delivery) -> bool:
    """Tell whether every part of one of its copies has arrived."""
    arrived, earlier = set(delivery.arrived), set(delivery.earlier)
    return _every_part(delivery) <= arrived or (bool(earlier) and earlier <= arrived)


def _every_part(delivery: Delivery) -> set[int]:
    """Return the references of which each must be reported before a long message is whole.

    Those that the channel said; where its answer was lost, those that were asked for. Of parts that left in
    an earlier attempt nothing more is known than that, as of any SMS without a report.
    """
    if len(delivery.references) + len(delivery.left) >= delivery.pieces:
        return set(delivery.references)
    missing = (part for part in range(1, delivery.pieces + 1) if part not in delivery.left)
    return {(delivery.reference + part - 1) % 256 for part in missing}


def undelivered(delivery: Delivery, reason: str, now_s: float, *, others: bool) -> Delivery:
    """Take a report that says it will never arrive.

    Args:
        delivery: The message.
        reason: The network's own words.
        now_s: Now, in boot seconds.
        others: Whether another channel is left to take it.
    """
    if delivery.outcome in (Outcome.DELIVERED, Outcome.HANDED_OVER, Outcome.FAILED):
        return delivery
    # Only this copy is known to be lost: another, whose end nobody knows, may still arrive.
    copies = delivery.unknowns - (delivery.outcome is not Outcome.SENT)
    refusal = replace(refused(delivery, reason), unknowns=max(0, copies))
    if not others:
        return refusal
    return replace(refusal, outcome=Outcome.QUEUED, next_s=now_s, references=(), left=())


def recovered(delivery: Delivery, now_s: float) -> Delivery:
    """Take up a message after a restart: what was being handed over then is unknown now."""
    delivery = replace(delivery, queued_s=now_s)  # the boot clock may be another one
    if delivery.over:
        return delivery  # its report may still come, and take that end back
    if delivery.outcome is Outcome.HANDED_OVER:
        # Its report may have been there before the end: then nothing is asked, or repeated.
        broken_off = replace(lost_sight(delivery, "restart", now_s), broken=delivery.broken + 1)
        return proven(broken_off)
    return replace(delivery, next_s=now_s, questions=0)
