"""Each fault does what its name says, to that alone, and can be undone."""

import re
import time

import pytest

from notanker_lab import Lab, LabError, addresses
from notanker_lab.control import wait_until
from notanker_lab.faults import FAULTS, Fault
from notanker_lab.lab import Attached
from tests.lab_self.asking import answers, rtts_ms

A1, A2 = addresses.ANCHORS[:2]
PING, TCP, UDP, DNS = f"icmp:{A1}", f"tcp:{A1}:443", f"udp:{addresses.ECHO}", f"dns:{A1}"
ROUTER_DNS = f"dns:{addresses.ROUTER}"
HTTP = f"http:{A1}/generate_204"
LTE = f"udp:{addresses.ECHO}@lte0"
ALL = {PING, TCP, UDP, DNS, ROUTER_DNS, HTTP, LTE}


def alive(lab: Lab) -> set[str]:
    """Give which of ALL the site reaches now."""
    return {name for name, value in answers(lab, *sorted(ALL)).items() if value}


@pytest.mark.parametrize(
    ("name", "left"),
    [
        ("carrier_loss", {LTE}),
        ("silent_cut", {LTE}),
        ("router_silent", {LTE}),
        ("half_dead", {LTE, PING}),
        ("tcp_dead", {LTE, PING, UDP, DNS, ROUTER_DNS}),
        ("udp_dead", {LTE, PING, TCP, HTTP}),
        ("dns_dead", {LTE, PING, TCP, UDP, HTTP}),
        ("captive_portal", {LTE, PING, DNS, ROUTER_DNS, HTTP}),
        ("both_dead", set()),
        ("lte_dead", ALL - {LTE}),
        ("lte_carrier_loss", ALL - {LTE}),
    ],
)
def test_a_fault_takes_its_own_and_gives_it_back(lab: Lab, name: str, left: set[str]) -> None:
    if name in ("carrier_loss", "lte_carrier_loss"):
        # A resolver bound to the link's own address goes with the link.
        left = left - {ROUTER_DNS} if name == "carrier_loss" else left
    with lab.faults.start(name):
        if name == "carrier_loss":
            # Without the primary's link the kernel itself leaves by LTE.
            found = answers(lab, f"udp:{addresses.ECHO}@eth0", LTE)
            assert [bool(value) for value in found.values()] == [False, True]
        else:
            assert alive(lab) == left
    # The kernel may tell of a link's return up to a second late.
    wait_until(lambda: alive(lab) == ALL, 10, f"all is back after {name}")


def test_carrier_loss_is_seen_on_eth0_and_only_there(lab: Lab) -> None:
    def has_link() -> bool:
        return "NO-CARRIER" not in lab.topology.ip("site", "link", "show", "eth0")

    with lab.faults.carrier_loss():
        wait_until(lambda: not has_link(), 2, "eth0 loses its link")
        assert "NO-CARRIER" not in lab.topology.ip("site", "link", "show", "lte0")
    wait_until(has_link, 2, "eth0 has its link again")
    # The kernel repeats a lost neighbour solicitation after a second, not sooner.
    back = lambda: rtts_ms(lab, addresses.ANCHORS6[0], via="eth0", count=1)  # noqa: E731
    wait_until(back, 4, "IPv6 works over eth0 again")


def test_a_silent_cut_leaves_link_and_router(lab: Lab) -> None:
    with lab.faults.silent_cut():
        assert "NO-CARRIER" not in lab.topology.ip("site", "link", "show", "eth0")
        assert rtts_ms(lab, addresses.ROUTER)
        # Silent means silent: no "host unreachable" betrays it, even after ARP would time out.
        said = lab.exec("site", ["ping", "-n", "-c", "8", "-i", "0.5", "-W", "0.5", A1]).stdout
        assert "nreachable" not in said


