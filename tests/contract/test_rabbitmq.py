"""Beats by way of RabbitMQ: stored before they are answered, whoever brought them to the queue."""

from __future__ import annotations

import contextlib
import itertools
import queue
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pika
import pytest
import structlog

from notanker_central import views
from notanker_central.bus import topology
from notanker_central.bus.relay import ANSWER_S, Relay
from notanker_central.bus.worker import Worker
from notanker_central.doors.udp import UdpDoor, listen
from notanker_central.reception import NotStoredError, Reception
from notanker_central.store import Store
from notanker_lab.rabbitmq import RabbitMq, rabbitmq
from tests.contract.support.unsealed import Unsealed, ack_of
from tests.unit.central.conftest import Hands, make_beat, make_event, make_site

WAIT_S = 30.0


def beat(counter: int, site: str = "nord", **values: Any) -> bytes:
    return msgspec.json.encode(make_beat(counter, site, **values))


@pytest.fixture(scope="module")
def cluster() -> Iterator[RabbitMq]:
    with rabbitmq() as cluster:
        yield cluster


@pytest.fixture
def urls(cluster: RabbitMq) -> list[str]:
    return cluster.urls


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(f"sqlite:///{tmp_path}/central.sqlite")
    store.list_sites([make_site("nord"), make_site("sued"), make_site("haus.west")])
    yield store
    store.close()


@pytest.fixture
def reception(store: Store) -> Iterator[Reception]:
    reception = Reception(store, Unsealed(), Hands().clock)
    reception.start()
    yield reception
    reception.close()


@pytest.fixture
def worker(urls: list[str], reception: Reception) -> Iterator[Worker]:
    worker = Worker(urls, reception)
    thread = threading.Thread(target=worker.run)
    thread.start()
    yield worker
    worker.end()
    thread.join(WAIT_S)
    assert not thread.is_alive()


@pytest.fixture
def relay(urls: list[str]) -> Iterator[Relay]:
    relay = Relay(urls)
    relay.start()
    assert relay.ready.wait(WAIT_S)
    yield relay
    relay.close()


@pytest.fixture
def channel(urls: list[str]) -> Iterator[Any]:
    with pika.BlockingConnection(pika.URLParameters(urls[0])) as connection:
        channel = connection.channel()
        channel.queue_declare(topology.QUEUE, durable=True, arguments=topology.ARGUMENTS)
        channel.queue_purge(topology.QUEUE)
        yield channel


def test_a_relayed_beat_is_answered_by_the_worker_that_stored_it(
    relay: Relay, worker: Worker, store: Store
) -> None:
    first = relay.submit(beat(3, events=(make_event(1),)), "https")
    assert ack_of(first.result(WAIT_S)).stored_to == 1
    with store.read() as connection:
        assert [row.position for row in views.last_events(connection, "nord")] == [1]
    assert relay.by_carrier == {("https", "relayed"): 1}


def test_beats_that_come_together_are_answered_together_and_bad_ones_hold_up_none(
    relay: Relay, worker: Worker
) -> None:
    beats = [b"rubbish", beat(1), beat(2, "sued"), b""]
    answers: queue.SimpleQueue[tuple[int, int]] = queue.SimpleQueue()
    relay.tell_each(
        beats, "udp", lambda place, answer: answers.put((place, ack_of(answer).counter))
    )
    assert {answers.get(timeout=WAIT_S) for _ in range(2)} == {(1, 1), (2, 2)}
    refused = relay.submit(b"rubbish", "https")
    assert (refused.result(WAIT_S), refused.reason) == (None, "refused")


def test_what_waits_in_the_queue_is_not_taken_for_stored(
    relay: Relay, channel: Any, store: Store, reception: Reception, urls: list[str]
) -> None:
    waiting = relay.submit(beat(1), "udp")
    with pytest.raises(TimeoutError):
        waiting.result(0.5)
    late = Worker(urls, reception)
    thread = threading.Thread(target=late.run)
    thread.start()
    assert ack_of(waiting.result(WAIT_S)).counter == 1
    late.end()
    thread.join(WAIT_S)


