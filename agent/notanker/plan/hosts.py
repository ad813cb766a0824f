"""Where a service lives on the internet, as services.toml writes it: `sip.example:5060/udp`."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Final, Literal

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_WRITTEN: Final = re.compile(
    r"(?:\[(?P<six>[0-9a-fA-F:.]+(?:/[0-9]{1,3})?)\]"
    r"|(?P<four>[0-9.]+(?:/[0-9]{1,2})?)"
    rf"|(?P<name>(?=[^:/]*[A-Za-z])(?=[^:/]{{1,253}}(?:[:/]|$)){_LABEL}(?:\.{_LABEL})+))"
    r"(?::(?P<low>[0-9]{1,5})(?:-(?P<high>[0-9]{1,5}))?)?"
    r"(?:/(?P<proto>tcp|udp))?"
)
_LAST_PORT: Final = 65_535


@dataclass(frozen=True, slots=True)
class Host:
    """One place.

    Attributes:
        name: Its name, empty where addresses stand.
        network: Its addresses, None where a name stands.
        ports: The first and the last port, None for all.
        proto: `tcp` or `udp`, empty for any protocol (with ports: for both).
    """

    name: str
    network: Network | None
    ports: tuple[int, int] | None
    proto: Literal["", "tcp", "udp"]


def host_of(text: str) -> Host | None:
    """Return what is written, None if it is no host."""
    network = _network(text)  # an IPv6 network without brackets
    if network is not None:
        return Host("", network, None, "")
    found = _WRITTEN.fullmatch(text)
    if found is None:
        return None
    network = _network(found["six"] or found["four"] or "")
    ports = _ports(found["low"], found["high"])
    wrong = (network is None and not found["name"]) or (found["low"] and ports is None)
    if wrong or (found["six"] and network is not None and network.version != 6):
        return None
    return Host((found["name"] or "").lower(), network, ports, found["proto"] or "")  # type: ignore[arg-type] # the pattern's


def _network(text: str) -> Network | None:
    try:
        return ipaddress.ip_network(text)
    except ValueError:
        return None


def _ports(low: str | None, high: str | None) -> tuple[int, int] | None:
    if low is None:
        return None
    first, last = int(low), int(high or low)
    return (first, last) if 1 <= first <= last <= _LAST_PORT else None
