"""A LAN behind the site: its client's traffic, and what address translation does to it."""

import time
from collections.abc import Iterator

import pytest

from notanker_lab import Lab, LabError, addresses
from notanker_lab.analysis import Record
from tests.lab_self.asking import rtts_ms

FLOWS = ("udp4", "pinned4", "tcp4", "stream4")
TABLE = "51"


@pytest.fixture(scope="module")
def lan() -> Iterator[Lab]:
    with Lab("lan", lan=True) as lab:
        local = ("rule", "add", "pref", "49", "lookup", "main", "suppress_prefixlength", "0")
        lab.topology.ip("site", *local)
        route = ("route", "add", "default", "via", addresses.STICK, "dev", "lte0", "table", TABLE)
        lab.topology.ip("site", *route)
        yield lab


@pytest.fixture
def moved(lan: Lab) -> Iterator[Lab]:
    """Give the lab, and take the switch back afterwards."""
    yield lan
    if f"lookup {TABLE}" in lan.topology.ip("site", "rule", "show"):
        switch(lan, "del")
    lan.faults.heal()
    for ns in ("site", "router", "lte"):
        lan.topology.nat(ns, "masquerade")


def switch(lab: Lab, verb: str = "add") -> None:
    lab.topology.ip("site", "rule", verb, "pref", "50", "lookup", TABLE)


def over_a_switch(lab: Lab) -> Record:
    """Let the client talk, move the site to LTE in the middle, and give what came of it."""
    users = lab.traffic.start(FLOWS, ns="client")
    time.sleep(0.7)
    switch(lab)
    time.sleep(1.3)
    return users.stop()


def share_after(record: Record, flow: str, uplink: str) -> float:
    """Give which share of a flow's questions of the second half came back by an uplink."""
    echoes = record.flow(flow).echoes
    late = echoes[len(echoes) // 2 :][: -len(echoes) // 10]  # the last may still be on their way
    return sum(echo.uplink == uplink for echo in late) / len(late)


def test_the_client_reaches_the_internet_through_the_site(lan: Lab) -> None:
    assert len(rtts_ms(lan, addresses.ANCHORS[0], ns="client")) == 5
    said = lan.exec("client", ["getent", "ahostsv4", "anchor2.example"]).stdout
    assert said.startswith(addresses.ANCHORS[1])


def test_every_kind_of_flow_is_answered(moved: Lab) -> None:
    users = moved.traffic.start(FLOWS, ns="client")
    time.sleep(1.0)
    record = users.stop().between(time.monotonic() - 0.9, time.monotonic() - 0.3)
    for flow in FLOWS:
        assert record.flow(flow).echoes
        assert record.flow(flow).lost() == 0
        assert record.flow(flow).uplinks()[0][1] == "primary"


def test_masquerade_forgets_a_flow_whose_way_has_changed(moved: Lab) -> None:
    record = over_a_switch(moved)
    assert share_after(record, "udp4", "lte") == 1
    assert share_after(record, "pinned4", "lte") == 1
    assert record.flow("pinned4").lost() < 25


def test_snat_keeps_a_flow_on_an_address_that_no_longer_serves(moved: Lab) -> None:
    moved.topology.nat("site", "snat")
    record = over_a_switch(moved)
    assert share_after(record, "pinned4", "lte") == 0
    assert share_after(record, "tcp4", "lte") == 1  # new ones are translated anew


def test_a_pinned_flow_whose_socket_the_kernel_destroys_goes_on_with_another(lan: Lab) -> None:
    users = lan.traffic.start(("pinned4",))
    time.sleep(0.5)
    lan.exec("site", ["ss", "--kill", "--udp", "dst", addresses.ECHO], check=True)
    time.sleep(0.5)
    record = users.stop()
    assert 1 <= record.between(0, record.echoes[-10].sent_s).lost() < 10
    assert record.echoes[-10].good


def test_a_stream_breaks_with_its_way_and_is_made_anew(moved: Lab) -> None:
    users = moved.traffic.start(("stream4",))
    time.sleep(0.7)
    switch(moved)
    time.sleep(4.5)
    ways = [way for _, way in users.stop().flow("stream4").uplinks()]
    assert ways == ["primary", "lte"]


def test_an_unknown_kind_of_translation_is_refused(lan: Lab) -> None:
    with pytest.raises(LabError, match="masquerade, snat and none"):
        lan.topology.nat("site", "magic")


def test_a_lab_without_a_lan_has_no_client(lab: Lab) -> None:
    assert lab.exec("client", ["true"]).returncode != 0
    assert "lan" not in lab.topology.ip("site", "-br", "link", "show")
