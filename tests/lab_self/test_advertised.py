"""IPv6 from router advertisements: the site learns all of it, over each uplink."""

from collections.abc import Iterator

import pytest

from notanker_lab import Lab, addresses
from notanker_lab.control import wait_until
from tests.lab_self.asking import answers, rtts_ms


@pytest.fixture(scope="module")
def told() -> Iterator[Lab]:
    with Lab("told", advertised=True) as lab:
        wait_until(lambda: len(defaults(lab)) == 2, 20, "both routers advertise themselves")
        yield lab


def defaults(lab: Lab) -> list[str]:
    return lab.topology.ip("site", "-6", "route", "show", "default").splitlines()


@pytest.mark.parametrize(
    ("interface", "prefix", "metric"), [("eth0", "2001:db8:1:", 100), ("lte0", "2001:db8:2:", 700)]
)
def test_the_site_learns_prefix_route_and_mtu(
    told: Lab, interface: str, prefix: str, metric: int
) -> None:
    address = told.topology.ip("site", "-6", "-o", "address", "show", "dev", interface, "dynamic")
    assert f"inet6 {prefix}" in address
    route = next(line for line in defaults(told) if f"dev {interface} " in line)
    assert "via fe80::" in route
    assert f"proto ra metric {metric}" in route
    assert f"mtu {addresses.RA_MTU_BYTES}" in route


def test_what_was_learned_works_over_both_uplinks(told: Lab) -> None:
    for interface in ("eth0", "lte0"):
        assert rtts_ms(told, addresses.ANCHORS6[0], via=interface, count=2)
    found = answers(told, f"udp:[{addresses.ECHO6}]")
    assert str(found[f"udp:[{addresses.ECHO6}]"]).startswith("2001:db8:1:")


def test_the_site_has_no_ipv6_of_its_own(told: Lab) -> None:
    shown = told.topology.ip("site", "-6", "-o", "address", "show", "scope", "global")
    assert addresses.SITE_PRIMARY6 not in [word.split("/")[0] for word in shown.split()]


def test_nothing_is_advertised_where_it_was_not_asked_for(lab: Lab) -> None:
    assert all("proto static" in line for line in defaults(lab))
