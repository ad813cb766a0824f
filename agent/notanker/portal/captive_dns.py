"""Writes dnsmasq's configuration for the Wi-Fi that leads to the portal: addresses, and few names.

The probes' names lead to a public address of documentation (198.51.100.1, RFC 5737), which is the box's
own on this Wi-Fi: Android does not open a portal that its probe finds at a private one. All other names
do not exist, so that programs give up at once instead of waiting.
"""

from __future__ import annotations

import ipaddress
from typing import Final

from notanker.config.portal import PortalConfig
from notanker.portal.captive import API
from notanker.portal.captive_probes import hosts

DUMMY: Final = "198.51.100.1"
NAMES: Final = ("notfall.internal", "notfall.lan")
"""Names that browsers open without a warning of plain http (measured with Chromium 156); `.internal` is
reserved for private use (ICANN, 2024)."""
PREFIX: Final = 24
LEASE: Final = "2h"
TTL_S: Final = 10
"""A phone that goes home must forget these names soon."""


def configuration(config: PortalConfig) -> str:
    """Return the configuration as dnsmasq reads it (dnsmasq(8), from 2.86 on)."""
    network = ipaddress.ip_interface(f"{config.address}/{PREFIX}").network
    first, last = network[10], network[-6]
    return "\n".join(
        [
            "# Made by `notanker portal dnsmasq`; a dnsmasq of its own reads it:",
            "#   dnsmasq --keep-in-foreground --conf-file=THIS",
            f"# {config.interface} has {config.address}/{PREFIX}{_dummy(config)}.",
            f"interface={config.interface}",
            "except-interface=lo",
            "bind-dynamic",
            "no-resolv",
            "no-hosts",
            "cache-size=0",
            f"local-ttl={TTL_S}",
            "dhcp-authoritative",
            "dhcp-lease-max=240",
            f"dhcp-range={first},{last},{LEASE}",
            f"dhcp-option=option:router,{config.address}",
            f"dhcp-option=option:dns-server,{config.address}",
            *_probes(config),
            *(f"address=/{name}/{config.address}" for name in NAMES),
            *_certified(config),
            "# Nothing else exists.",
            "address=/#/",
            "",
        ]
    )


def _dummy(config: PortalConfig) -> str:
    return "" if config.probes == "off" else f" and {DUMMY}/32"


def _probes(config: PortalConfig) -> list[str]:
    if config.probes == "off":
        return []
    return ["# What devices ask to find out whether they are online.",
            *(f"address=/{host}/{DUMMY}" for host in hosts())]  # fmt: skip


def _certified(config: PortalConfig) -> list[str]:
    """Return what only a portal with a real certificate may tell (RFC 8910)."""
    if not config.name:
        return []
    port = "" if config.tls_port == 443 else f":{config.tls_port}"
    url = f"https://{config.name}{port}{API}"
    return [f"address=/{config.name}/{config.address}", f"dhcp-option-force=114,{url}"]
