"""A machine in the place of a lab's site: behind the lab's router, with the lab's stick plugged in."""

from typing import Final

from notanker_lab import addresses, names, processes
from notanker_lab.lab import Lab

# The site's interface; who is at its other end, and by which one; the address that he gives; his name server.
_ENDS: Final = (
    ("eth0", "router", "lan", addresses.SITE_PRIMARY, addresses.ROUTER),
    ("lte0", "lte", "usb", addresses.SITE_LTE, ""),
)


def in_place_of_the_site(lab: Lab) -> dict[str, tuple[str, str]]:
    """Empty a running lab's site, and give what a `Machine` takes as its cables.

    From then on router and stick give addresses by DHCP, as those that one buys do.
    """
    site = lab.topology.namespace("site")
    for near, there, interface, address, resolver in _ENDS:
        # Frames of the cable are the machine's: nobody else may answer them.
        quiet = f"net.ipv6.conf.{near}.disable_ipv6=1"
        lab.exec("site", ["sysctl", "-q", "-w", quiet], check=True)
        lab.topology.ip("site", "address", "flush", "dev", near)
        # A checksum that is left to the card would never be made: a cable carries whole frames.
        lab.exec(there, [*processes.module("kernel"), interface], check=True)
        lab.topology.ip(there, "neighbour", "flush", "dev", interface)
        lab.popen(there, names.lease(interface, address, resolver))
    return {near: (site, near) for near, *_ in _ENDS}
