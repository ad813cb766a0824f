"""Beats as datagrams over a line that loses one packet in five, each way."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from notanker.core.names import Uplink
from notanker.shell.carriage.addresses import Addresses
from notanker.shell.carriage.contract import CarrierError
from notanker.shell.carriage.udp import Udp
from notanker_central.doors.udp import UdpDoor, listen
from notanker_central.reception import Reception
from notanker_lab import capsule
from tests.unit.central.conftest import (
    Hands,
    hands,
    make_beat,
    opener,
    reception,
    seal,
    store,
    vault,
)

__all__ = ["hands", "opener", "reception", "store", "vault"]

BEATS = 100
WAITS_S = (0.05, 0.1, 0.2, 0.4)
LOSS = """
table inet beats {{
  chain lossy {{
    type filter hook input priority 0;
    udp dport {port} numgen random mod 100 < 20 drop
    udp sport {port} numgen random mod 100 < 20 drop
  }}
}}
"""


@pytest.fixture
def door(reception: Reception) -> Iterator[UdpDoor]:
    """A door on a loopback that loses 20 % of what goes in and of what comes out."""
    if not capsule.inside():
        pytest.fail("run this as: tools/inside python -m pytest tests/lab")
    door = UdpDoor(listen("127.0.0.1", 0), reception)
    rules = LOSS.format(port=door.port)
    subprocess.run(["nft", "-f", "-"], input=rules, text=True, check=True)
    door.start()
    yield door
    door.close()
    subprocess.run(["nft", "delete", "table", "inet", "beats"], check=True)


def test_with_a_fifth_lost_each_way_beats_arrive_and_none_is_stored_twice(
    door: UdpDoor, reception: Reception, hands: Hands, tmp_path: Path
) -> None:
    """Four copies, each of which fails at 36 %: 1.7 % of the beats are left to the core's next try."""
    loopback = dict.fromkeys(Uplink, "lo")
    known = Addresses("x", ("127.0.0.1",), loopback, dict.fromkeys(Uplink, ()))
    carrier = Udp(known, door.port, loopback, WAITS_S)
    confirmed: list[int] = []

    async def work() -> None:
        for counter in range(2, BEATS + 2):
            beat = make_beat(counter)
            try:
                await carrier.send(Uplink.BACKUP, seal(beat), bool)
            except CarrierError:
                continue
            confirmed.append(counter)

    before = reception.counts.get("stored", 0)
    asyncio.run(work())
    assert len(confirmed) >= BEATS * 0.9
    stored = reception.counts["stored"] - before
    assert len(confirmed) <= stored <= BEATS
    assert reception.counts.get("repeated", 0) > 5, "copies are answered, and stored no second time"
