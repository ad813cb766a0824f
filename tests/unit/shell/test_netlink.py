"""Netlink by hand: the bytes are the kernel's, and no bytes break the reader."""

from __future__ import annotations

import contextlib
import errno
import ipaddress
import socket
import struct
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notanker.shell.netlink import channel, route, wire
from notanker.shell.netlink.channel import Netlink
from notanker.shell.netlink.route import Route, Rule
from notanker.shell.netlink.wire import Message

NUMBERS = st.integers(0, 2**32 - 1)
KINDS = st.integers(0, 0x3FFF)
FAMILIES = st.sampled_from([socket.AF_INET, socket.AF_INET6])

RULES = st.builds(
    Rule,
    family=FAMILIES,
    priority=NUMBERS,
    table=st.integers(1, 2**32 - 1),
    protocol=st.integers(0, 255),
    suppress=st.none() | st.integers(0, 128),
    out=st.text("abcdefghij0123456789.-", max_size=15),
    user=st.none() | st.integers(0, 2**32 - 2),
    mark=st.none() | st.tuples(NUMBERS, NUMBERS),
)


@given(
    st.lists(
        st.builds(Message, st.integers(0, 0xFFFF), st.integers(0, 0xFFFF), NUMBERS, st.binary())
    )
)
def test_messages_come_out_as_they_went_in(sent: list[Message]) -> None:
    assert list(wire.messages(b"".join(map(wire.pack, sent)))) == sent


@given(st.dictionaries(KINDS, st.binary(max_size=50)))
def test_attributes_come_out_as_they_went_in(sent: dict[int, bytes]) -> None:
    packed = b"".join(wire.attribute(kind, value) for kind, value in sent.items())
    assert wire.attributes(packed) == sent


@given(RULES)
def test_a_rule_comes_out_as_it_went_in(rule: Rule) -> None:
    assert route.rule_of(Message(route.NEW_RULE, 0, 0, route.rule_body(rule))) == rule


@given(st.integers(0, 0xFFFF), st.ip_addresses())
def test_a_rule_for_one_port_of_one_address_comes_out_as_it_went_in(
    port: int, address: ipaddress.IPv4Address | ipaddress.IPv6Address
) -> None:
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    # As the kernel's library writes it, which differs in addresses that hold an IPv4 one.
    to = socket.inet_ntop(family, address.packed)
    rule = Rule(family, 1744, 254, 142, to=to, port=port)
    assert route.rule_of(Message(route.NEW_RULE, 0, 0, route.rule_body(rule))) == rule


def test_the_loopbacks_addresses_are_its_own() -> None:
    netlink = Netlink(channel.ROUTE)
    try:
        # Those of 127.0.0.0/8 have the scope of the host: no line has such addresses.
        assert route.addresses(netlink, socket.if_nametoindex("lo")) == ()
    finally:
        netlink.close()


@given(FAMILIES, st.integers(1, 2**32 - 1), NUMBERS, st.data())
def test_a_route_comes_out_as_it_went_in(
    family: int, table: int, metric: int, data: st.DataObject
) -> None:
    size = 4 if family == socket.AF_INET else 16
    gateway = socket.inet_ntop(family, data.draw(st.binary(min_size=size, max_size=size)))
    sent = Route(family, table, protocol=142, out=7, gateway=gateway, metric=metric)
    assert route.route_of(Message(route.NEW_ROUTE, 0, 0, route.route_body(sent))) == sent


@given(st.binary(max_size=300))
def test_bytes_that_are_no_netlink_are_an_os_error_and_nothing_else(data: bytes) -> None:
    with contextlib.suppress(OSError):
        for message in wire.messages(data):
            _read(message)


@given(
    st.sampled_from([route.NEW_LINK, route.NEW_RULE, route.NEW_ROUTE, wire.ERROR, wire.DONE]),
    st.integers(0, 0xFFFF),
    st.binary(max_size=200),
)
def test_a_broken_body_is_an_os_error_and_nothing_else(kind: int, flags: int, body: bytes) -> None:
    with contextlib.suppress(OSError):
        _read(Message(kind, flags, 1, body))


def _read(message: Message) -> None:
    route.link_of(message)
    route.rule_of(message)
    route.route_of(message)
    wire.raise_refusal(message)


def test_a_bridge_port_that_goes_is_no_interface_that_goes() -> None:
    body = struct.pack("=BxHiII", socket.AF_BRIDGE, 0, 3, 0, 0) + wire.text(3, "eth0")
    assert route.link_of(Message(route.DEL_LINK, 0, 0, body)) is None


