"""A site in the lab with everything that can break: the product on stage, a modem that speaks AT, a panel."""

import random
import re
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from tests.lab.scene import Scene, Status, is_over, is_well, on_stage, until

from notanker_lab import addresses
from notanker_lab.panel import Hand
from notanker_lab.stage import AGENT_UID, PLAN

SWITCH: Final = "192.168.50.20"
PBX: Final = "192.168.50.21"
VPN: Final = "203.0.113.50"
_PLACES: Final[Mapping[str, tuple[str, str, int]]] = {
    SWITCH: (addresses.CLIENT, "eth0", 24),
    PBX: (addresses.CLIENT, "eth0", 24),
    VPN: ("inet", "lo", 32),
}
"""Where the machine stands that answers for a system: namespace, interface, length of the prefix.

Switch and telephone system have a way of their own to the box: a router that is dead must not silence them.
"""
WAIT_TO_RESTORE_S: Final = 3.0
"""Shorter than a site's, so that outages can follow one another; a flap must be shorter still."""
REPORT_S: Final = 0.5
PER_HOUR: Final = 1000
"""A year's outages in one hour must not meet the limit on SMS to one person."""
CALM_S: Final = 60.0

_WATCHES: Final = f"""
[[watch]]
system = "core-switch"
kind = "icmp"
address = "{SWITCH}"
interval_s = 2

[[watch]]
system = "pbx"
kind = "icmp"
address = "{PBX}"
interval_s = 2

[[watch]]
system = "vpn-musterbank"
kind = "icmp"
address = "{VPN}"
uplink = "either"
interval_s = 2

[panel]
plugin = "panel"

[[plugin]]
name = "panel"
kind = "gpio_panel"
[plugin.options]
pins = "mock"
socket = "{{folder}}/pins.sock"
mains_pin = 6
"""


class Site:
    """One site, and what can be done to it."""

    def __init__(self, scene: Scene, hand: Hand) -> None:
        self.scene, self.hand = scene, hand
        self._gone: set[str] = set()

    def take_away(self, *systems: str) -> None:
        """Let systems answer no more."""
        for address in systems:
            self._stand(address, "del")
        self._gone.update(systems)

    def mend(self) -> None:
        """Let everything work again."""
        self.scene.lab.faults.heal()
        self.hand.mains(on=True)
        for address in self._gone:
            self._stand(address, "add")
        self._gone.clear()

    def calm(self) -> None:
        """Wait until all is well, nothing is open and no message is on its way."""
        self.scene.wait(_calm, CALM_S)

    def answer(self, number: str, text: str) -> None:
        """Have somebody send an SMS to the box."""
        self.scene.lab.at.receive(number, text)

    def _stand(self, address: str, verb: str) -> None:
        ns, interface, length = _PLACES[address]
        self.scene.lab.topology.ip(ns, "address", verb, f"{address}/{length}", "dev", interface)


def _calm(status: Status) -> bool:
    systems = all(item["verdict"] == "up" for item in status["systems"])
    return is_over(status) and is_well(status) and not status["further"] and systems


@contextmanager
def site(
    radio_s: float,
    change: Callable[[Path], None] = lambda _: None,
    furnish: Callable[[Scene], None] = lambda _: None,
) -> Iterator[Site]:
    """Build a site, start the product, and wait until all is calm.

    Args:
        radio_s: How long the network takes for each SMS.
        change: May rewrite the plan's folder before anything starts.
        furnish: May add to the site and its configuration, likewise.
    """
    found: list[Hand] = []

    def prepare(scene: Scene) -> None:
        folder = scene.lab.scratch("panel", AGENT_UID)
        scene.configure("[alerts]\n", _WATCHES.format(folder=folder) + "\n[alerts]\n")
        _own_plan(scene, change)
        scene.lab.at.set(report_s=REPORT_S, radio_s=radio_s)
        for address, (ns, interface, length) in _PLACES.items():
            scene.lab.topology.ip(ns, "address", "add", f"{address}/{length}", "dev", interface)
        scene.lab.module("site", "panel", str(folder))
        found.append(Hand(folder / "panel.sock"))
        until((folder / "panel.sock").exists, "the board is there")
        furnish(scene)

    options: dict[str, Any] = {
        "at": {},
        "lan": True,
        "sms": ("at1",),
        "wait_to_restore_s": WAIT_TO_RESTORE_S,
    }
    with on_stage(before=prepare, centre=False, **options) as scene:
        made = Site(scene, found[0])
        made.calm()
        yield made


def _own_plan(scene: Scene, change: Callable[[Path], None]) -> None:
    folder = scene.stage.site / "plan"
    shutil.copytree(PLAN, folder)
    path = folder / "escalation.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r"(?m)^sms_per_hour = \d+$", f"sms_per_hour = {PER_HOUR}", text))
    change(folder)
    for path in (folder, *folder.rglob("*")):
        shutil.chown(path, AGENT_UID, AGENT_UID)
    scene.configure(f'plan = "{PLAN}"', f'plan = "{folder}"')


def chance_of(seed: int, number: int) -> random.Random:
    """Give the dice of one outage: the same whatever was measured before it."""
    return random.Random(f"{seed}-{number}")  # noqa: S311 - moments, no secrets


def boot_of(monotonic_s: float) -> float:
    """Give a moment of the lab's clock in the agent's: the time that a machine slept lies between them."""
    offset_s = time.clock_gettime(time.CLOCK_BOOTTIME) - time.monotonic()
    return monotonic_s + offset_s
