"""Takes beats out of the cluster's queue in batches, stores them, answers, and only then lets go of them.

A batch that could not be stored goes back into the queue. What a worker had when it died comes to another
one, perhaps a second time: the database takes each event once.
"""

from __future__ import annotations

import contextlib
import itertools
import threading
from collections.abc import Iterator, Sequence
from typing import Any, Final

import pika
import structlog
from pika.exceptions import AMQPError

from notanker_central.bus import topology
from notanker_central.reception import AT_ONCE, NotStoredError, Reception

log: Final = structlog.get_logger(__name__)

CARRIER: Final = "mqtt"
_ANSWER: Final = pika.BasicProperties(delivery_mode=1)
_AGAIN_S: Final = 0.2
_REST_S: Final = 1.0
_WAIT_S: Final = 0.5


class Worker:
    """One connection to the cluster, with the reception behind it.

    Args:
        urls: The nodes; when one is gone, the next is tried.
        reception: Stores and answers.
        ca: File with the certificate of the authority that signed theirs; empty for the system's.
    """

    def __init__(self, urls: Sequence[str], reception: Reception, ca: str = "") -> None:
        self._nodes = topology.nodes(urls, ca)
        self._reception = reception
        self._ending = threading.Event()
        self._came: list[tuple[int, str, pika.BasicProperties, bytes]] = []

    def end(self) -> None:
        """Finish the batch under way and return from `run`."""
        self._ending.set()

    def run(self) -> None:
        """Work until told to end. No loss of a node ends it."""
        failing = False  # then the next node is not asked at once
        for node in itertools.cycle(self._nodes):
            if self._ending.is_set():
                return
            try:
                with _connected(node) as connection:
                    log.info("bus_connected", node=f"{node.host}:{node.port}")
                    failing = False
                    self._work(connection)
            except (AMQPError, OSError) as error:
                if failing:
                    self._ending.wait(_AGAIN_S)
                else:
                    log.warning("bus_lost", reason=type(error).__name__, detail=str(error)[:200])
                failing = True

    def _work(self, connection: Any) -> None:
        channel = connection.channel()
        channel.queue_declare(topology.QUEUE, durable=True, arguments=topology.ARGUMENTS)
        channel.queue_bind(topology.QUEUE, topology.EXCHANGE, topology.BEATS)
        channel.basic_qos(prefetch_count=AT_ONCE)
        self._came = []
        channel.basic_consume(topology.QUEUE, self._take)
        while not self._ending.is_set():
            connection.process_data_events(time_limit=_WAIT_S)
            came, self._came = self._came, []
            if came:
                self._store(connection, channel, came)

    def _take(self, _channel: object, method: Any, properties: Any, body: bytes) -> None:
        self._came.append((method.delivery_tag, method.routing_key, properties, body))

    def _store(
        self, connection: Any, channel: Any, came: Sequence[tuple[int, str, Any, bytes]]
    ) -> None:
        last = came[-1][0]
        try:
            answers = self._reception.submit_all([one[3] for one in came], CARRIER).result()
        except NotStoredError:
            channel.basic_nack(last, multiple=True, requeue=True)
            connection.sleep(_REST_S)  # the same beats come again at once
            return
        for (_, key, properties, _body), answer in zip(came, answers, strict=True):
            _answer(channel, key, properties, answer or b"")
        channel.basic_ack(last, multiple=True)


@contextlib.contextmanager
def _connected(node: pika.URLParameters) -> Iterator[Any]:
    connection = pika.BlockingConnection(node)
    try:
        yield connection
    finally:
        with contextlib.suppress(
            AMQPError
        ):  # it may be lost already; why is told by what was raised
            connection.close()


def _answer(channel: Any, key: str, properties: Any, answer: bytes) -> None:
    if properties.reply_to:  # a receiver, which knows by the number whose it is
        mark = pika.BasicProperties(correlation_id=properties.correlation_id, delivery_mode=1)
        channel.basic_publish("", properties.reply_to, answer, mark)
    elif answer and (where := topology.answer_key(key)) is not None:
        channel.basic_publish(topology.EXCHANGE, where, answer, _ANSWER)