def test_a_refusal_brings_the_kernels_own_words() -> None:
    asked = struct.pack("=IHHII", 20, 32, 5, 1, 0)
    body = struct.pack("=i", -errno.EINVAL) + asked + wire.text(1, "Invalid rule")
    with pytest.raises(OSError, match="Invalid rule") as caught:
        wire.raise_refusal(Message(wire.ERROR, 0x300, 1, body))
    assert caught.value.errno == errno.EINVAL


def test_the_kernel_tells_of_its_own_rules_and_of_the_loopback() -> None:
    netlink = Netlink(channel.ROUTE)
    try:
        assert Rule(socket.AF_INET, 32766, 254, protocol=2) in route.rules(netlink, socket.AF_INET)
        assert "lo" in [link.name for link in route.links(netlink)]
    finally:
        netlink.close()


def test_a_kernel_without_such_a_table_has_no_routes_in_it() -> None:
    netlink = Netlink(channel.ROUTE)
    try:
        assert route.routes(netlink, socket.AF_INET, 0x7FFF1742) == []
    finally:
        netlink.close()


IN_A_NAMESPACE = """
import socket
from notanker.shell.netlink import channel, route
from notanker.shell.netlink.route import Route, Rule

RESOLVERS = {socket.AF_INET: "192.0.2.53", socket.AF_INET6: "2001:db8::53"}
netlink = channel.Netlink(channel.ROUTE)
for family in (socket.AF_INET, socket.AF_INET6):
    wanted = [
        Rule(family, 1742, 254, 142, suppress=0),
        Rule(family, 1743, 1742, 142, out="lte0"),
        Rule(family, 1744, 1742, 142, user=0),  # the only user that is known in there
        Rule(family, 1745, 1742, 142, mark=(0x17, 0xFF)),
        Rule(family, 1746, 1742, 142, to=RESOLVERS[family], port=53),
    ]
    for rule in wanted:
        route.add_rule(netlink, rule)
        try:
            route.add_rule(netlink, rule)
        except FileExistsError:
            pass
        else:
            raise SystemExit("a rule was added twice")
    assert [r for r in route.rules(netlink, family) if r.protocol == 142] == wanted
    for rule in wanted:
        route.delete_rule(netlink, rule)
    try:
        route.delete_rule(netlink, wanted[0])
    except FileNotFoundError:
        pass
    else:
        raise SystemExit("a rule was deleted twice")
    assert not [r for r in route.rules(netlink, family) if r.protocol == 142]
    last = Route(family, 1742, 142, kind=route.UNREACHABLE, metric=4_000_000)
    for _ in range(2):
        route.replace_route(netlink, last)
    (found,) = route.routes(netlink, family, 1742)
    assert (found.kind, found.metric, found.prefix) == (route.UNREACHABLE, 4_000_000, 0)
    route.flush(netlink, family, 1742)
    assert not route.routes(netlink, family, 1742)
print("done")
"""


ADDRESSES_IN_A_NAMESPACE = """
import subprocess
from notanker.shell.netlink import channel, route

def ip(*arguments):
    subprocess.run(["ip", *arguments], check=True)

netlink = channel.Netlink(channel.ROUTE)
ip("link", "add", "eth0", "type", "veth", "peer", "name", "far0")
ip("link", "set", "eth0", "up")
ip("link", "set", "far0", "up")
(index,) = [link.index for link in route.links(netlink) if link.name == "eth0"]
assert not route.addressed(netlink, index)  # fe80::/10 at most, and that goes nowhere
ip("address", "add", "192.0.2.5/24", "dev", "eth0")
assert route.addressed(netlink, index)
ip("address", "del", "192.0.2.5/24", "dev", "eth0")
ip("address", "add", "2001:db8::5/64", "dev", "far0")
assert not route.addressed(netlink, index)  # somebody else's
ip("address", "add", "2001:db8::6/64", "dev", "eth0", "nodad")
assert route.addressed(netlink, index)
print("done")
"""


@pytest.mark.parametrize("script", [IN_A_NAMESPACE, ADDRESSES_IN_A_NAMESPACE])
def test_rules_routes_and_addresses_are_read_back_from_a_real_kernel(script: str) -> None:
    """In namespaces of its own (user and network), so that nobody's routing is touched."""
    done = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--net", sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout.strip(), done.stderr) == ("done", "")
