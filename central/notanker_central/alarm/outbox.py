"""The messages on their way: written down before the first try, struck out after proof.

One row a message, its state as the core has it. What was being handed over when the centre ended may have
left: a modem is asked whether it did, as at a site; any other channel cannot be, and the message goes once
more, marked as a repeat.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, insert, select, update

from notanker.core import allowance
from notanker.core import delivery as way
from notanker.core.delivery import Delivery
from notanker.core.facts import Settled
from notanker.core.merging import Storm, merged
from notanker.core.moment import Moment
from notanker.core.names import ON_ITS_WAY, Outcome
from notanker.core.ways import Carrier, choices
from notanker_central import tables as t
from notanker_central.alarm import record, words

SPACING_S: Final = 60.0
"""At most one message to a person in a minute: what comes in between goes with the next."""


class About(msgspec.Struct, frozen=True):
    """What a program is told beside the text; `heads` says in a few words what the message is about."""

    kind: str
    incident: int
    heads: dict[str, str]
    text: dict[str, str]
    common: dict[str, object]
    sites: dict[str, object]
    language: str = "de"
    name: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One message: its way so far, and what it is about."""

    delivery: Delivery
    about: About


def put(connection: Connection, items: Iterable[Item], now_s: float) -> None:
    """Write new messages down."""
    rows = [
        {
            "mark": item.delivery.mark,
            "incident": item.delivery.incident,
            "person": item.delivery.person[:64],
            "over": False,
            "outcome": item.delivery.outcome,
            "queued_s": now_s,
            "settled_s": None,
            "body": _json(item.delivery),
            "about": _json(item.about),
        }
        for item in items
    ]
    if rows:
        connection.execute(insert(t.alarm_message), rows)


def waiting(connection: Connection) -> list[Item]:
    """Return the messages of which something is still to be done, in the order in which they were put."""
    m = t.alarm_message
    query = select(m.c.body, m.c.about).where(m.c.over.is_(False)).order_by(m.c.queued_s, m.c.mark)
    return [_item(row) for row in connection.execute(query)]


def _item(row: Any) -> Item:
    return Item(
        msgspec.json.decode(row.body, type=Delivery), msgspec.json.decode(row.about, type=About)
    )


def keep(connection: Connection, item: Item, now: Moment) -> None:
    """Write down how far a message is; its end, and that of those that went with it, is a fact."""
    delivery = item.delivery
    over = delivery.over
    settled = delivery.outcome in ON_ITS_WAY or over
    values: dict[str, object] = {"outcome": delivery.outcome, "over": over}
    values |= {"body": _json(delivery), "about": _json(item.about)}
    if settled:
        values["settled_s"] = now.wall_s
    _update(connection, [delivery.mark], values)
    if not settled:
        return
    ends: dict[str, object] = {"over": True, "outcome": delivery.outcome, "settled_s": None}
    _update(connection, delivery.carries, ends)
    facts = [_settled(delivery, delivery.mark, "", now)]
    facts += [_settled(delivery, mark, delivery.mark, now) for mark in delivery.carries]
    record.append(connection, facts)


def _settled(delivery: Delivery, mark: str, reason: str, now: Moment) -> Settled:
    number = int(mark.partition("-")[0])
    why = reason or delivery.reason
    return Settled(now, number, mark, delivery.outcome, delivery.attempts, why, delivery.channel)


def _update(connection: Connection, marks: Iterable[str], values: Mapping[str, object]) -> None:
    listed = list(marks)
    if listed:
        query = update(t.alarm_message).where(t.alarm_message.c.mark.in_(listed))
        connection.execute(query.values(**values))


def recover(connection: Connection, now: Moment, asked: Collection[str] = ()) -> int:
    """Take up what an earlier life of the centre left. Returns how many messages that are.

    Args:
        connection: Writes.
        now: The present.
        asked: The channels that can be asked what became of a message.
    """
    items = waiting(connection)
    for item in items:
        taken_up = way.recovered(item.delivery, now.boot_s)
        if taken_up.channel not in asked:
            taken_up = unanswered(taken_up, now.boot_s)
        keep(connection, replace(item, delivery=taken_up), now)
    return len(items)


def unanswered(delivery: Delivery, now_s: float) -> Delivery:
    """Return a message of whose end nobody knows as it goes on where its channel cannot be asked."""
    while delivery.asking:
        delivery = way.found(delivery, None, now_s)
    return delivery


