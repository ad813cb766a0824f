"""What devices hear that ask whether this Wi-Fi leads to the internet."""

from __future__ import annotations

import ipaddress
import json
from pathlib import Path
from typing import Any, Literal

import pytest
from tests.unit.portal.world import World

from notanker.config.portal import PortalConfig
from notanker.portal.answer import Answer
from notanker.portal.captive import API, Captive
from notanker.portal.captive_clients import MOST, RELEASED_S, Clients
from notanker.portal.captive_dns import DUMMY, configuration
from notanker.portal.captive_probes import Probe, hosts, probes
from notanker.portal.request import read

URL = "http://10.42.0.1/"
PHONE = "10.42.0.17"
ASKED = [pytest.param(one, id=one.client) for one in probes() if not one.always]


class Clock:
    def __init__(self) -> None:
        self.s = 1000.0

    def __call__(self) -> float:
        return self.s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def clients(clock: Clock, tmp_path: Path) -> Clients:
    return Clients(clock, tmp_path / "arp")


def met(
    captive: Captive, host: str, path: str, address: str = PHONE, *, secure: bool = False
) -> Answer | str:
    request = read(f"GET {path} HTTP/1.1\r\nHost: {host}".encode())
    return captive.meet(request, address, secure=secure)


def goes_to(found: Answer | str) -> str:
    """Tell where somebody is sent."""
    assert isinstance(found, Answer)
    assert found.status == 302
    lines = found.head.decode().split("\r\n")
    return next(line for line in lines if line.startswith("Location: ")).partition(": ")[2]


def believes(found: Answer | str, probe: Probe) -> bool:
    """Tell whether the device is online, as far as it knows."""
    if not isinstance(found, Answer):
        return False
    told = all(
        f"{name}: {value}\r\n" in found.head.decode() for name, value in probe.fields.items()
    )
    return told and (found.status, found.body.decode()) == (probe.status, probe.body)


@pytest.mark.parametrize("probe", ASKED)
def test_a_device_is_led_to_the_portal_until_somebody_there_has_gone_on(
    probe: Probe, clients: Clients, clock: Clock
) -> None:
    captive = Captive(URL, "guide", clients)
    for host in probe.hosts:
        for path in probe.paths:
            first = met(captive, host, path)
            assert first == "/" if probe.unseen == "page" else goes_to(first) == URL
    assert goes_to(met(captive, "10.42.0.1", "/weiter")) == f"{URL}de/"
    for host in probe.hosts:
        for path in probe.paths:
            assert believes(met(captive, host, path), probe)
            assert not believes(met(captive, host, path, "10.42.0.18"), probe)
    clock.s += RELEASED_S
    assert not believes(met(captive, probe.hosts[0], probe.paths[0]), probe)


@pytest.mark.parametrize("probe", ASKED)
def test_silent_tells_every_device_that_it_is_online(probe: Probe, clients: Clients) -> None:
    assert believes(met(Captive(URL, "silent", clients), probe.hosts[0], probe.paths[0]), probe)


@pytest.mark.parametrize("probe", ASKED)
def test_off_leaves_everything_to_the_pages(probe: Probe, clients: Clients) -> None:
    captive = Captive(URL, "off", clients)
    assert met(captive, probe.hosts[0], probe.paths[0]) == probe.paths[0]


@pytest.mark.parametrize("mode", ["guide", "silent"])
def test_the_browser_that_windows_opens_always_comes_to_the_portal(
    mode: Literal["guide", "silent"], clients: Clients
) -> None:
    captive = Captive(URL, mode, clients)
    clients.release(PHONE)
    assert goes_to(met(captive, "www.msftconnecttest.com", "/redirect")) == URL


@pytest.mark.parametrize("host", ["10.42.0.1", "notfall.lan", "captive.apple.com", "shop.example"])
def test_pages_are_pages_under_every_name(host: str, clients: Clients) -> None:
    """So that all of them work within the small browser that opens by itself."""
    assert met(Captive(URL, "guide", clients), host, "/kontakte") == "/kontakte"


def test_going_on_in_english_leads_to_english(clients: Clients) -> None:
    assert goes_to(met(Captive(URL, "guide", clients), "x", "/en/weiter")) == f"{URL}en/"


def test_each_row_is_told_where_it_comes_from() -> None:
    for probe in probes():
        assert probe.source
        assert all(path.startswith("/") for path in probe.paths)
        assert all(host == host.lower() for host in probe.hosts)
    asked = [(host, path) for probe in probes() for host in probe.hosts for path in probe.paths]
    assert len(asked) == len(set(asked))


# Devices


