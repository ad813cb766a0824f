"""Short messages that belong to no incident: answers to orders, and word of a centre that is mute."""

from __future__ import annotations

from notanker.core.delivery import Delivery
from notanker.core.lineage import Kind
from notanker.core.marks import reference_of
from notanker.shell import clock, journal
from notanker.shell.journal import Journal
from notanker.shell.outbox import Outbox


async def queue(
    store: Journal,
    outbox: Outbox,
    counter: str,
    letter: str,
    to: str,
    text: str,
    rank: int,
    most: int = 1,
) -> None:
    """Have a text sent; what is too long is cut to one SMS, its mark is not.

    Args:
        store: Where it is written down.
        outbox: What carries it.
        counter: The name of the numbers that its mark is taken from.
        letter: What the mark begins with.
        to: Whose telephone it is for.
        text: What it says.
        rank: How long it may wait; see `Delivery`.
        most: In so many SMS it goes out whole.

    Raises:
        sqlite3.Error: there is no number for it.
    """
    number = await store.do(journal.reserve(counter, 1))
    # Only wanted once somebody is told something.
    from notanker.plugin.sms import text as sms

    mark, now_s = f"{letter}-{number}", clock.boot_s()
    said = f"{text} Nr {mark}"
    pieces = sms.segments(said)
    if pieces > most:
        said, pieces = _one_segment(text, mark), 1
    delivery = Delivery(
        mark,
        0,
        to,
        said,
        now_s,
        next_s=now_s,
        rank=rank,
        reference=reference_of(mark),
        pieces=pieces,
        kind=Kind.ANSWER,
    )
    outbox.add(delivery, store.do(journal.update(delivery)))


def _one_segment(text: str, mark: str) -> str:
    from notanker.plugin.sms import text as sms

    tail = f" Nr {mark}"
    return sms.cut(text, sms.SINGLE_UNITS - sms.units(tail)) + tail
