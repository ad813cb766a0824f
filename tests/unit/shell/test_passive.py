"""The kernel's packet counters."""

from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from notanker.core import passive
from notanker.core.events import Event, FellSilent
from notanker.core.names import Uplink
from notanker.core.passive import Counters
from notanker.shell.passive import Listener, read_counters

DEV = """Inter-|   Receive                      |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop
    lo: 1000 10 0 0 0 0 0 0 2000 10 0 0 0 0 0 0
  eth0:987654321 4711 0 0 0 0 0 0 1234 815 0 0 0 0 0 0
"""


def test_packets_are_read_by_interface() -> None:
    assert read_counters(DEV) == {"lo": Counters(10, 10), "eth0": Counters(4711, 815)}


@given(st.text())
def test_whatever_stands_there_nothing_is_raised(text: str) -> None:
    read_counters(text)
    read_counters(DEV + text)


def test_the_kernel_of_this_machine_is_understood() -> None:
    async def work() -> list[Event]:
        told: list[Event] = []
        listener = Listener({Uplink.PRIMARY: "lo", Uplink.BACKUP: "notthere0"}, told.append)
        task = asyncio.create_task(listener.run())
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return told

    assert asyncio.run(work()) == []


def test_a_busy_line_that_falls_silent_is_told_with_its_beginning() -> None:
    told: list[Event] = []
    listener = Listener({Uplink.PRIMARY: "eth0"}, told.append)
    pace = [
        listener._take({"eth0": Counters(min(step, 25) * 4, step * 4)}, step * 0.04)
        for step in range(50)
    ]
    assert pace[:2] == [passive.QUIET_S, passive.BUSY_S]
    assert passive.STALLED_S in pace
    assert pace[-1] == passive.BUSY_S, "it has been told: there is no hurry any more"
    (event,) = told
    assert isinstance(event, FellSilent)
    assert event.uplink is Uplink.PRIMARY
    assert 1.0 <= event.since_s <= 1.02


def test_an_interface_that_was_away_begins_anew() -> None:
    told: list[Event] = []
    listener = Listener({Uplink.PRIMARY: "eth0"}, told.append)
    listener._take({"eth0": Counters(100, 100)}, 0.0)
    listener._take({}, 1.0)
    listener._take({"eth0": Counters(5, 500)}, 2.0)
    listener._take({"eth0": Counters(5, 501)}, 3.0)
    assert told == []
