"""Beats by way of a real mosquitto: taken, stored, answered; the site's own carrier at the other end."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion
from tests.unit import broker as brokers
from tests.unit.broker import PASSWORD, USER, Broker
from tests.unit.central.conftest import Makers

from notanker.core.names import Uplink
from notanker.shell.carriage import mqtt
from notanker.shell.carriage.addresses import Addresses
from notanker.shell.carriage.contract import CarrierError
from notanker.shell.sealing import SealError
from notanker_central.config import Mqtt
from notanker_central.doors.mqtt import MqttDoor
from notanker_central.reception import Reception

PRIMARY = Uplink.PRIMARY
LOOPBACK = dict.fromkeys(Uplink, "lo")
WAIT_S = 20.0


@pytest.fixture
def broker(tmp_path: Path, certificate: tuple[Path, Path]) -> Iterator[Broker]:
    with brokers.running(tmp_path, certificate) as running:
        yield running


class Doors:
    """Doors to one broker, each with its own name."""

    def __init__(self, broker: Broker, reception: Reception) -> None:
        self.broker, self.reception = broker, reception
        self.open: list[MqttDoor] = []

    def add(self, client: str = "notanker-central", share: str = "") -> threading.Event:
        stands = threading.Event()
        config = Mqtt(
            url=f"mqtts://localhost:{self.broker.port}",
            ca=str(self.broker.certificate),
            user=USER,
            password=str(self.broker.password),
            share=share,
            client=client,
        )
        door = MqttDoor(config, self.reception, stands.set)
        self.open.append(door)
        door.start()
        assert stands.wait(WAIT_S)
        return stands


@pytest.fixture
def doors(broker: Broker, reception: Reception) -> Iterator[Doors]:
    doors = Doors(broker, reception)
    yield doors
    for door in doors.open:
        door.close()


def site(broker: Broker, name: str = "nord", kept_s: float = mqtt.KEPT_S) -> mqtt.Mqtt:
    where = mqtt.Broker("localhost", broker.port, name, broker.certificate, USER, broker.password)
    known = Addresses("localhost", ("127.0.0.1",), LOOPBACK, dict.fromkeys(Uplink, ()))
    return mqtt.Mqtt(where, known, LOOPBACK, kept_s)


def beat(make: Makers, counter: int, name: str = "nord") -> bytes:
    return make.sealed(make.beat(counter, name))


def answers(answer: bytes, make: Makers, counter: int, name: str = "nord") -> bool:
    try:
        make.ack(answer, make.beat(counter, name))
    except SealError:
        return False
    return True


async def send(by: mqtt.Mqtt, make: Makers, counter: int, name: str = "nord") -> int:
    async with asyncio.timeout(WAIT_S):
        found = await by.send(
            PRIMARY,
            beat(make, counter, name),
            lambda answer: answers(answer, make, counter, name),
        )
    return make.ack(found, make.beat(counter, name)).counter


def test_a_beat_is_stored_before_it_is_answered(
    doors: Doors, reception: Reception, make: Makers
) -> None:
    doors.add()

    async def work() -> None:
        by = site(doors.broker)
        for counter in range(1, 5):
            assert await send(by, make, counter) == counter
            assert reception.counts == {"stored": counter}
        await by.close()

    asyncio.run(work())


def test_the_broker_s_own_word_is_no_receipt(broker: Broker, make: Makers) -> None:
    """There is no centre: the broker takes the beat and says so, and the site goes on waiting."""

    async def work() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1.0):
                await site(broker).send(PRIMARY, beat(make, 1), lambda _: True)

    asyncio.run(work())


def test_answers_that_are_not_its_own_are_passed_over(doors: Doors, make: Makers) -> None:
    doors.add()
    stranger = Client(CallbackAPIVersion.VERSION2, "stranger")
    stranger.username_pw_set(USER, PASSWORD)
    stranger.tls_set(str(doors.broker.certificate))
    stranger.connect("localhost", doors.broker.port)
    stranger.loop_start()
    for noise in (b"", b"forged", b'{"counter":6,"stored_to":99}', b"x" * 60_000):
        # Retained, so each subscription gets the last of them before anything else.
        stranger.publish("notanker/1/nord/answer", noise, qos=1, retain=True).wait_for_publish(
            WAIT_S
        )
    stranger.disconnect()
    stranger.loop_stop()

    async def work() -> None:
        assert await send(site(doors.broker), make, 7) == 7

    asyncio.run(work())


def test_a_connection_that_is_used_often_is_kept_and_one_that_is_not_ends(
    doors: Doors, make: Makers
) -> None:
    doors.add()

    async def work() -> None:
        often, seldom = site(doors.broker), site(doors.broker, "sued", kept_s=0.0)
        for counter in range(1, 4):
            await send(often, make, counter)
            await send(seldom, make, counter, "sued")
        assert list(often._links) == [PRIMARY]
        assert not seldom._links
        await often.close()

    asyncio.run(work())
    log = (doors.broker.folder / "mosquitto.log").read_text()
    assert log.count("as notanker-nord-primary") == 2, "one for the first, one for all that follow"
    assert log.count("as notanker-sued-primary") == 3


def test_a_broker_that_was_restarted_in_between_costs_no_beat(doors: Doors, make: Makers) -> None:
    stands = doors.add()

    async def work() -> None:
        by = site(doors.broker)
        await send(by, make, 1)
        await send(by, make, 2)
        doors.broker.end()
        stands.clear()
        doors.broker.start()
        assert await asyncio.to_thread(stands.wait, WAIT_S)
        assert await send(by, make, 3) == 3
        await by.close()

    asyncio.run(work())


def test_several_receivers_share_what_comes(
    doors: Doors, reception: Reception, make: Makers
) -> None:
    doors.add("one", share="notanker")
    doors.add("two", share="notanker")

    async def work() -> None:
        by = site(doors.broker)
        for counter in range(1, 9):
            await send(by, make, counter)
        await by.close()

    asyncio.run(work())
    assert reception.counts == {"stored": 8}, "each was taken once"


def test_what_is_no_beat_is_counted_and_gets_nothing(
    doors: Doors, reception: Reception, make: Makers
) -> None:
    doors.add()
    stranger = Client(CallbackAPIVersion.VERSION2, "stranger")
    stranger.username_pw_set(USER, PASSWORD)
    stranger.tls_set(str(doors.broker.certificate))
    stranger.connect("localhost", doors.broker.port)
    stranger.loop_start()
    for topic, payload in (
        ("notanker/1/nord/beat", b""),
        ("notanker/1/nord/beat", b"\0" * 99),
        ("notanker/1/nord/beat", b"x" * 70_000),
        ("notanker/1/NORD;/beat", beat(make, 3)),
    ):
        stranger.publish(topic, payload, qos=1).wait_for_publish(WAIT_S)
    stranger.disconnect()
    stranger.loop_stop()

    async def work() -> None:
        assert await send(site(doors.broker), make, 4) == 4

    asyncio.run(work())
    counts = dict(reception.counts)
    assert counts.pop("stored") == 1
    assert counts.pop("bad-message") == 2
    assert sum(counts.values()) == 2


def test_a_wrong_password_is_told(broker: Broker, make: Makers) -> None:
    broker.password.write_text("wrong", encoding="ascii")

    async def work() -> None:
        by = site(broker)
        with pytest.raises((CarrierError, OSError)):
            await send(by, make, 1)
        with pytest.raises(CarrierError, match="the broker refuses: this user may not connect"):
            await send(by, make, 1)

    asyncio.run(work())
