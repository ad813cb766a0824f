"""What the roles work out by themselves: who comes from where, and which clock is to be believed."""

from __future__ import annotations

import datetime as dt
import importlib.machinery
import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from deploy.ansible.plugins.filter.addresses import addresses_of, held_by, of_version
from hypothesis import given
from hypothesis import strategies as st

ROLES = Path(__file__).parents[2] / "deploy" / "ansible" / "roles"
NETWORKS = ["192.0.2.0/24", "2001:db8::/32", "198.51.100.7"]


@pytest.mark.parametrize(
    ("address", "held"),
    [
        ("192.0.2.9", True),
        ("::ffff:192.0.2.9", True),
        ("2001:db8::1%eth0", True),
        ("198.51.100.7", True),
        ("198.51.100.8", False),
        ("2001:db9::1", False),
        ("", False),
        ("somebody", False),
    ],
)
def test_who_comes_from_a_network_is_known(address: str, held: bool) -> None:
    assert held_by(address, NETWORKS) is held


@given(st.text(max_size=40))
def test_no_address_is_too_odd_to_be_asked_about(text: str) -> None:
    assert held_by(text, NETWORKS) in (True, False)


def test_networks_are_written_as_nftables_wants_them() -> None:
    assert of_version([*NETWORKS, "192.0.2.77/24"], 4) == ["192.0.2.0/24", "198.51.100.7/32"]
    assert of_version(NETWORKS, 6) == ["2001:db8::/32"]
    with pytest.raises(ValueError, match="does not appear"):
        of_version(["the office"], 4)


def test_an_interface_that_is_not_there_has_no_addresses() -> None:
    facts: dict[str, Any] = {
        "br_lan": {
            "ipv4": {"address": "192.0.2.1"},
            "ipv4_secondaries": [{"address": "192.0.2.2"}],
            "ipv6": [{"address": "2001:db8::1"}],
        },
        "lte0": {},
    }
    assert addresses_of(facts, ["br-lan", "lte0", "wlan0"]) == [
        "192.0.2.1", "192.0.2.2", "2001:db8::1",
    ]  # fmt: skip


@pytest.fixture(scope="module")
def modem_time() -> ModuleType:
    """Give the program that sets the clock by the modem's; it has no ending, as commands have none."""
    path = ROLES / "time" / "files" / "notanker-modem-time"
    loader = importlib.machinery.SourceFileLoader("modem_time", str(path))
    spec = importlib.util.spec_from_loader("modem_time", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


NOW_S = dt.datetime(2026, 11, 26, 12, tzinfo=dt.UTC).timestamp()


def test_a_clock_that_is_behind_is_set_by_the_modems(modem_time: ModuleType) -> None:
    told = modem_time.told(json.dumps({"info": {"clock": "2026-11-26T13:00:00+01:00"}}))
    assert told == NOW_S
    assert modem_time.wanted(NOW_S - 86400, told, NOW_S - 1e6)


def test_a_clock_is_never_set_back_nor_by_seconds_nor_to_before_its_release(
    modem_time: ModuleType,
) -> None:
    assert not modem_time.wanted(NOW_S + 3600, NOW_S, 0)
    assert not modem_time.wanted(NOW_S - 60, NOW_S, 0)
    assert not modem_time.wanted(NOW_S - 86400, NOW_S, NOW_S + 1)
    assert not modem_time.wanted(0, NOW_S, 0)
    assert not modem_time.wanted(NOW_S, None, 0)


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"info": null}', '{"info": {"clock": ""}}', '{"info": {"clock": 5}}',
     '{"info": {"clock": "2026-11-26T13:00:00"}}'],
)  # fmt: skip
def test_a_modem_that_tells_no_time_with_its_zone_tells_none(
    modem_time: ModuleType, text: str
) -> None:
    assert modem_time.told(text) is None