def sent_lately(connection: Connection, now: Moment) -> dict[str, list[float]]:
    """Return when each person was sent something in the last hour, in boot seconds."""
    m = t.alarm_message.c
    query = (
        select(m.person, m.settled_s)
        .where(m.over, m.settled_s > now.wall_s - allowance.HOUR_S)
        .where(m.outcome.in_([Outcome.SENT, Outcome.DELIVERED, Outcome.UNKNOWN]))
        .order_by(m.settled_s)
    )
    found: dict[str, list[float]] = {}
    for person, settled_s in connection.execute(query):
        ago_s = max(0.0, now.wall_s - settled_s)
        found.setdefault(person, []).append(now.boot_s - ago_s)
    return found


@dataclass(frozen=True, slots=True)
class Pick:
    """What one channel is to carry now.

    Attributes:
        item: The message; it may stand for several. If its end is not known, the channel is asked about it.
        address: Where it goes, or went.
    """

    item: Item
    address: str


def pick(
    items: Iterable[Item],
    carriers: tuple[Carrier, ...],
    mine: str,
    sent: Mapping[str, list[float]],
    per_hour: int,
    now_s: float,
) -> Pick | None:
    """Return what this channel carries next, None if there is nothing for it now."""
    people: dict[str, list[Item]] = {}
    for item in items:
        people.setdefault(item.delivery.person, []).append(item)
    for person, theirs in people.items():
        found = _of_person(theirs, carriers, mine, sent.get(person, []), per_hour, now_s)
        if found is not None:
            return found
    return None


def _of_person(
    items: list[Item],
    carriers: tuple[Carrier, ...],
    mine: str,
    sent: list[float],
    per_hour: int,
    now_s: float,
) -> Pick | None:
    if any(item.delivery.outcome is Outcome.HANDED_OVER for item in items):
        return None  # one at a time: the next may go with what comes meanwhile
    first = min(items, key=lambda item: (item.delivery.unsaid, item.delivery.rank))
    if first.delivery.asking:
        return _asked(first, carriers, mine, now_s)
    opens_s = _opens_s(sent, per_hour, urgent=first.delivery.rank == 0)
    if max(opens_s, first.delivery.next_s) > now_s:
        return None
    open_ways = choices(
        first.delivery.ways, carriers, first.delivery.refusing, _failed(first.delivery)
    )
    if not open_ways or open_ways[0].carrier != mine:
        return None
    return _gathered(first, items, open_ways[0].way.address)


def _asked(item: Item, carriers: tuple[Carrier, ...], mine: str, now_s: float) -> Pick | None:
    """Return a message whose end is not known for the channel that had it, once it is time to ask again."""
    delivery = item.delivery
    if delivery.channel != mine or delivery.next_s > now_s:
        return None
    kinds = next((one.kinds for one in carriers if one.name == mine), ())
    address = next((way.address for way in delivery.ways if way.kind in kinds), delivery.number)
    return Pick(item, address)


def _failed(delivery: Delivery) -> str:
    return delivery.channel if delivery.attempts and delivery.reason else ""


def _opens_s(sent: list[float], per_hour: int, *, urgent: bool) -> float:
    limit_s = allowance.opens_s(sent, per_hour, urgent=urgent)
    return max(limit_s, sent[-1] + SPACING_S if sent else -math.inf)


def _gathered(first: Item, items: list[Item], address: str) -> Pick:
    """Let everything that surely has not left go as one message."""
    unsaid = [item for item in items if item.delivery.unsaid]
    if not first.delivery.unsaid or len(unsaid) < 2:
        return Pick(first, address)
    # The newest stands for all: its mark is on it, and what it says of its incident holds.
    latest, others = unsaid[-1], unsaid[:-1]
    storm = Storm(latest.delivery, tuple(item.delivery for item in others))
    about = _together(unsaid)
    return Pick(Item(merged(storm, about.text[about.language]), about), address)


def _together(items: list[Item]) -> About:
    """Return what several messages are about, the most urgent and newest of each incident first."""
    ranked = sorted(items, key=lambda item: item.delivery.rank)
    latest = {item.about.incident: item.about for item in items}  # a later one says more
    ordered = [latest.pop(i.about.incident) for i in ranked if i.about.incident in latest]
    newest = items[-1]
    if len(ordered) == 1:
        return newest.about
    text = {
        language: words.summary(
            [one.heads[language] for one in ordered], newest.delivery.mark, language
        )
        for language in newest.about.heads
    }
    return msgspec.structs.replace(newest.about, kind="summary", text=text)


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
