"""The healthy site: both uplinks, anchors, names, users, rights."""

import statistics

import pytest

from notanker_lab import Lab, LabError, addresses
from notanker_lab.control import wait_until
from tests.lab_self.asking import answers, rtts_ms


@pytest.mark.parametrize("address", [*addresses.ANCHORS, *addresses.ANCHORS6, addresses.CENTRE])
def test_the_primary_answers_after_20_ms(lab: Lab, address: str) -> None:
    assert 20 <= statistics.median(rtts_ms(lab, address)) < 23


@pytest.mark.parametrize("address", [addresses.ANCHORS[1], addresses.ANCHORS6[1]])
def test_lte_answers_after_60_ms(lab: Lab, address: str) -> None:
    assert 60 <= statistics.median(rtts_ms(lab, address, via="lte0")) < 64


@pytest.mark.parametrize("address", [addresses.ROUTER, addresses.STICK, addresses.STICK6])
def test_router_and_stick_are_near(lab: Lab, address: str) -> None:
    assert statistics.median(rtts_ms(lab, address)) < 2


def test_the_main_table_is_as_networkmanager_would_leave_it(lab: Lab) -> None:
    for family, near, far in (("-4", "192.0.2.1", "192.168.8.1"), ("-6", "db8:1::1", "db8:2::1")):
        routes = lab.topology.ip("site", family, "route", "show", "default").splitlines()
        assert near in routes[0]
        assert "dev eth0 proto static metric 100" in routes[0]
        assert far in routes[1]
        assert "dev lte0 proto static metric 700" in routes[1]


def test_anchors_serve_tcp_http_and_names_over_both_uplinks(lab: Lab) -> None:
    for iface in ("eth0", "lte0"):
        found = answers(
            lab,
            *(f"tcp:{address}:443@{iface}" for address in addresses.ANCHORS),
            *(f"dns:{address}@{iface}" for address in addresses.ANCHORS),
            f"tcp:[{addresses.ANCHORS6[0]}]:443@{iface}",
            f"dns:[{addresses.ANCHORS6[2]}]@{iface}",
            f"dnstcp:{addresses.ANCHORS[0]}@{iface}",
            f"http:{addresses.ANCHORS[0]}/generate_204@{iface}",
            f"http:{addresses.ANCHORS[2]}/success.txt@{iface}",
        )
        assert all(found.values()), found
        assert found[f"dns:{addresses.ANCHORS[0]}@{iface}"] == addresses.CENTRE
        assert str(found[f"http:{addresses.ANCHORS[0]}/generate_204@{iface}"]).startswith("204")
        assert str(found[f"http:{addresses.ANCHORS[2]}/success.txt@{iface}"]).endswith("success\n")


def test_router_and_stick_resolve_names_and_nothing_leaves_the_lab(lab: Lab) -> None:
    found = answers(
        lab,
        f"dns:{addresses.ROUTER}",
        f"dns:{addresses.STICK}",
        f"dns:{addresses.ANCHORS[0]}/www.python.org",
        f"dns:{addresses.ROUTER}/localhost.localdomain",
    )
    assert list(found.values()) == [addresses.CENTRE, addresses.CENTRE, "rcode 3", "rcode 3"]


def test_programs_resolve_through_the_usual_library(lab: Lab) -> None:
    said = lab.exec("site", ["getent", "ahostsv4", "anchor2.example"]).stdout
    assert said.startswith(addresses.ANCHORS[1])


def test_the_internet_sees_one_address_per_uplink(lab: Lab) -> None:
    found = answers(lab, *(f"udp:{addresses.ECHO}@{iface}" for iface in ("eth0", "lte0")))
    assert list(found.values()) == [addresses.PUBLIC_PRIMARY, addresses.PUBLIC_LTE]


def test_without_masquerading_it_sees_the_site_itself(lab: Lab) -> None:
    lab.topology.masquerade(on=False)
    found = answers(lab, *(f"udp:{addresses.ECHO}@{iface}" for iface in ("eth0", "lte0")))
    assert list(found.values()) == [addresses.SITE_PRIMARY, addresses.SITE_LTE]


def test_a_provider_drops_foreign_source_addresses(lab: Lab) -> None:
    wrong = ["ping", "-n", "-c", "1", "-W", "0.3", "-I", addresses.SITE_PRIMARY6]
    lab.topology.ip("site", "-6", "route", "add", "2001:db8:100::1", "via", addresses.STICK6)
    try:
        assert lab.exec("site", [*wrong, addresses.ANCHORS6[0]]).returncode == 1
    finally:
        lab.topology.ip("site", "-6", "route", "del", "2001:db8:100::1")


def test_a_process_runs_as_any_number_with_the_named_capabilities_alone(lab: Lab) -> None:
    caps = ["grep", "-E", "^(Uid|CapEff|CapAmb|CapBnd|NoNewPrivs)", "/proc/self/status"]
    process = lab.popen("site", caps, uid=5000)
    assert process.wait(5) == 0
    said = dict(line.split(":", 1) for line in lab.logs(process)[0].read_text().splitlines())
    assert said["Uid"].split() == ["5000"] * 4
    assert {said[name].strip() for name in ("CapEff", "CapAmb", "CapBnd")} == {"0000000000003000"}
    assert said["NoNewPrivs"].strip() == "1"


def test_a_process_without_capabilities_may_change_no_route(lab: Lab) -> None:
    argv = ["ip", "rule", "add", "pref", "77", "lookup", "7"]
    assert lab.popen("site", argv, uid=5000, ambient_caps=()).wait(5) != 0
    assert lab.popen("site", argv, uid=5000, ambient_caps=("net_admin",)).wait(5) == 0
    lab.topology.ip("site", "rule", "del", "pref", "77")


def test_a_stubborn_process_is_ended_too(lab: Lab) -> None:
    ready = lab.tmp / "stubborn"
    process = lab.popen("site", ["sh", "-c", f"trap '' TERM; touch {ready}; sleep 60; sleep 60"])
    wait_until(ready.exists, 5, "the process ignores TERM")
    assert lab.end(process, grace_s=0.2) == -9


def test_two_labs_stand_side_by_side(lab: Lab) -> None:
    with Lab(prefix="second") as second:
        assert rtts_ms(second, addresses.ANCHORS[0])
        with second.faults.silent_cut():
            assert not rtts_ms(second, addresses.ANCHORS[0], count=2)
            assert rtts_ms(lab, addresses.ANCHORS[0], count=2)
    assert "second" not in lab.exec("site", ["ip", "netns", "list"]).stdout
    assert not second.tmp.exists()


def test_a_second_lab_of_one_name_is_refused(lab: Lab) -> None:
    with pytest.raises(LabError, match="runs already"), Lab():
        pass
    assert lab.tmp.exists()
