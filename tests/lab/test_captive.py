"""Devices that join the Wi-Fi: what they find, what they believe, and that nothing warns of anything."""

import contextlib
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Error, sync_playwright

from notanker.portal.captive_probes import hosts
from notanker_lab import processes
from notanker_lab.debian import unpacked
from tests.lab import networkmanager
from tests.lab.captive_site import BOX, DUMMY, Device, Site, captive_site, until
from tests.lab.firefox import LOCKED, UNLOCKED, firefox

HOME = f"http://{BOX}/"
PLAN = "Musterhafen"
NXDOMAIN, NOERROR = 3, 0
SUCCESS = "<HTML><HEAD><TITLE>Success</TITLE></HEAD><BODY>Success</BODY></HTML>"


@pytest.fixture(scope="module")
def site(in_a_capsule: None) -> Iterator[Site]:
    with captive_site() as site:
        yield site


def test_probes_lead_to_a_public_address_and_nothing_else_exists(site: Site) -> None:
    own = ["notfall.internal", "notfall.lan"]
    others = ["example.com", "www.firma.example", "mtalk.google.com", "fritz.box"]
    device = site.join("resolver")
    found = device.python(_RESOLVE, BOX, *hosts(), *own, *others)
    assert {name for name, told in found.items() if told == [NOERROR, [DUMMY]]} == set(hosts())
    assert {name for name, told in found.items() if told == [NOERROR, [BOX]]} == set(own)
    assert {name for name, told in found.items() if told == [NXDOMAIN, []]} == set(others)


def test_nothing_listens_for_https(site: Site) -> None:
    device = site.join("tls")
    assert device.python(_CONNECT, BOX, DUMMY) == ["ConnectionRefusedError"] * 2


def test_an_apple_device_shows_the_plan_and_is_content_once_somebody_has_gone_on(
    site: Site,
) -> None:
    """The system asks, its small browser shows what came, and the system asks again after each page."""
    probe, system = "http://captive.apple.com/hotspot-detect.html", "CaptiveNetworkSupport wispr"
    phone = site.join("apple")
    for agent in (system, "Mozilla/5.0 (iPhone) AppleWebKit/605.1.15 Mobile"):
        answer = phone.asks(probe, agent)
        assert (answer["status"], SUCCESS in answer["body"]) == (200, False)
        assert PLAN in answer["body"]
    assert "tel:" in phone.asks("http://captive.apple.com/kontakte")["body"]
    assert phone.asks("http://captive.apple.com/weiter")["location"] == f"{HOME}de/"
    assert phone.asks(probe, system)["body"] == SUCCESS


def test_an_android_device_is_led_to_the_plan_and_is_content_once_somebody_has_gone_on(
    site: Site,
) -> None:
    probes = ["http://connectivitycheck.gstatic.com/generate_204", "http://www.google.com/gen_204"]
    phone = site.join("android")
    for probe in probes:
        answer = phone.asks(probe)
        assert (answer["status"], answer["location"]) == (302, HOME)
    assert PLAN in phone.asks(HOME)["body"]
    assert phone.asks(f"{HOME}weiter")["status"] == 302
    assert [phone.asks(probe)["status"] for probe in probes] == [204, 204]


def test_a_windows_device_opens_the_plan_and_is_content_once_somebody_has_gone_on(
    site: Site,
) -> None:
    probe = "http://www.msftconnecttest.com/connecttest.txt"
    computer = site.join("windows")
    assert computer.asks(probe, "Microsoft NCSI")["location"] == HOME
    assert computer.asks("http://www.msftconnecttest.com/redirect")["location"] == HOME
    assert computer.asks(f"{HOME}en/weiter")["location"] == f"{HOME}en/"
    assert computer.asks(probe, "Microsoft NCSI")["body"] == "Microsoft Connect Test"


def test_one_device_that_has_gone_on_says_nothing_of_another(site: Site) -> None:
    first, second = site.join("first"), site.join("second")
    first.asks(f"{HOME}weiter")
    probe = "http://www.gstatic.com/generate_204"
    assert [first.asks(probe)["status"], second.asks(probe)["status"]] == [204, 302]


@pytest.mark.parametrize("strict", [False, True])
def test_chromium_opens_the_plan_without_a_warning(strict: bool, site: Site) -> None:
    """By each of the portal's names; with `https_first_balanced_mode` it warns of a public one."""
    device = site.join(f"chromium{int(strict)}")
    with chromium(device, strict=strict) as browser:
        page = browser.new_page()
        for url in (HOME, "http://notfall.internal/", "http://notfall.lan/", f"http://{DUMMY}/"):
            page.goto(url)
            assert PLAN in page.inner_text("body"), url
        probe = "http://www.gstatic.com/generate_204"
        if strict:
            with pytest.raises(Error, match="ERR_BLOCKED_BY_CLIENT"):  # its page that warns
                page.goto(probe)
        else:
            page.goto(probe)
            assert page.url == HOME


