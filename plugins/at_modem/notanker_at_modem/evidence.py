"""What is known of SMS that were handed over, and of reports about them. Pure: the time is an argument.

handed over -> the modem says +CMGS          -> left
            -> nothing; a report comes       -> left
            -> nothing; a late +CMGS comes   -> left
            -> nothing at all                -> nobody knows
"""

from __future__ import annotations

from typing import Final

import msgspec

from notanker.plugin import Message

MOST: Final = 100
"""So many SMS are remembered; an outbox has at most a handful under way."""
SAME_DIGITS: Final = 7
SOON_S: Final = 90.0
SLACK_S: Final = 5.0
"""The network writes whole seconds, and centre and switch have clocks of their own."""


class Handed(msgspec.Struct):
    """One part of one SMS.

    Attributes:
        reference: TP-MR: the one in the PDU until the modem tells another.
        told: The modem has said that it left.
        reported: A report of the network names it.
        refused: The modem said that it did not leave. A few say so and send it all the same.
    """

    mark: str
    part: int
    recipient: str
    reference: int
    at_s: float
    told: bool = False
    reported: bool = False
    refused: bool = False

    @property
    def is_open(self) -> bool:
        """Whether nobody knows what became of it."""
        return not self.left and not self.refused

    @property
    def left(self) -> bool:
        """Whether it surely left."""
        return self.told or self.reported


class Reported(msgspec.Struct, frozen=True):
    """A report of the network.

    Attributes:
        took_s: From the service centre's taking it to its delivery, by the network's clock; None if the
            report does not say.
        fresh: It has come in just now, and was not found in a store.
    """

    recipient: str
    reference: int
    at_s: float
    took_s: float | None = None
    fresh: bool = True


class Evidence(msgspec.Struct):
    """All that this process has seen."""

    handed: list[Handed] = msgspec.field(default_factory=list)
    reports: list[Reported] = msgspec.field(default_factory=list)

    def hand_over(self, message: Message, part: int, reference: int, now_s: float) -> Handed:
        """Note that a part is being handed over; what was known of it before is replaced."""
        self.handed = [
            one for one in self.handed if (one.mark, one.part) != (message.mark, part) or one.left
        ][-MOST:]
        one = Handed(message.mark, part, message.recipient, reference, now_s)
        self.handed.append(one)
        return one

    def withdraw(self, handed: Handed) -> None:
        """Note that a part was never handed over."""
        self.handed = [one for one in self.handed if one is not handed]

    def take_late(self, references: list[int]) -> None:
        """Take late `+CMGS` answers: they belong to the last one that got none."""
        for reference in references:
            open_ones = [one for one in self.handed if one.is_open]
            if open_ones:
                open_ones[-1].told, open_ones[-1].reference = True, reference

    def take_report(self, report: Reported) -> None:
        """Take a report: it proves the part that it names.

        A modem may choose a reference of its own and die before it tells it. So a report that names
        nothing known proves the only part to this number whose end is open, if it came in soon after.
        """
        self.reports = [*self.reports, report][-MOST:]
        theirs = [
            one
            for one in self.handed
            if alike(one.recipient, report.recipient) and _fits(one, report)
        ]
        for one in reversed(theirs):
            if one.reference == report.reference:
                one.reported = True
                return
        if not report.fresh or report.took_s is None:
            return
        recent = [one for one in theirs if not one.left and report.at_s - one.at_s <= SOON_S]
        likely = [one for one in recent if one.is_open] or recent
        if len(likely) == 1:
            likely[0].reported = True

    def left(self, message: Message, parts: int) -> bool | None:
        """Say whether every part left that is not known to have left before; None if nobody can tell."""
        wanted = set(range(1, parts + 1)) - set(message.left)
        known = {one.part for one in self.handed if one.mark == message.mark and one.left}
        if wanted <= known:
            return True
        if any(one.mark == message.mark for one in self.handed):
            return None  # some of it is still open
        return True if self._reports_cover(message, wanted) else None

    def parts_left(self, mark: str) -> tuple[int, ...]:
        """Return the parts of a message that surely left."""
        return tuple(sorted({one.part for one in self.handed if one.mark == mark and one.left}))

    def open_since(self) -> float | None:
        """Return when the last part was handed over whose end is open."""
        return max((one.at_s for one in self.handed if one.is_open), default=None)

    def _reports_cover(self, message: Message, wanted: set[int]) -> bool:
        """Say whether reports name every part, after a crash that took the memory of what was sent."""
        named = {one.reference for one in self.reports if alike(one.recipient, message.recipient)}
        taken = {one.reference for one in self.handed if alike(one.recipient, message.recipient)}
        return all((message.reference + part - 1) % 256 in named - taken for part in wanted)


def _fits(one: Handed, report: Reported) -> bool:
    """Say whether the report can be about this part.

    What the centre had for longer than this part is handed over is an older SMS to the same number.
    """
    return one.told or report.took_s is None or report.took_s <= report.at_s - one.at_s + SLACK_S


def alike(one: str, other: str) -> bool:
    """Say whether two spellings may be one number: a report has it with or without its country code.

    Only beside a reference, or for the one SMS whose end is open: by itself this is no proof.
    """
    first, second = ("".join(filter(str.isdigit, text)).lstrip("0") for text in (one, other))
    if min(len(first), len(second)) < SAME_DIGITS:
        return first == second
    return first.endswith(second) or second.endswith(first)
