"""What the kernel says of flows and sockets, read byte by byte."""

from __future__ import annotations

import ipaddress
import socket
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notanker.shell.flows import conntrack, cutting, netlink, sockets
from notanker.shell.flows.cutting import Left
from notanker.shell.flows.netlink import NESTED, Netlink, attribute, attributes
from notanker.shell.flows.routes import Near, Routes

HEAD = struct.pack("!BBH", socket.AF_INET, 0, 0)
OWN, PEER, CLIENT = (
    ipaddress.ip_address(a).packed for a in ("192.0.2.2", "203.0.113.9", "10.77.0.2")
)


def entry(client: bytes, peer: bytes, home: bytes, proto: bytes | None = None) -> bytes:
    """Write an entry as ctnetlink does."""

    def tuple_of(kind: int, source: bytes, target: bytes, ports: tuple[int, int]) -> bytes:
        addresses = attribute(1, source) + attribute(2, target)
        numbers = attribute(1, b"\x11") + attribute(2, struct.pack("!H", ports[0]))
        numbers += attribute(3, struct.pack("!H", ports[1]))
        inner = attribute(1 | NESTED, addresses)
        inner += attribute(2 | NESTED, numbers if proto is None else proto)
        return attribute(kind | NESTED, inner)

    return (
        HEAD
        + tuple_of(1, client, peer, (40000, 5060))
        + tuple_of(2, peer, home, (5060, 40000))
        + attribute(12, b"abcd")
    )


def test_a_translated_flow_is_known_by_where_its_answers_go() -> None:
    flow = conntrack._flow(entry(CLIENT, PEER, OWN), HEAD, 1, 2)
    assert flow is not None
    assert (flow.translated, flow.remote, flow.home) == (True, PEER, OWN)
    assert flow.key == (17, 40000, 5060)
    assert attribute(12, b"abcd") in flow.handle


def test_a_flow_of_the_boxs_own_is_not_translated() -> None:
    flow = conntrack._flow(entry(OWN, PEER, OWN), HEAD, 1, 2)
    assert flow is not None
    assert not flow.translated


def test_a_protocol_without_ports_has_none() -> None:
    flow = conntrack._flow(entry(OWN, PEER, OWN, attribute(1, b"\x2f")), HEAD, 1, 2)
    assert flow is not None
    assert flow.key == (47, 0, 0)


@given(st.binary(max_size=200))
def test_any_bytes_are_an_entry_or_none_at_all(data: bytes) -> None:
    attributes(data)
    conntrack._flow(data, HEAD, 1, 2)


@given(st.integers(0, len(entry(CLIENT, PEER, OWN)) - 1), st.binary(min_size=1, max_size=1))
def test_a_spoilt_entry_is_read_as_far_as_it_makes_sense(at: int, byte: bytes) -> None:
    whole = entry(CLIENT, PEER, OWN)
    conntrack._flow(whole[:at] + byte + whole[at + 1 :], HEAD, 1, 2)
    conntrack._flow(whole[:at], HEAD, 1, 2)


def test_an_ipv4_peer_in_an_ipv6_socket_is_found_by_its_ipv4_address() -> None:
    mapped = bytes(10) + b"\xff\xff"
    answer = struct.pack("=BBBB", socket.AF_INET6, 1, 0, 0)
    answer += struct.pack("!HH16s16s", 5000, 443, mapped + OWN, mapped + PEER)
    answer += struct.pack("=III", 7, 1, 2) + struct.pack("=IIIII", 0, 0, 0, 3000, 1)
    answer += attribute(15, struct.pack("=I", 99))
    found = sockets._socket(answer, OWN, 6)
    assert found is not None
    assert (found.remote, found.key) == (PEER, (6, 5000, 443))
    assert (found.interface, found.uid, found.mark) == (7, 3000, 99)
    assert sockets._socket(answer, PEER, 6) is None


def test_near_is_what_lies_in_a_network() -> None:
    network = ipaddress.ip_network("192.0.2.0/24")
    near = Near(frozenset({(int(network.network_address) >> 8, 8)}))
    for _ in range(2):  # the second time from memory
        assert OWN in near
        assert PEER not in near


def test_a_default_route_makes_nobody_near() -> None:
    routes = Routes()
    try:
        assert PEER not in routes.near(4)
    finally:
        routes.close()


def test_the_kernel_lists_an_own_connection_and_its_way() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind(("127.0.0.1", 0))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.connect(one.getsockname())
            own_port, port = other.getsockname()[1], one.getsockname()[1]
            listed = sockets.Sockets()
            routes = Routes()
            try:
                found = {item.key: item for item in listed.of(ipaddress.ip_address("127.0.0.1"))}
                item = found[17, own_port, port]
                way = routes.leaves_by(ipaddress.ip_address("127.0.0.1"), item.remote, 0, 0)
            finally:
                listed.close()
                routes.close()
            assert (socket.IPPROTO_UDP, port, 0) not in found  # it serves everybody
            assert way == socket.if_nametoindex("lo")


def test_what_the_kernel_refuses_is_told_and_nothing_is_raised(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refused(self: Netlink, kind: int, body: bytes, flags: int = 0) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(netlink.Netlink, "ask", refused)
    done = cutting.cut(Left("eth0", ("192.0.2.2", "2001:db8::1")))
    assert (done.flows, done.sockets, done.refused) == (0, 0, ("Operation not permitted",))
