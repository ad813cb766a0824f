"""Filters that know addresses: what a network holds, and which version it is of. Standard library only."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

DOCUMENTATION: Final = """
name: addresses
short_description: Tells which network holds an address, and of which version networks are
"""


class FilterModule:
    """What Ansible finds here."""

    def filters(self) -> dict[str, Any]:
        """Name the filters."""
        return {"addresses_of": addresses_of, "held_by": held_by, "of_version": of_version}


def held_by(address: str, networks: Iterable[str]) -> bool:
    """Tell whether one of the networks holds the address; what is no address is held by none.

    Args:
        address: As SSH tells it; a zone (`%eth0`) and IPv4 in IPv6's clothes do not matter.
        networks: Networks or single addresses.
    """
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    plain = getattr(found, "ipv4_mapped", None) or found
    return any(plain in ipaddress.ip_network(network, strict=False) for network in networks)


def of_version(networks: Iterable[str], version: int) -> list[str]:
    """Return the networks of IP version 4 or 6 in nftables' own writing, each once, in order.

    Raises:
        ValueError: one of them is no network.
    """
    found = (ipaddress.ip_network(network, strict=False) for network in networks)
    return list(dict.fromkeys(str(one) for one in found if one.version == version))


def addresses_of(facts: Mapping[str, Any], interfaces: Iterable[str]) -> list[str]:
    """Return the addresses that Ansible has found at the interfaces; those that are not there have none."""
    return [address for name in interfaces for address in _at(facts.get(_fact(name)) or {})]


def _fact(interface: str) -> str:
    """Return the name under which Ansible tells of an interface."""
    return re.sub("[^A-Za-z0-9_]", "_", interface)


def _at(interface: Mapping[str, Any]) -> Iterator[str]:
    first = interface.get("ipv4")
    for found in (first, *interface.get("ipv4_secondaries", ()), *interface.get("ipv6", ())):
        if found:
            yield found["address"]
