"""The cables of a booted system: what each link is called, and a namespace at its other end.

At the other end of a link stands, in a network namespace of its own, what a router or a stick is to a box:
one address, and DHCP that gives the box another. From there a test looks at the box as the line, the LAN or
the mobile network would.
"""

import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from notanker_lab import addresses, kernel, names
from notanker_lab.topology import command

FAR_INTERFACE: Final = "far"


@dataclass(frozen=True, slots=True)
class Link:
    """One cable: the box's interface, and IPv4 addresses (/24) of the far end and of the box."""

    name: str
    far: str
    near: str


KNOWN: Final = {
    "eth0": Link("eth0", addresses.ROUTER, addresses.SITE_PRIMARY),
    "lte0": Link("lte0", addresses.STICK, addresses.SITE_LTE),
    "lan0": Link("lan0", addresses.LAN_CLIENT, addresses.SITE_LAN),
}
"""The links that a system may have: the primary line, LTE, and a LAN behind the box."""
DEFAULT: Final = ("eth0", "lte0")


class Links:
    """The cables of one system, while it is on.

    Args:
        system: the system's name; begins the names of all namespaces.
        wanted: names of KNOWN.
    """

    def __init__(self, system: str, wanted: Iterable[str] = DEFAULT) -> None:
        self.near = f"booted-{system}"
        self.links = tuple(KNOWN[name] for name in wanted)

    def far(self, name: str) -> str:
        """Give the kernel's name of the namespace at the other end of link ``name``."""
        return f"{self.near}-{name}"

    def lay(self) -> None:
        """Make the namespaces and, between them, the cables."""
        self.lift()
        _namespace(self.near)
        for link in self.links:
            _namespace(self.far(link.name))
            one = [link.name, "netns", self.near, "type", "veth"]
            two = ["peer", "name", FAR_INTERFACE, "netns", self.far(link.name)]
            command(["ip", "link", "add", *one, *two])
            self._furnish(link)

    def lay_far(self) -> None:
        """Make the far ends alone; at each, a machine's cable takes the interface `cable_end`."""
        self.lift()
        for link in self.links:
            _namespace(self.far(link.name))
            inside = ["ip", "-n", self.far(link.name)]
            one, two = FAR_INTERFACE, self.cable_end(link)
            command([*inside, "link", "add", one, "type", "veth", "peer", "name", two])
            command([*inside, "link", "set", two, "up"])
            with kernel.in_network(self.far(link.name)):
                # A checksum that is left to the card would never be made: a cable carries whole frames.
                kernel.offloads_off(one)
            self._furnish(link)

    def cable_end(self, link: Link) -> str:
        """Give the interface, in the namespace of the far end, whose frames a machine's cable carries."""
        return f"c-{link.name}"

    def _furnish(self, link: Link) -> None:
        """Give the far end of a cable its address."""
        inside = ["ip", "-n", self.far(link.name)]
        command([*inside, "address", "add", f"{link.far}/24", "dev", FAR_INTERFACE])
        command([*inside, "link", "set", FAR_INTERFACE, "up"])

    def lift(self) -> None:
        """Delete the namespaces, and with them the cables; those that are not there do not matter."""
        for namespace in (self.near, *(self.far(link.name) for link in self.links)):
            line = ["ip", "netns", "del", namespace]
            subprocess.run(line, capture_output=True, check=False)

    def leases(self) -> list[list[str]]:
        """Give the command lines of the DHCP servers at the far ends."""
        return [
            ["ip", "netns", "exec", self.far(link.name), *names.lease(FAR_INTERFACE, link.near)]
            for link in self.links
        ]


def _namespace(name: str) -> None:
    command(["ip", "netns", "add", name])
    command(["ip", "-n", name, "link", "set", "lo", "up"])
