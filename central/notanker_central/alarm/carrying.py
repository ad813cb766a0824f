"""Carries messages: a thread for each channel, so that one that hangs holds up no other."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from notanker.core import delivery as way
from notanker.core.delivery import Delivery
from notanker.core.marks import repeated
from notanker.core.moment import Moment
from notanker.core.names import Outcome, PluginHealth
from notanker.core.ways import Carrier, choices
from notanker_central.alarm import outbox
from notanker_central.alarm.channels import (
    Carry,
    ChannelError,
    Letter,
    PermanentError,
    RetryError,
    by_apprise,
    by_command,
    by_webhook,
)
from notanker_central.alarm.people import COMMAND, WEBHOOK
from notanker_central.alarm.settings import Alarm, Channel
from notanker_central.clock import Clock
from notanker_central.store import Store

log: Final = structlog.get_logger(__name__)

LOOK_S: Final = 0.5
ILL_AFTER: Final = 3
"""So many failures in a row, and another way is tried first, if the person has one."""


@dataclass(slots=True)
class Way:
    """One channel and how it does; `reason` is why it failed last, empty while it works."""

    name: str
    kinds: tuple[str, ...]
    carry: Carry
    failures: int = 0
    reason: str = ""
    since_s: float | None = None

    @property
    def carrier(self) -> Carrier:
        """It as the core chooses among several."""
        ill = self.failures >= ILL_AFTER
        health = PluginHealth.DEGRADED if ill else PluginHealth.OK
        return Carrier(self.name, self.kinds, health)


def ways_of(alarm: Alarm, wall_s: Callable[[], float]) -> tuple[Way, ...]:
    """Return all channels that central.toml names."""
    found: list[Way] = []
    if alarm.command:
        found.append(Way(COMMAND, (COMMAND,), by_command(alarm.command)))
    if alarm.webhook:
        carry = by_webhook(alarm.webhook, alarm.secret, wall_s)
        found.append(Way(WEBHOOK, (WEBHOOK,), carry))
    found += [
        Way(channel.name, channel.kinds or (channel.name,), _carry(channel, wall_s))
        for channel in alarm.channel
    ]
    return tuple(found)


def _carry(channel: Channel, wall_s: Callable[[], float]) -> Carry:
    if channel.apprise is not None:
        return by_apprise(channel.apprise)
    if channel.webhook is not None:
        return by_webhook(channel.webhook, channel.secret, wall_s)
    return by_command(channel.command)


class Carrying:
    """All channels at work on one outbox."""

    def __init__(self, store: Store, alarm: Alarm, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._per_hour = alarm.per_hour
        self.ways: Final = ways_of(alarm, clock.wall_s)
        self._wake = {way.name: threading.Event() for way in self.ways}
        self._sent: dict[str, list[float]] = {}
        self._taking_up = threading.Lock()
        self._life: threading.Event | None = None

    def _taken_up(self, stop: threading.Event) -> bool:
        """Take up what an earlier life left, once for all channels each time that they begin."""
        with self._taking_up:
            if self._life is not stop:
                try:
                    self.recover()
                except SQLAlchemyError as error:
                    log.warning("outbox_failing", channel="", reason=type(error).__name__)
                    return False
                self._life = stop
            return True

    def recover(self) -> None:
        """Take up what an earlier life of the centre left; `run` does it before anything is carried.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: the database does not answer.
        """
        now = self._clock.moment()
        with self._store.write() as connection:
            left = outbox.recover(connection, now)
            self._sent = outbox.sent_lately(connection, now)
        if left:
            log.info("alarms_taken_up", messages=left)

    def runs(self) -> tuple[Callable[[threading.Event], None], ...]:
        """Return what each channel's thread runs."""
        return tuple(partial(self.run, one) for one in self.ways)

    def wake(self) -> None:
        """Have all channels look at the outbox now."""
        for event in self._wake.values():
            event.set()

    def run(self, one: Way, stop: threading.Event) -> None:
        """Carry what is there for this channel until told to stop."""
        while not stop.is_set() and not self._taken_up(stop):
            stop.wait(LOOK_S)
        while not stop.is_set():
            try:
                more = self.carry(one)
            except SQLAlchemyError as error:
                log.warning("outbox_failing", channel=one.name, reason=type(error).__name__)
                more = False
            if not more:
                self._wake[one.name].wait(LOOK_S)
                self._wake[one.name].clear()

    def carry(self, one: Way) -> bool:
        """Carry the next message for this channel. Returns whether there was one.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: the database does not answer.
        """
        picked = self._begin(one)
        if picked is None:
            return False
        item = picked.item
        after = self._hand_over(one, item, picked.address)
        self._end(item, after)
        return True

    def _begin(self, one: Way) -> outbox.Pick | None:
        with self._store.read() as connection:
            if not outbox.waiting(connection):
                return None
        # Chosen inside the writing transaction: no other channel may take the same.
        with self._store.write() as connection:
            now = self._clock.moment()
            items = outbox.waiting(connection)
            carriers = tuple(each.carrier for each in self.ways)
            picked = outbox.pick(items, carriers, one.name, self._sent, self._per_hour, now.boot_s)
            if picked is None:
                return None
            begun = replace(picked.item, delivery=way.begin(picked.item.delivery, one.name))
            outbox.keep(connection, begun, now)
        return replace(picked, item=begun)

    def _hand_over(self, one: Way, item: outbox.Item, address: str) -> Delivery:
        delivery = item.delivery
        try:
            one.carry(letter(item, address))
        except ChannelError as error:
            self._failed(one, str(error))
            return self._judged(delivery, error)
        self._worked(one)
        return way.sent(delivery)

    def _judged(self, delivery: Delivery, error: ChannelError) -> Delivery:
        now_s = self._clock.steady_s()
        reason = str(error)[:200]
        if isinstance(error, RetryError):
            return way.postponed(delivery, reason, error.after_s, now_s)
        if isinstance(error, PermanentError):
            refused = way.refused(delivery, reason)
            carriers = [each.carrier for each in self.ways]
            others = choices(delivery.ways, carriers, refused.refusing)
            return replace(refused, outcome=Outcome.QUEUED, next_s=now_s) if others else refused
        return outbox.unanswered(way.lost_sight(delivery, reason, now_s), now_s)

    def _end(self, item: outbox.Item, after: Delivery) -> None:
        now = self._clock.moment()
        with self._store.write() as connection:
            outbox.keep(connection, replace(item, delivery=after), now)
            if after.outcome in (Outcome.SENT, Outcome.UNKNOWN) or after.unknowns:
                self._note_sent(after.person, now)
        if after.outcome is Outcome.FAILED:
            log.warning("message_given_up", mark=after.mark, reason=after.reason)

    def _note_sent(self, person: str, now: Moment) -> None:
        kept = [at_s for at_s in self._sent.get(person, []) if now.boot_s - at_s < 3600.0]
        self._sent[person] = [*kept, now.boot_s]

    def _failed(self, one: Way, reason: str) -> None:
        if not one.failures:
            one.since_s = self._clock.wall_s()
            log.warning("channel_failing", channel=one.name, reason=reason[:200])
        one.failures += 1
        one.reason = reason[:200]

    def _worked(self, one: Way) -> None:
        if one.failures:
            log.info("channel_works_again", channel=one.name)
        one.failures, one.reason, one.since_s = 0, "", None


def letter(item: outbox.Item, address: str) -> Letter:
    """Return the message as it is handed over; one that may have left before bears its mark as a repeat."""
    delivery, about = item.delivery, item.about
    times = delivery.unknowns
    texts: Mapping[str, str] = about.text
    if times:
        texts = {key: repeated(text, delivery.mark, times) for key, text in texts.items()}
    return Letter(
        kind=about.kind,
        mark=delivery.mark,
        incident=about.incident,
        repeat=delivery.repeat,
        to={"id": delivery.contact, "name": about.name, "address": address},
        language=about.language,
        text=texts.get(about.language, delivery.text),
        texts=dict(texts),
        common=about.common,
        sites=about.sites,
    )
