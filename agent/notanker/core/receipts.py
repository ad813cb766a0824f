"""Which message a status report is about.

A report names the recipient and a number from 0 to 255 (TP-MR, 3GPP TS 23.040, 9.2.3.6) that comes round
again; a modem may have chosen that number itself, and its answer with it may have been lost. So both are
looked at, and a report that could mean two messages means neither: wrongly matched, it would call an alarm
delivered that is not. For the same reason each report counts once: a copy of one whose message is settled
already would be taken for proof of the next one in doubt to that person.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from notanker.core.delivery import Delivery

SAME_DIGITS: Final = 8
"""Networks write a number with or without country code; its last eight digits tell subscribers apart here."""
MOST_PARTS: Final = 8
MOST_RECIPIENT: Final = 40
"""A name as sender has 11 characters, a number 20 digits; a time in ISO 8601 has 25."""


def key_of(recipient: str, reference: int | None, fate: str, done: str) -> str:
    """Return what is the same of every copy of a report: what it says, not where it lay.

    Args:
        recipient: Whom the SMS was for, as the network writes it.
        reference: Its TP-MR, None if the device does not say.
        fate: What became of it.
        done: When, to the second, as the network says it.
    """
    return f"{recipient[:MOST_RECIPIENT]} {reference} {fate} {done[:MOST_RECIPIENT]}"


def match(recipient: str, reference: int | None, deliveries: Iterable[Delivery]) -> Delivery | None:
    """Return the message that the report is about, None if nobody can tell.

    Args:
        recipient: Whom the SMS was for, as the network writes it.
        reference: Its TP-MR, None if the device does not say.
        deliveries: All messages that wait for a report, the oldest first.
    """
    theirs = [d for d in deliveries if d.awaits and same_subscriber(d.number, recipient)]
    if reference is None:
        return _only(theirs)
    left = [d for d in theirs if reference in (*d.references, *d.earlier)]
    if left:
        return left[-1]  # the number came round: the latest message bears it
    # What was repeated has a copy on its way of which nobody knows the number, even once it has arrived.
    silent = [d for d in theirs if not d.references or d.repeat]
    asked = [d for d in silent if (reference - d.reference) % 256 < MOST_PARTS]
    return _only(asked) or _only(silent)


def _only(deliveries: list[Delivery]) -> Delivery | None:
    return deliveries[0] if len(deliveries) == 1 else None


def same_subscriber(one: str, other: str) -> bool:
    """Tell whether two spellings mean one subscriber: +49 170..., 0049170..., 0170..."""
    first, second = (re.sub(r"\D", "", text) for text in (one, other))
    if min(len(first), len(second)) < SAME_DIGITS:
        return first == second
    return first[-SAME_DIGITS:] == second[-SAME_DIGITS:]
