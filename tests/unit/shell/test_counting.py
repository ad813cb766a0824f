"""Counting LTE data: what the kernel's files and nft say, what a connection costs, what is kept on disk."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from notanker.core.budget import OWN, BudgetSettings, Ledger, Purpose, Reading, Tally
from notanker.core.events import Counted
from notanker.core.moment import Moment
from notanker.shell import counters, spending
from notanker.shell.counters import Counters, CountersError, meter_script, near_networks, reading_of
from notanker.shell.meter import Meter

ROUTES = """Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t010200C0\t0003\t0\t0\t100\t00000000\t0\t0\t0
eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
lte0\t00000000\t0108A8C0\t0003\t0\t0\t700\t00000000\t0\t0\t0
lte0\t0008A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
"""
LISTED: dict[str, Any] = {
    "nftables": [
        {"metainfo": {"version": "1.0.6"}},
        {"table": {"family": "inet", "name": "notanker_meter", "handle": 7}},
        {"counter": {"family": "inet", "name": "total", "packets": 9, "bytes": 900}},
        {"counter": {"family": "inet", "name": "users", "packets": 5, "bytes": 500}},
    ]
}


def test_the_networks_that_the_modem_is_on_are_found_and_the_default_route_is_none() -> None:
    assert near_networks(ROUTES, "lte0") == ("192.168.8.0/24", "224.0.0.0/4", "255.255.255.255")


def test_an_interface_that_is_gone_has_no_networks() -> None:
    assert near_networks("", "lte0") == counters.NEAR
    assert near_networks(ROUTES, "lte1") == counters.NEAR


def test_the_table_is_made_anew_without_losing_its_counters() -> None:
    """`add` of what is there changes nothing; only the rules are flushed."""
    script = meter_script("lte0", counters.NEAR)
    assert "delete" not in script
    assert script.count("flush chain") == 3
    assert 'oifname "lte0" ip daddr { 224.0.0.0/4, 255.255.255.255 } return' in script


def test_a_list_is_read_with_the_life_of_its_table() -> None:
    assert reading_of(json.dumps(LISTED), "b1") == Reading(OWN, "b1/7", 900, 500)


@given(
    st.text(max_size=60)
    | st.recursive(
        st.none() | st.integers() | st.text(max_size=5) | st.just("nftables"),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["nftables", "table", "counter", "bytes"]), inner, max_size=3
            )
        ),
        max_leaves=12,
    ).map(json.dumps)
)
def test_whatever_nft_says_it_is_a_reading_or_refused(text: str) -> None:
    with contextlib.suppress(CountersError):
        assert isinstance(reading_of(text, "b1"), Reading)


def test_without_nftables_the_interface_counts_without_its_frames(tmp_path: Path) -> None:
    folder = tmp_path / "sys/class/net/lte0"
    (folder / "statistics").mkdir(parents=True)
    (folder / "type").write_text("1\n")
    for name, value in (
        ("rx_bytes", 1400),
        ("tx_bytes", 2800),
        ("rx_packets", 10),
        ("tx_packets", 20),
    ):
        (folder / "statistics" / name).write_text(f"{value}\n")
    found = Counters("lte0", tmp_path)._read_interface()
    assert (found.source, found.total) == ("interface", 4200 - 30 * 14)


def test_a_modem_that_is_unplugged_counts_nothing(tmp_path: Path) -> None:
    assert Counters("lte0", tmp_path).moved_bytes() == 0


# What a connection costs.


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        client = socket.create_connection(server.getsockname())
        other, _ = server.accept()
        with client, other:
            yield client, other


def test_a_connection_costs_its_bytes_and_its_headers(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    client, other = pair
    before = spending.connection_bytes(client)
    assert before >= 3 * 52  # the handshake, and the reset to come
    client.sendall(b"x" * 10_000)
    taken = 0
    while taken < 10_000:
        taken += len(other.recv(65_536))
    other.sendall(b"y" * 500)
    assert client.recv(500)
    grown = spending.connection_bytes(client) - before
    assert 10_500 + 3 * 52 <= grown <= 10_500 + 40 * 52


def test_what_is_no_connection_costs_nothing() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        assert spending.connection_bytes(sock) == 0


def test_each_task_has_its_own_payer() -> None:
    paid: dict[str, int] = {}

    async def ask(name: str | None) -> None:
        charge = (
            None if name is None else lambda size: paid.update({name: paid.get(name, 0) + size})
        )
        with spending.on_account(charge), socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sock:
            await asyncio.sleep(0)
            spending.charge_datagram(sock, 52)

    async def everybody() -> None:
        await asyncio.gather(ask("standby"), ask(None), ask("heartbeat"))

    asyncio.run(everybody())
    assert paid == {"standby": 100, "heartbeat": 100}


# The ledger's file.


class Still(Counters):
    """Counters that say what a test wants."""

    def __init__(self) -> None:
        super().__init__("lte0")
        self.total: int | None = 0

    def moved_bytes(self) -> int:
        return self.total or 0

    async def read(self) -> Reading | None:
        return None if self.total is None else Reading(OWN, "b1/1", self.total)


class Site:
    """A meter with a clock that stands, on a disk that is real."""

    def __init__(self, path: Path) -> None:
        self.counters = Still()
        self.told: list[Ledger] = []
        self.looked = asyncio.Event()
        self.boot_s = 0.0
        self.month: tuple[int, str] | None = None
        self.path = path
        self.meter = self.fresh()

    def fresh(self) -> Meter:
        return Meter(
            self.counters, self.path, BudgetSettings(), lambda: self.month, lambda _: 3600.0,
            self._take, self.now, structlog.get_logger(),
        )  # fmt: skip

    def now(self) -> Moment:
        return Moment(self.boot_s, 1_790_000_000.0 + self.boot_s, boot="b1")

    def _take(self, event: Counted) -> None:
        assert event.offset_s == 3600.0
        self.told.append(event.ledger)
        self.looked.set()

    async def live(self, *totals: int | None) -> None:
        """Look once for each total; then be ended as by SIGTERM."""
        task = asyncio.create_task(self.meter.run())
        await self.looked.wait()
        for total in totals:
            self.counters.total = total
            await self.meter.look()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def test_an_ended_agent_has_written_down_what_it_knew(tmp_path: Path) -> None:
    site = Site(tmp_path / "lte-data.json")
    asyncio.run(site.live(500, 700))
    assert site.told[-1].used_bytes == 700
    site = Site(site.path)
    site.counters.total = 700  # the kernel's, which outlive the agent
    asyncio.run(site.live(900))
    assert site.told[-1].used_bytes == 900


def test_counters_that_do_not_answer_change_nothing_and_keep_what_was_charged(
    tmp_path: Path,
) -> None:
    site = Site(tmp_path / "lte-data.json")
    site.meter.charge(Purpose.STANDBY, 100)
    asyncio.run(site.live(None, 300))
    assert site.told[-1].tally == Tally(standby=100, other=200)


def test_the_disk_is_spared_while_little_happens(tmp_path: Path) -> None:
    site = Site(tmp_path / "lte-data.json")

    async def life() -> list[int]:
        sizes = []
        await site.meter.look()  # a month has begun: that is written at once
        for total, boot_s in ((10_000, 60.0), (20_000, 120.0), (30_000, 300.0), (1_100_000, 310.0)):
            site.counters.total, site.boot_s = total, boot_s
            await site.meter.look()
            sizes.append(json.loads(site.path.read_bytes())["tally"]["other"])
        return sizes

    assert asyncio.run(life()) == [0, 0, 30_000, 1_100_000]


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"month": 3}', b"\xff" * 100, b"x" * 200_000]
)
def test_a_broken_ledger_begins_anew_and_counts_on(tmp_path: Path, content: bytes) -> None:
    site = Site(tmp_path / "lte-data.json")
    site.path.write_bytes(content)
    asyncio.run(site.live(400))
    assert site.told[-1].used_bytes == 400
    assert json.loads(site.path.read_bytes())["tally"]["other"] == 400


def test_a_disk_that_cannot_be_written_does_not_stop_the_counting(tmp_path: Path) -> None:
    site = Site(tmp_path / "file" / "lte-data.json")
    (tmp_path / "file").write_text("no folder")
    asyncio.run(site.live(400))
    assert site.told[-1].used_bytes == 400
