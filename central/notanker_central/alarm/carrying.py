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
from notanker.core.names import Outcome, PluginHealth
from notanker.core.ways import Carrier, choices
from notanker_central.alarm import outbox
from notanker_central.alarm.channels import (
    Carry,
    ChannelError,
    Letter,
    NotTriedError,
    PermanentError,
    RetryError,
    Sent,
    by_apprise,
    by_command,
    by_webhook,
)
from notanker_central.alarm.modem import Heard, Modem, unheard
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
    """One channel and how it does.

    Attributes:
        carry: Carries a message; None for a modem.
        modem: Carries a message as SMS, and can be asked what became of it.
        reason: Why it failed last, empty while it works.
    """

    name: str
    kinds: tuple[str, ...]
    carry: Carry | None
    modem: Modem | None = None
    failures: int = 0
    reason: str = ""
    since_s: float | None = None

    @property
    def carrier(self) -> Carrier:
        """It as the core chooses among several."""
        ill = self.failures >= ILL_AFTER
        health = PluginHealth.DEGRADED if ill else PluginHealth.OK
        return Carrier(self.name, self.kinds, health)

    def hand_over(self, letter: Letter, delivery: Delivery) -> Sent:
        """Carry a message, and return what is known of it beside that it left.

        Raises:
            ChannelError: it did not leave, or nobody knows.
        """
        if self.modem is not None:
            return self.modem.send(letter, delivery)
        if self.carry is not None:
            self.carry(letter)
        return Sent()


def ways_of(alarm: Alarm, wall_s: Callable[[], float], heard: Heard = unheard) -> tuple[Way, ...]:
    """Return all channels that central.toml names; `heard` takes the SMS that come in by a modem."""
    found: list[Way] = []
    if alarm.command:
        found.append(Way(COMMAND, (COMMAND,), by_command(alarm.command)))
    if alarm.webhook:
        carry = by_webhook(alarm.webhook, alarm.secret, wall_s)
        found.append(Way(WEBHOOK, (WEBHOOK,), carry))
    found += [
        Way(channel.name, channel.takes, _carry(channel, wall_s), _modem(channel, heard))
        for channel in alarm.channel
    ]
    return tuple(found)


def _modem(channel: Channel, heard: Heard) -> Modem | None:
    if channel.modem is None:
        return None
    return Modem(channel.name, channel.modem, channel.options, heard)


def _carry(channel: Channel, wall_s: Callable[[], float]) -> Carry | None:
    if channel.modem is not None:
        return None
    if channel.apprise is not None:
        return by_apprise(channel.apprise)
    if channel.webhook is not None:
        return by_webhook(channel.webhook, channel.secret, wall_s)
    return by_command(channel.command)


class Carrying:
    """All channels at work on one outbox.

    Args:
        store: Where it is.
        alarm: Which channels there are.
        clock: The time.
        heard: Takes the SMS that come in by a modem.
    """

    def __init__(self, store: Store, alarm: Alarm, clock: Clock, heard: Heard = unheard) -> None:
        self._store = store
        self._clock = clock
        self._per_hour = alarm.per_hour
        self.ways: Final = ways_of(alarm, clock.wall_s, heard)
        self._wake = {way.name: threading.Event() for way in self.ways}
        self._sent: dict[str, list[float]] = {}
        self._doubted: dict[str, float] = {}
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
            asked = [one.name for one in self.ways if one.modem is not None]
            left = outbox.recover(connection, now, asked)
            self._sent = outbox.sent_lately(connection, now)
        if left:
            log.info("alarms_taken_up", messages=left)

    def runs(self) -> tuple[Callable[[threading.Event], None], ...]:
        """Return what each channel's thread runs, and each modem's."""
        modems = (one.modem.run for one in self.ways if one.modem is not None)
        return (*(partial(self.run, one) for one in self.ways), *modems)

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
        if item.delivery.outcome is Outcome.UNKNOWN:
            self._end(item, self._ask(one, item, picked.address))
            return True
        after = self._hand_over(one, item, picked.address)
        if after.outcome in (Outcome.SENT, Outcome.UNKNOWN) or after.unknowns:
            self._note_sent(
                after
            )  # before it is written down: then others may choose for that person
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
            if picked.item.delivery.outcome is Outcome.UNKNOWN:
                return picked
            begun = replace(picked.item, delivery=way.begin(picked.item.delivery, one.name))
            outbox.keep(connection, begun, now)
        return replace(picked, item=begun)

    def _hand_over(self, one: Way, item: outbox.Item, address: str) -> Delivery:
        delivery = item.delivery
        try:
            told = one.hand_over(letter(item, address), delivery)
        except ChannelError as error:
            self._failed(one, str(error))
            return self._judged(one, delivery, error)
        self._worked(one)
        return way.sent(delivery, told.references, reported=told.report)

    def _ask(self, one: Way, item: outbox.Item, address: str) -> Delivery:
        """Ask the channel that had it whether it left."""
        delivery = item.delivery
        # The copy before bore the mark of one repeat less: that is what the modem has.
        before = replace(delivery, unknowns=delivery.unknowns - 1)
        asked = letter(replace(item, delivery=before), address)
        left = one.modem.find_sent(asked, before) if one.modem is not None else None
        after = way.found(delivery, left, self._clock.steady_s())
        if not after.asking:
            self._settle(after, self._doubted.pop(delivery.mark, None), left)
        if left:
            self._worked(one)
        return after

    def _settle(self, delivery: Delivery, at_s: float | None, left: bool | None) -> None:
        """Count what was in doubt for its person's hour, or no more; `at_s` is when it was counted."""
        if left is False:
            theirs = self._sent.get(delivery.person, [])
            self._sent[delivery.person] = [one_s for one_s in theirs if one_s != at_s]
        elif at_s is None:  # an earlier life handed it over
            self._note_sent(delivery)

    def _judged(self, one: Way, delivery: Delivery, error: ChannelError) -> Delivery:
        now_s = self._clock.steady_s()
        reason, left = str(error)[:200], error.left
        if isinstance(error, NotTriedError):
            delivery = replace(delivery, attempts=delivery.attempts - 1)
        if isinstance(error, RetryError):
            return way.postponed(delivery, reason, error.after_s, now_s, left)
        if isinstance(error, PermanentError):
            refused = way.refused(delivery, reason, left)
            carriers = [each.carrier for each in self.ways]
            others = choices(delivery.ways, carriers, refused.refusing)
            return replace(refused, outcome=Outcome.QUEUED, next_s=now_s) if others else refused
        lost = way.lost_sight(delivery, reason, now_s, left)
        return lost if one.modem is not None else outbox.unanswered(lost, now_s)

    def _end(self, item: outbox.Item, after: Delivery) -> None:
        now = self._clock.moment()
        with self._store.write() as connection:
            outbox.keep(connection, replace(item, delivery=after), now)
        if after.outcome is Outcome.FAILED:
            log.warning("message_given_up", mark=after.mark, reason=after.reason)

    def _note_sent(self, delivery: Delivery) -> None:
        person, now_s = delivery.person, self._clock.moment().boot_s
        kept = [at_s for at_s in self._sent.get(person, []) if now_s - at_s < 3600.0]
        self._sent[person] = [*kept, now_s]
        if delivery.asking:
            self._doubted[delivery.mark] = now_s

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