def test_firefox_sees_a_portal_and_that_it_was_passed(site: Site) -> None:
    with firefox(site.join("firefox")) as browser:
        until(lambda: browser.portal_state() == LOCKED, "Firefox sees the portal")
        assert PLAN in browser.text(HOME)
        browser.text(f"{HOME}weiter")
        until(lambda: browser.portal_state() == UNLOCKED, "Firefox sees that it was passed")


def test_networkmanager_sees_a_portal_and_after_it_the_internet(site: Site) -> None:
    laptop = site.join("laptop", address=False)
    with managed(laptop) as nmcli:
        until(lambda: nmcli("networking", "connectivity", "check") == "portal", "a portal is seen")
        laptop.asks(f"{HOME}weiter")
        assert nmcli("networking", "connectivity", "check") == "full"
        assert "10.42.0." in nmcli("-g", "ip4.address", "device", "show", "eth0")


@contextlib.contextmanager
def chromium(device: Device, *, strict: bool) -> Iterator[BrowserContext]:
    """Start Debian's Chromium on the device, with a profile of its own."""
    profile = device.folder / "profile"
    (profile / "Default").mkdir(parents=True)
    told = json.dumps({"https_first_balanced_mode_enabled": strict})
    (profile / "Default" / "Preferences").write_text(told)
    start = device.folder / "chromium"
    line = " ".join(f"'{part}'" for part in device.line("/usr/bin/chromium"))
    start.write_text(f'#!/bin/sh\nexec {line} "$@"\n')
    start.chmod(0o755)
    flags = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-component-update"]
    with sync_playwright() as playwright:
        # Without its own list of what is off, which counts the warnings among it.
        browser = playwright.chromium.launch_persistent_context(
            profile, executable_path=start, args=flags, ignore_default_args=["--disable-features"]
        )
        yield browser
        browser.close()


class Nmcli:
    """Asks a NetworkManager."""

    def __init__(self, device: Device, environment: dict[str, str]) -> None:
        self._device, self._environment = device, environment

    def __call__(self, *arguments: str) -> str:
        program = unpacked("network-manager", "usr/bin/nmcli")
        return self._device.run(program, *arguments, env=self._environment).strip()


@contextlib.contextmanager
def managed(device: Device) -> Iterator[Nmcli]:
    """Start Debian's NetworkManager on the device; it takes the Wi-Fi as it comes."""
    folder = device.folder
    (folder / "bus.conf").write_text(networkmanager.BUS.format(folder=folder))
    check = "uri=http://nmcheck.gnome.org/check_network_status.txt\ninterval=300"
    conf = "[main]\nplugins=keyfile\ndns=none\nauth-polkit=root-only\nrc-manager=unmanaged\n"
    (folder / "nm.conf").write_text(
        f"{conf}[keyfile]\npath={folder}/connections\n[connectivity]\n{check}\n"
    )
    (folder / "connections").mkdir()
    profile = folder / "connections" / "eth0.nmconnection"
    kind = "[connection]\nid=eth0\ntype=ethernet\ninterface-name=eth0\n"
    profile.write_text(f"{kind}[ipv4]\nmethod=auto\n[ipv6]\nmethod=disabled\n")
    profile.chmod(0o600)
    environment = networkmanager.environment(folder)
    nmcli = Nmcli(device, environment)
    bus = [unpacked("dbus-daemon", "usr/bin/dbus-daemon"), f"--config-file={folder}/bus.conf"]
    with _started(device, [*map(str, bus), "--nofork", "--nopidfile"], environment):
        until((folder / "bus").exists, "D-Bus is there")
        with _started(device, networkmanager.command(folder), environment):
            until(lambda: _is_up(nmcli), "NetworkManager is there")
            yield nmcli


@contextlib.contextmanager
def _started(device: Device, line: list[str], environment: dict[str, str]) -> Iterator[None]:
    env = processes.environment(environment)
    with (device.folder / f"{Path(line[0]).name}.log").open("wb") as log:
        process = subprocess.Popen(device.line(*line), env=env, stdout=log, stderr=log)
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)


def _is_up(nmcli: Nmcli) -> bool:
    with contextlib.suppress(AssertionError):
        return "connected" in nmcli("-t", "-f", "STATE", "general")
    return False


_RESOLVE = """
import json, socket, struct, sys
def ask(name):
    labels = b"".join(bytes([len(p)]) + p.encode() for p in name.split(".")) + b"\\0"
    link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    link.settimeout(10)
    question = struct.pack(">6H", 7, 0x100, 1, 0, 0, 0) + labels + struct.pack(">2H", 1, 1)
    link.sendto(question, (sys.argv[1], 53))
    answer = link.recv(512)
    flags, _, count = struct.unpack(">3H", answer[2:8])
    return [flags & 15, [socket.inet_ntoa(answer[-4:])] if count else []]
print(json.dumps({name: ask(name) for name in sys.argv[2:]}))
"""
_CONNECT = """
import json, socket, sys
def connect(address):
    try:
        socket.create_connection((address, 443), timeout=10).close()
    except OSError as error:
        return type(error).__name__
print(json.dumps([connect(address) for address in sys.argv[1:]]))
"""