def test_a_device_with_another_address_is_still_the_same(clock: Clock, tmp_path: Path) -> None:
    table = tmp_path / "arp"
    clients = Clients(clock, table)
    head = "IP address       HW type     Flags       HW address            Mask     Device\n"
    row = "{}       0x1         {}         {}     *        wlan0\n"
    table.write_text(head + row.format(PHONE, "0x2", "02:00:5E:10:00:01"))
    clients.release(PHONE)
    table.write_text(head + row.format("10.42.0.99", "0x2", "02:00:5e:10:00:01"))
    assert clients.left_s("10.42.0.99") == clients.left_s("::ffff:10.42.0.99") == RELEASED_S
    table.write_text(head + row.format(PHONE, "0x2", "02:00:5e:10:00:02"))
    assert clients.left_s(PHONE) == 0


@pytest.mark.parametrize(
    "table",
    ["", "IP\n", "IP\n10.42.0.17\n", "IP\n10.42.0.17 0x1 0x0 00:00:00:00:00:00 * wlan0\n",
     "IP\n10.42.0.17 0x1 odd 02:00:5e:10:00:01 * wlan0\n"],
)  # fmt: skip
def test_without_a_hardware_address_the_device_is_its_address(
    table: str, clock: Clock, tmp_path: Path
) -> None:
    (tmp_path / "arp").write_text(table)
    assert Clients(clock, tmp_path / "arp").who(PHONE) == PHONE


def test_so_many_devices_are_remembered_and_no_more(clients: Clients) -> None:
    for number in range(MOST + 500):
        clients.release(f"10.{number // 250}.{number % 250}.1")
    assert len(clients) == MOST
    assert clients.left_s("10.0.0.1") == 0
    assert clients.left_s(f"10.{(MOST + 499) // 250}.{(MOST + 499) % 250}.1") > 0


def test_whoever_goes_on_again_is_one_device(clients: Clients) -> None:
    for _ in range(3):
        clients.release(PHONE)
    assert len(clients) == 1


# With a certificate


def told(captive: Captive) -> dict[str, Any]:
    found = met(captive, "notfall.firma.example", API, secure=True)
    assert isinstance(found, Answer)
    assert b"Content-Type: application/captive+json\r\n" in found.head
    assert len(found.body) <= 4096
    decoded: dict[str, Any] = json.loads(found.body)
    return decoded


def test_with_a_certificate_a_device_hears_its_state_by_rfc_8908(clients: Clients) -> None:
    captive = Captive(URL, "guide", clients, "notfall.firma.example")
    portal = "https://notfall.firma.example/"
    assert told(captive) == {
        "captive": True, "user-portal-url": portal, "venue-info-url": portal
    }  # fmt: skip
    clients.release(PHONE)
    assert told(captive)["captive"] is False
    assert told(captive)["seconds-remaining"] == RELEASED_S
    assert told(Captive(URL, "silent", clients, "notfall.firma.example"))["captive"] is False


def test_without_one_there_is_no_such_answer(clients: Clients) -> None:
    assert met(Captive(URL, "guide", clients), "10.42.0.1", API, secure=True) == API
    named = Captive(URL, "guide", clients, "notfall.firma.example")
    assert met(named, "notfall.firma.example", API, secure=False) == API


# dnsmasq


def lines(**values: Any) -> list[str]:
    return configuration(PortalConfig(port=80, **values)).splitlines()


def test_a_probes_name_never_leads_to_a_private_address() -> None:
    """Android opens no portal then."""
    found = [line.split("/") for line in lines() if line.startswith("address=/")]
    led = {name: where for _, name, where in found}
    assert {led[host] for host in hosts()} == {DUMMY}
    assert not any(ipaddress.ip_address(DUMMY) in network for network in RFC1918)
    assert led["notfall.internal"] == led["notfall.lan"] == "10.42.0.1"
    assert led["#"] == ""


RFC1918 = [ipaddress.ip_network(n) for n in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")]


def test_off_names_no_probe() -> None:
    assert not any(DUMMY in line for line in lines(probes="off"))


def test_devices_hear_of_an_api_only_with_a_certificate() -> None:
    assert not any("114" in line for line in lines())
    name = {"name": "notfall.firma.example", "certificate": Path("a"), "key": Path("b")}
    url = "https://notfall.firma.example/captive-portal/api"
    assert f"dhcp-option-force=114,{url}" in lines(**name)
    assert "address=/notfall.firma.example/10.42.0.1" in lines(**name)


def test_the_home_page_works_under_a_probes_name(world: World) -> None:
    answer = world.client.get("/", headers={"Host": "captive.apple.com"})
    assert answer.status_code == 200
    assert "Musterhafen" in answer.text


def test_every_page_leads_on_from_the_captive_portal(world: World) -> None:
    for page, on in (("/de/", "/weiter"), ("/en/kontakte", "/en/weiter")):
        assert f'href="{on}"' in world.text(page)
        assert "Musterhafen" in world.text(on)
