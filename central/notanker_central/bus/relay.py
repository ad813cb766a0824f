"""The reception of a receiver that stores nothing itself: it hands each beat to the cluster.

It looks to the doors as `Reception` does. A beat's future is settled by the worker's answer alone, which
comes into a queue of this receiver's own; an empty one means that the beat was refused.
The cluster's confirmation only tells that the beat waits. If it is refused instead, or connection or answer
are lost, the site hears nothing and comes again.
"""

from __future__ import annotations

import collections
import itertools
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import pika
import structlog
from pika.adapters.select_connection import IOLoop
from pika.exceptions import AMQPError

from notanker_central.bus import topology
from notanker_central.counted import Counted
from notanker_central.reception import MOST_WAITING, NotStoredError, Pending, Tell

log: Final = structlog.get_logger(__name__)

ANSWER_S: Final = 10.0
"""So long an answer is waited for."""
_AGAIN_S: Final = 0.2
_SWEEP_S: Final = 1.0
_CLOSE_S: Final = 0.5
"""A node that does not say good-bye within that is left without."""
REFUSED_S: Final = 0.2
"""Who is refused everything for so long begins anew: a channel that published while the queue had no leader
asks the node that led it before, and is refused for as long as that is gone (RabbitMQ 3.10). First by another
channel, which takes no time, then by the next node. Each time that did not help it waits twice as long: the
queue may really be full."""
_MOST_REFUSED_S: Final = 30.0
_DURABLE: Final = 2
_KEY: Final = topology.beat_key("relayed")


@dataclass(slots=True)
class _Sent:
    """A beat under way; `tell` hands on the answer, None if none comes."""

    number: int
    sealed: bytes
    carrier: str
    deadline_s: float
    tell: Callable[[bytes | None], None]


@dataclass(slots=True)
class _Publishing:
    """A channel that beats are published on.

    Attributes:
        anew: Whether it stands for one that was refused everything, and nothing was confirmed on it yet.
        unconfirmed: Our number for each that it counted.
    """

    channel: Any
    anew: bool
    published: int = 0
    unconfirmed: dict[int, int] = field(default_factory=dict)
    refused_since_s: float | None = None

    def publish(self, one: _Sent, properties: pika.BasicProperties) -> None:
        self.published += 1
        self.unconfirmed[self.published] = one.number
        self.channel.basic_publish(topology.EXCHANGE, _KEY, one.sealed, properties)

    def confirmed(self, last: int, several: bool) -> list[int]:
        """Return whose confirmation, or refusal, that is."""
        # They are in the order in which they were counted.
        tags = [*itertools.takewhile(last.__ge__, self.unconfirmed)] if several else [last]
        return [self.unconfirmed.pop(tag, 0) for tag in tags]


