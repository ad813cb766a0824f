"""Beats by UDP: a datagram in, a datagram out, silence for strangers."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator

import pytest
from tests.unit.central.conftest import Makers

from notanker.shell.sealing import SealError
from notanker_central.doors.udp import MOST_BYTES, UdpDoor, listen
from notanker_central.reception import Reception

WAIT_S = 20.0


@pytest.fixture
def door(reception: Reception) -> Iterator[UdpDoor]:
    door = UdpDoor(listen("127.0.0.1", 0), reception)
    door.start()
    yield door
    door.close()


@pytest.fixture
def site(door: UdpDoor) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
        link.connect(("127.0.0.1", door.port))
        link.settimeout(WAIT_S)
        yield link


def beat(make: Makers, counter: int) -> bytes:
    return make.sealed(make.beat(counter))


def counter_of(make: Makers, answer: bytes, *counters: int) -> int:
    """Return the counter of the one beat that this is the answer to."""
    for counter in counters:
        with contextlib.suppress(SealError):
            return make.ack(answer, make.beat(counter)).counter
    raise AssertionError("an answer to none of them")


def test_each_beat_is_answered_to_its_sender(site: socket.socket, make: Makers) -> None:
    for counter in range(1, 4):
        site.send(beat(make, counter))
    answers = [counter_of(make, site.recv(MOST_BYTES), 1, 2, 3) for _ in range(3)]
    assert sorted(answers) == [1, 2, 3]


def test_strangers_and_rubbish_get_nothing_and_are_counted(
    site: socket.socket, reception: Reception, make: Makers
) -> None:
    for rubbish in (b"", b"\0" * 99, b"x" * (MOST_BYTES + 1), b"{}"):
        site.send(rubbish)
    site.send(beat(make, 9))
    assert counter_of(make, site.recv(MOST_BYTES), 9) == 9
    refused = {"malformed": 3, "too-large": 1}
    assert reception.counts == {**refused, "stored": 1}


def test_a_site_that_is_gone_when_the_answer_comes_harms_nobody(
    site: socket.socket, door: UdpDoor, make: Makers
) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as gone:
        gone.sendto(beat(make, 1), ("127.0.0.1", door.port))
    for counter in (2, 3):
        site.send(beat(make, counter))
        assert counter_of(make, site.recv(MOST_BYTES), counter) == counter


def test_it_ends_when_told_to_with_nothing_to_do(reception: Reception) -> None:
    door = UdpDoor(listen("", 0), reception)
    door.start()
    door.close()
    assert not door._thread.is_alive()


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.7", "::1"])
def test_the_answer_comes_from_the_address_that_was_asked(
    reception: Reception, make: Makers, address: str
) -> None:
    """The socket of a site is connected: from any other address it would hear nothing."""
    door = UdpDoor(listen("", 0), reception)
    door.start()
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as site:
        site.connect((address, door.port))
        site.settimeout(WAIT_S)
        site.send(beat(make, 1))
        assert site.recv(MOST_BYTES)
    door.close()


def test_what_the_kernel_had_no_room_for_is_counted(reception: Reception, make: Makers) -> None:
    link = listen("127.0.0.1", 0)
    link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as site:
        site.connect(link.getsockname())
        site.settimeout(WAIT_S)
        for _ in range(100):
            site.send(b"\0" * 99)
        door = UdpDoor(link, reception)
        door.start()
        while "stored" not in reception.counts:
            site.send(beat(make, 1))
            time.sleep(0.01)
        door.close()
    assert reception.counts["dropped"] > 50