def test_a_hung_router_keeps_its_link_and_says_nothing(lab: Lab) -> None:
    with lab.faults.router_silent():
        assert "NO-CARRIER" not in lab.topology.ip("site", "link", "show", "eth0")
        assert not rtts_ms(lab, addresses.ROUTER, count=2)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_dead_anchor_is_dead_over_both_uplinks_and_alone(lab: Lab, number: int) -> None:
    checks = {
        f"{kind}@{iface}": i + 1 != number
        for iface in ("eth0", "lte0")
        for i in range(3)
        for kind in (f"tcp:{addresses.ANCHORS[i]}:443", f"dns:[{addresses.ANCHORS6[i]}]")
    }
    with lab.faults.anchor_dead(number):
        assert {name: bool(found) for name, found in answers(lab, *checks).items()} == checks
        assert not rtts_ms(lab, addresses.ANCHORS[number - 1], count=1)


def test_an_anchor_may_refuse_icmp_alone(lab: Lab) -> None:
    with lab.faults.anchor_dead(1, what="icmp"), lab.faults.anchor_dead(2, what="icmp"):
        assert not rtts_ms(lab, A1, count=1)
        assert not rtts_ms(lab, A2, count=1)
        assert all(answers(lab, TCP, f"tcp:{A2}:443").values())


def test_a_captive_portal_leads_to_its_login_page(lab: Lab) -> None:
    with lab.faults.captive_portal():
        said = str(answers(lab, HTTP)[HTTP])
        assert said.startswith("302")
        assert re.search(r"Location: http://192\.0\.2\.1:8081/login", said)


def test_random_loss_loses_that_share_of_questions(lab: Lab) -> None:
    lab.wires.shape("primary", seed=7)
    with lab.faults.random_loss(20):
        pace = ["-c", "300", "-i", "0.003", "-W", "0.2", "-q"]
        said = lab.exec("site", ["ping", *pace, A1]).stdout
    lost = re.search(r"([0-9.]+)% packet loss", said)
    assert lost
    assert 12 < float(lost[1]) < 28  # 3.5 standard deviations


def test_slowness_is_seen_and_undone(lab: Lab) -> None:
    with lab.faults.slow(delay_ms=150, jitter_ms=20):
        found = rtts_ms(lab, A1)
        # Nothing is quicker than the line; what is slower may be the machine.
        assert 255 < min(found) < 345
        assert max(found) - min(found) > 1
    assert min(rtts_ms(lab, A1)) < 25


def test_flapping_keeps_its_schedule_beside_the_caller(lab: Lab) -> None:
    started_s = time.monotonic()
    fault = lab.faults.flapping(up_s=0.2, down_s=0.3, times=3)
    assert time.monotonic() - started_s < 0.1
    fault.wait(5)
    assert [edge for _, edge in fault.edges] == ["down", "up"] * 3
    assert 0.28 < fault.edges[1][0] - fault.edges[0][0] < 0.4
    assert rtts_ms(lab, A1, count=1)


def test_flapping_stops_when_healed(lab: Lab) -> None:
    fault = lab.faults.flapping(up_s=60, down_s=60, times=9)
    wait_until(lambda: fault.edges, 2, "the first cut")
    lab.faults.heal()
    assert rtts_ms(lab, A1, count=1)


def test_another_process_can_break_and_heal(lab: Lab) -> None:
    other = Attached()
    other.faults.silent_cut()
    other.faults.random_loss(100, wire="lte")
    assert not rtts_ms(lab, A1, count=1)
    lab.faults.heal()
    assert rtts_ms(lab, A1, count=1)
    assert lab.wires.state()["lte"]["down"]["loss"] is None


def test_faults_add_up_and_heal_one_by_one(lab: Lab) -> None:
    cut, dead = lab.faults.silent_cut(), lab.faults.tcp_dead()
    cut.heal()
    assert rtts_ms(lab, A1, count=1)
    assert not answers(lab, TCP)[TCP]
    dead.heal()
    dead.heal()
    assert answers(lab, TCP)[TCP]


def test_every_fault_can_be_started_by_name(lab: Lab) -> None:
    for name in FAULTS:
        fault = lab.faults.start(name)
        assert isinstance(fault, Fault)
        fault.heal()
    with pytest.raises(LabError, match="There is no fault 'earthquake'"):
        lab.faults.start("earthquake")
    with pytest.raises(LabError, match="does not take"):
        lab.faults.start("tcp_dead", "primary", "3", "4")