class Relay(Counted):
    """Where every carrier of a receiver hands in what it received.

    Args:
        urls: The nodes; when one is gone, the next is tried.
        ca: File with the certificate of the authority that signed theirs; empty for the system's.

    Attributes:
        ready: Set while beats can be handed in.
    """

    waits: Final = False

    def __init__(self, urls: Sequence[str], ca: str = "") -> None:
        super().__init__()
        self._nodes = topology.nodes(urls, ca)
        self._lock = threading.Lock()
        self._outgoing: collections.deque[_Sent] = collections.deque()
        self._waiting: dict[int, _Sent] = {}
        self._numbers = itertools.count(1)
        self._refused_s = REFUSED_S
        self._ending = threading.Event()
        self.ready: Final = threading.Event()
        self._connection: Any = None
        self._reached = False  # whether beats could be published on the node that it has, or had
        self._publishing: _Publishing | None = None  # only while beats may be published
        self._replies = ""
        self._thread = threading.Thread(target=self._run, name="relay", daemon=True)

    def start(self) -> None:
        """Connect, and stay connected."""
        self._thread.start()

    def close(self, patience_s: float = 10.0) -> None:
        """Give up what waits, and end."""
        self._ending.set()
        self._call(self._disconnect)
        if self._thread.is_alive():
            self._thread.join(patience_s)

    def submit(self, sealed: bytes, carrier: str) -> Pending:
        """Hand in one beat; the answer comes once a worker has stored it. Never raises."""
        pending = Pending()
        pending.set_running_or_notify_cancel()

        def tell(answer: bytes | None) -> None:
            if answer is None:
                pending.set_exception(NotStoredError("no-answer"))
            else:
                pending.reason = "" if answer else "refused"
                pending.set_result(answer or None)

        self._put([(sealed, tell)], carrier)
        return pending

    def tell_each(self, sealed: Sequence[bytes], carrier: str, tell: Tell) -> None:
        """Hand in what came together and return at once: one answer that is lost holds up no other."""

        def teller(place: int) -> Callable[[bytes | None], None]:
            return lambda answer: tell(place, answer) if answer else None

        self._put([(one, teller(place)) for place, one in enumerate(sealed)], carrier)

    def _put(
        self, beats: Sequence[tuple[bytes, Callable[[bytes | None], None]]], carrier: str
    ) -> None:
        deadline_s = time.monotonic() + ANSWER_S
        sent = [_Sent(next(self._numbers), s, carrier, deadline_s, tell) for s, tell in beats]
        with self._lock:
            full = len(self._waiting) + len(self._outgoing) > MOST_WAITING
            taken = self.ready.is_set() and not full
            if taken:
                self._outgoing.extend(sent)
        if taken:
            self._call(self._flush)
            return
        for one in sent:
            self._finish(one, None, "overload" if full else "no-cluster")

    # --- in the thread of the connection ---------------------------------------------------------------

    def _run(self) -> None:
        for node in itertools.cycle(self._nodes):
            self._reached = False
            try:
                self._stay_connected(node)
            except (AMQPError, OSError) as error:
                log.warning("bus_failed", reason=type(error).__name__, detail=str(error)[:200])
            self._give_up()
            if self._ending.is_set():
                return
            if not self._reached:  # else the next node is asked at once
                self._ending.wait(_AGAIN_S)

    def _stay_connected(self, node: pika.URLParameters) -> None:
        loop = IOLoop()
        try:
            self._connect(node, loop)
            if not self._ending.is_set():
                loop.start()
        finally:
            with self._lock:  # nobody calls into it any more
                self._connection = None
            loop.close()

    def _connect(self, node: pika.URLParameters, loop: Any) -> None:
        def stopped(connection: Any, _why: object) -> None:
            connection.ioloop.stop()

        self._connection = pika.SelectConnection(
            node,
            on_open_callback=lambda connection: connection.channel(on_open_callback=self._opened),
            on_open_error_callback=stopped,
            on_close_callback=stopped,
            custom_ioloop=loop,
        )

    def _opened(self, channel: Any) -> None:
        def bind(_frame: object) -> None:
            queue, exchange = topology.QUEUE, topology.EXCHANGE
            channel.queue_bind(queue, exchange, topology.BEATS, callback=replies)

        def replies(_frame: object) -> None:
            # No direct reply-to, which is bound to a node's process: the queue of a receiver that is gone
            # just takes nothing.
            channel.queue_declare("", exclusive=True, callback=consume)

        def consume(frame: Any) -> None:
            self._replies = frame.method.queue
            channel.basic_consume(self._replies, self._answered, auto_ack=True, callback=ready)

        def ready(_frame: object) -> None:
            log.info("bus_connected")
            self._open_publishing(anew=False)
            self._sweep()

        channel.add_on_close_callback(lambda *_: self._disconnect())
        channel.queue_declare(
            topology.QUEUE, durable=True, arguments=topology.ARGUMENTS, callback=bind
        )

    def _open_publishing(self, *, anew: bool) -> None:
        """Open a channel to publish on; what is handed in meanwhile goes out by it."""

        def opened(channel: Any) -> None:
            publishing = _Publishing(channel, anew)

            def lost(_channel: object, _why: object) -> None:
                if publishing is self._publishing:
                    self._disconnect()

            def ready(_frame: object) -> None:
                self._publishing = publishing
                self._reached = True
                self.ready.set()
                self._flush()

            channel.add_on_close_callback(lost)
            channel.confirm_delivery(lambda frame: self._confirmed(publishing, frame), ready)

        self._connection.channel(on_open_callback=opened)

    def _flush(self) -> None:
        while self._outgoing and self._publishing is not None:
            one = self._outgoing.popleft()
            self._waiting[one.number] = one
            properties = pika.BasicProperties(
                delivery_mode=_DURABLE, reply_to=self._replies, correlation_id=str(one.number)
            )
            self._publishing.publish(one, properties)

    def _confirmed(self, publishing: _Publishing, frame: Any) -> None:
        numbers = publishing.confirmed(frame.method.delivery_tag, frame.method.multiple)
        if not isinstance(frame.method, pika.spec.Basic.Nack):
            publishing.refused_since_s, publishing.anew = None, False
            self._refused_s = REFUSED_S
            return
        for number in numbers:  # the queue is full, or has no majority
            if (one := self._waiting.pop(number, None)) is not None:
                self._finish(one, None, "not-queued")
        now_s = time.monotonic()
        publishing.refused_since_s = publishing.refused_since_s or now_s
        if publishing is self._publishing and now_s - publishing.refused_since_s > self._refused_s:
            self._begin_anew(publishing)

    def _begin_anew(self, refused: _Publishing) -> None:
        log.warning("bus_refuses", seconds=self._refused_s)
        self._refused_s = min(2 * self._refused_s, _MOST_REFUSED_S)
        if refused.anew:
            self._disconnect()
            return
        self._publishing = None
        refused.channel.close()
        self._open_publishing(anew=True)

    def _answered(self, _channel: object, _method: object, properties: Any, body: bytes) -> None:
        number = properties.correlation_id or ""
        one = self._waiting.pop(int(number) if number.isdecimal() else 0, None)
        if one is not None:
            self._finish(one, body, "relayed" if body else "refused")

    def _sweep(self) -> None:
        now_s = time.monotonic()
        late = [one for one in self._waiting.values() if one.deadline_s <= now_s]
        for one in late:
            del self._waiting[one.number]
        while self._outgoing and self._outgoing[0].deadline_s <= now_s:
            late.append(self._outgoing.popleft())
        for one in late:
            self._finish(one, None, "no-answer")
        self._connection.ioloop.call_later(_SWEEP_S, self._sweep)

    def _disconnect(self) -> None:
        self._publishing = None  # nothing is published on one that closes
        loop = self._connection.ioloop
        if self._connection.is_open:
            self._connection.close()
            loop.call_later(_CLOSE_S, loop.stop)
        elif not self._connection.is_closing:
            loop.stop()

    def _give_up(self) -> None:
        """Tell all who wait that nothing comes any more.

        What was not published yet waits for the next node, if this one had been reached.
        """
        self._publishing = None
        left = [*self._waiting.values()]
        self._waiting.clear()
        if not self._reached or self._ending.is_set():
            with self._lock:
                self.ready.clear()
                left += self._outgoing
                self._outgoing.clear()
        for one in left:
            self._finish(one, None, "no-cluster")

    def _finish(self, one: _Sent, answer: bytes | None, reason: str) -> None:
        self.count(one.carrier, reason)
        one.tell(answer)

    def _call(self, what: Callable[[], None]) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.ioloop.add_callback_threadsafe(what)
