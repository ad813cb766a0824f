"""What a device says by itself reaches the agent at once, and is kept until it is discarded."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from notanker.plugin import Collected
from tests.contract.support.runner import Instance, Runner, eventually


@pytest.fixture
def device(tmp_path: Path) -> int:
    os.mkfifo(tmp_path / "device")
    return os.open(tmp_path / "device", os.O_RDWR | os.O_NONBLOCK)


@pytest.fixture
def hears(runner: Runner, tmp_path: Path, device: int) -> Instance:
    hears = runner.start("hears", {"folder": str(tmp_path)})
    hears.await_health("ok")
    hears.process.news.clear()
    return hears


def heard(hears: Instance) -> list[str]:
    collected = hears.call("collect", answer=Collected)
    return [inbound.text for inbound in collected.inbound]


def test_what_a_device_says_is_noticed_between_calls(hears: Instance, device: int) -> None:
    assert not heard(hears)
    os.write(device, b"OK 17\n")
    eventually(hears.process.news.is_set, "the agent is told")
    assert heard(hears) == ["OK 17"]


def test_it_is_handed_over_until_it_is_discarded(hears: Instance, device: int) -> None:
    os.write(device, b"OK 17\nSTATUS\n")
    eventually(hears.process.news.is_set, "the agent is told")
    assert heard(hears) == ["OK 17", "STATUS"]
    hears.call("discard", ("OK 17",), answer=type(None))
    assert heard(hears) == ["STATUS"]


def test_a_device_that_speaks_all_the_time_is_told_of_once_and_stops_no_call(
    hears: Instance, device: int
) -> None:
    for number in range(50):
        os.write(device, f"line {number}\n".encode())
        assert hears.send(mark=f"17-{number}").reference == f"17-{number}"
    eventually(lambda: len(heard(hears)) == 50, "all that it said is collected")
    assert hears.process.status.failures == 0


def test_each_collection_makes_room_for_the_next_notice(hears: Instance, device: int) -> None:
    for text in ("one", "two", "three"):
        os.write(device, f"{text}\n".encode())
        eventually(hears.process.news.is_set, "the agent is told")
        hears.process.news.clear()
        assert heard(hears)[-1] == text
        hears.call("discard", (text,), answer=type(None))


def test_a_new_child_is_asked_what_has_gathered(runner: Runner) -> None:
    good = runner.start("good")
    eventually(good.process.news.is_set, "the agent is told")
    assert good.call("collect", answer=Collected) == Collected()