def test_a_beat_that_a_site_published_itself_is_answered_on_its_own_topic(
    worker: Worker, channel: Any
) -> None:
    answers = channel.queue_declare("", exclusive=True).method.queue
    for site in ("nord", "haus.west"):
        channel.queue_bind(answers, topology.EXCHANGE, f"notanker.1.{site}.answer")
        key = topology.beat_key(site)
        channel.basic_publish(topology.EXCHANGE, key, beat(9, site))
    got = {}
    for method, _, body in channel.consume(answers, inactivity_timeout=WAIT_S):
        assert method is not None
        got[method.routing_key] = ack_of(body).counter
        if len(got) == 2:
            break
    assert got == {"notanker.1.nord.answer": 9, "notanker.1.haus.west.answer": 9}


def test_a_database_that_fails_puts_the_beats_back_and_none_is_lost(
    relay: Relay, channel: Any, store: Store, worker: Worker
) -> None:
    with store.write() as connection:
        connection.exec_driver_sql("ALTER TABLE event RENAME TO gone")
    waiting = relay.submit(beat(1, events=(make_event(1),)), "https")
    with pytest.raises(TimeoutError):
        waiting.result(0.5)
    with store.write() as connection:
        connection.exec_driver_sql("ALTER TABLE gone RENAME TO event")
    assert ack_of(waiting.result(WAIT_S)).stored_to == 1


def test_an_answer_that_is_lost_holds_up_no_other_and_not_the_door(
    relay: Relay, channel: Any, reception: Reception, urls: list[str]
) -> None:
    """Somebody takes the first beat out of the queue and is never heard of again."""
    door = UdpDoor(listen("127.0.0.1", 0), relay)
    door.start()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as site:
        site.settimeout(ANSWER_S / 2)
        site.connect(("127.0.0.1", door.port))
        site.send(beat(1))
        taken = channel.consume(topology.QUEUE, auto_ack=True, inactivity_timeout=WAIT_S)
        assert next(taken)[2] == beat(1)
        channel.cancel()
        late = Worker(urls, reception)
        thread = threading.Thread(target=late.run)
        thread.start()
        site.send(beat(2))
        assert ack_of(site.recv(2048)).counter == 2
        late.end()
        thread.join(WAIT_S)
    door.close()


def test_who_is_refused_everything_begins_anew_and_is_served_again(
    cluster: RabbitMq, relay: Relay, channel: Any, reception: Reception, urls: list[str]
) -> None:
    node, end_s = cluster.nodes[0], time.monotonic() + 2 * WAIT_S
    full = (
        "set_policy",
        "full",
        f"^{topology.QUEUE}$",
        '{"max-length": 1}',
        "--apply-to",
        "queues",
    )
    node.ctl(*full)
    with structlog.testing.capture_logs() as logs:
        while not any(told["event"] == "bus_refuses" for told in logs):
            assert time.monotonic() < end_s, relay.by_carrier
            relay.submit(beat(1), "udp")
            time.sleep(0.02)
    assert relay.by_carrier["udp", "not-queued"]
    node.ctl("clear_policy", "full")
    late = Worker(urls, reception)
    thread = threading.Thread(target=late.run)
    thread.start()
    try:
        for counter in itertools.count(2):
            assert time.monotonic() < end_s, relay.by_carrier
            with contextlib.suppress(NotStoredError, TimeoutError):
                assert ack_of(relay.submit(beat(counter), "udp").result(2)).counter == counter
                break
            time.sleep(0.2)
    finally:
        late.end()
        thread.join(WAIT_S)


def test_without_a_cluster_nobody_is_answered_and_nobody_waits() -> None:
    relay = Relay(["amqp://127.0.0.1:1"])
    relay.start()
    with pytest.raises(NotStoredError):
        relay.submit(b"x", "https").result(WAIT_S)
    relay.tell_each([b"x", b"y"], "udp", lambda place, _: pytest.fail(f"{place} was answered"))
    assert relay.counts == {"no-cluster": 3}
    relay.close()


def test_only_a_beats_key_leads_to_an_answer() -> None:
    assert topology.answer_key("notanker.1.haus.west.beat") == "notanker.1.haus.west.answer"
    for key in ("notanker.1..beat", "notanker.1.nord.answer", "notanker.1.no rd.beat", "", "beat"):
        assert topology.answer_key(key) is None
