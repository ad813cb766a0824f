"""A storm of messages to one person becomes one that says so: nobody reads the eleventh SMS of a minute.

Nothing is dropped. The most severe goes first, as it stands; what waits behind it is merged into the latest,
which names the marks that it stands for, and their end is its end. The same text for the same address goes
once, whether two roles share it or two contacts. And an alarm that was still waiting when all is well again
is withdrawn, with its all-clear if that person has heard of nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final

from notanker.core.delivery import Delivery
from notanker.core.lineage import Kind
from notanker.core.marks import incident_of, place_of
from notanker.core.names import Outcome

MOST_WAITING: Final = 3
"""So many messages may wait for one person; a fourth makes a summary of those behind the first."""
MOST_HELD: Final = 2
"""The same for a person who has had so many in this hour that these have to wait."""
WITHDRAWN: Final = "withdrawn: all was well before it could be sent"


@dataclass(frozen=True, slots=True)
class Storm:
    """What is to be merged: the `latest` stands for the `others`, oldest first."""

    latest: Delivery
    others: tuple[Delivery, ...]


def storm(waiting: Iterable[Delivery], most: int = MOST_WAITING) -> Storm | None:
    """Return what is to be merged of one person's messages, given in their order; None while it is calm.

    Only what surely has not left is merged: what may have keeps its own mark. A message that carries
    others already may be merged again.
    """
    unsaid = [d for d in waiting if d.unsaid]
    if len(unsaid) <= most:
        return None
    first = min(unsaid, key=lambda d: d.rank)  # the first of the most severe
    rest = [d for d in unsaid if d is not first]
    return Storm(rest[-1], tuple(rest[:-1]))


def merged(found: Storm, text: str) -> Delivery:
    """Return the message that stands for all of them.

    Args:
        found: What is merged.
        text: What the person reads, in one SMS.
    """
    return replace(
        found.latest,
        text=text,
        rank=min(d.rank for d in (*found.others, found.latest)),
        carries=tuple(carried(found)),
        pieces=1,
        sums_up=True,
    )


def carried(found: Storm) -> list[str]:
    """Return the marks that the merged message stands for, its own excepted."""
    marks: dict[str, None] = {}
    for one in (*found.others, found.latest):
        marks |= dict.fromkeys(one.carries)
        if one is not found.latest:
            marks[one.mark] = None
    return list(marks)


def twin(new: Delivery, waiting: Iterable[Delivery]) -> Delivery | None:
    """Return the message that says the same to the same address and has not left yet; it stands for both."""
    if not new.unsaid or new.carries or not new.contact:  # an answer is nobody's twin
        return None
    return next(
        (
            one
            for one in waiting
            if one.mark != new.mark
            and one.unsaid
            and (one.incident, one.kind, one.ways) == (new.incident, new.kind, new.ways)
            and _unmarked(one) == _unmarked(new)
        ),
        None,
    )


def joined(one: Delivery, new: Delivery) -> Delivery:
    """Return the message that stands for its twin as well; it goes when the first of the two may."""
    return replace(one, carries=(*one.carries, new.mark), next_s=min(one.next_s, new.next_s))


def _unmarked(delivery: Delivery) -> str:
    before, mark, after = delivery.text.rpartition(delivery.mark)
    return f"{before}{after}" if mark else delivery.text


def withdrawn(
    clear: Delivery, waiting: Iterable[Delivery], heard: Callable[[str], bool]
) -> tuple[Delivery, ...]:
    """Return what is not sent any more once this all-clear is there, each with its end and the reason.

    Args:
        clear: The all-clear.
        waiting: All that waits.
        heard: Tells of its mark whether its person may have got an earlier message of the incident.
    """
    if clear.kind != Kind.CLEAR or not clear.unsaid:
        return ()
    theirs = [
        one
        for one in waiting
        if one.mark != clear.mark and one.contact == clear.contact and one.person == clear.person
    ]
    about = [one for one in theirs if _is_of(one, clear.incident)]
    # What stands for other incidents as well goes out, and so does the all-clear after it.
    taken = [one for one in about if one.unsaid and _is_only_of(one, clear)]
    if about and len(taken) == len(about) and not heard(clear.mark):
        taken.append(clear)
    return tuple(replace(one, outcome=Outcome.FAILED, reason=WITHDRAWN) for one in taken)


def _is_of(one: Delivery, incident: int) -> bool:
    return any(incident_of(mark) == incident for mark in (one.mark, *one.carries))


def _is_only_of(one: Delivery, clear: Delivery) -> bool:
    marks = (one.mark, *one.carries)
    return all(incident_of(mark) == clear.incident for mark in marks) and all(
        place_of(mark) < place_of(clear.mark) for mark in marks
    )
