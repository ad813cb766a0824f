"""A booted machine in the place of the lab's site: the same router, stick, internet and centre, a real box.

The lab's namespace `site` keeps its two interfaces, but is nobody any more: cables carry their frames to and
from the machine, which gets its addresses from router and stick by DHCP. All that can befall a lab (faults,
wires, the stick's switches, the SMS centre) befalls the machine.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from notanker_lab import addresses, names, processes
from notanker_lab.booted.machine import Machine
from notanker_lab.lab import Lab

_SILENT: Final = ("net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1")
# (the site's interface, who is at its other end, by which interface, the address there, the site's)
_LINES: Final = (
    ("eth0", "router", "lan", addresses.ROUTER, addresses.SITE_PRIMARY),
    ("lte0", "lte", "usb", addresses.STICK, addresses.SITE_LTE),
)


@contextmanager
def in_the_sites_place(lab: Lab, machine: Machine) -> Iterator[None]:
    """Let a machine that hangs free (``plugged=False``, with the same links) be the lab's site.

    The machine may be started, cut and started again meanwhile.
    """
    lab.exec("site", ["sysctl", "-q", "-w", *_SILENT], check=True)
    started = []
    for link, ns, interface, gateway, address in _LINES:
        lab.topology.ip("site", "address", "flush", "dev", link)
        # Whole frames alone can be carried: no checksum may be left to a card that is not there.
        lab.exec(ns, [*processes.module("kernel"), interface], check=True)
        started.append(lab.popen(ns, names.lease(interface, address, resolver=gateway)))
        started.append(lab.module("site", "booted", "cable", str(machine.folder), link, link))
    try:
        yield
    finally:
        for process in started:
            lab.end(process)
