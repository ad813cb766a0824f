"""The gateway's rules as nftables reads them (nft(8)); pure text, so that they can be read and tested.

The rules stand still: each asks by which interface a packet is about to leave, and that is what the switch
decides. So they follow it in the same moment, a crash leaves nothing half done, and nothing of nftables is
in the way of the traffic's moving.

Each line has a zone of its own in connection tracking. A flow that moves begins anew in the other zone, with
that line's address, while late answers over the old line still find their way: nothing is lost when
traffic goes back, whatever the kind of translation.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from notanker.plan.hosts import Host, Network
from notanker.shell.flows.conntrack import OWN_ZONES
from notanker.shell.gateway.shaping import VOICE

TABLE: Final = "notanker"
VOICE_MARKS: Final = "ef, cs5, cs3, af31"
"""Telephony and its signalling (RFC 4594), and as many telephones mark the latter."""
_FAMILIES: Final = ((4, "ip", "ipv4_addr"), (6, "ip6", "ipv6_addr"))

Addresses = Mapping[str, frozenset[str]]
"""What the names are resolved to."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What the rules are made of.

    Attributes:
        lan: The interfaces of the LAN.
        primary: The primary's interface.
        backup: The backup's.
        nat: What hides the LAN on the primary over IPv4: `masquerade`, `none`, or an address.
        nat6: The same over IPv6.
        places: Where core services live.
        voice: Which of them carry voice; it is told apart only where the upload is shaped.
        shaped: Whether it is.
    """

    lan: tuple[str, ...]
    primary: str
    backup: str
    nat: str = "masquerade"
    nat6: str = "none"
    places: tuple[Host, ...] = ()
    voice: tuple[Host, ...] = ()
    shaped: bool = False


@dataclass(frozen=True, slots=True)
class _Kind:
    """Places that are asked for in the same way share a set."""

    proto: Literal["", "tcp", "udp"]
    ports: tuple[int, int] | None
    voice: bool


def ruleset(rules: Rules, addresses: Addresses) -> str:
    """Return the whole table; loading it replaces an older one in one step."""
    return f"{removal()}table inet {TABLE} {{\n{''.join(_body(rules, addresses))}}}\n"


def removal() -> str:
    """Return what takes the table away, whether it is there or not."""
    return f"table inet {TABLE} {{}}\ndelete table inet {TABLE}\n"


def refill(rules: Rules, addresses: Addresses) -> str:
    """Return what gives the sets their addresses anew, in one step; rules and counters stay."""
    text = ""
    for name, _, networks in _sets(rules, addresses):
        text += f"flush set inet {TABLE} {name}\n"
        if networks:
            text += f"add element inet {TABLE} {name} {{ {_listed(networks)} }}\n"
    return text


def _body(rules: Rules, addresses: Addresses) -> Iterator[str]:
    lan, primary, backup = _quoted(rules.lan), _quoted([rules.primary]), _quoted([rules.backup])
    zone, other = OWN_ZONES
    yield "  counter lte_core {}\n  counter lte_answers {}\n  counter lte_refused {}\n"
    for name, kind, networks in _sets(rules, addresses):
        elements = f"    elements = {{ {_listed(networks)} }}\n" if networks else ""
        yield f"  set {name} {{\n    type {kind}\n    flags interval\n    auto-merge\n{elements}  }}\n"
    yield (
        "  chain zone_in {\n    type filter hook prerouting priority raw\n"
        f"    iifname {primary} ct zone set {zone}\n    iifname {backup} ct zone set {other}\n"
        f"    iifname {lan} fib daddr oifname {primary} ct zone set {zone}\n"
        f"    iifname {lan} fib daddr oifname {backup} ct zone set {other}\n  }}\n"
        "  chain zone_out {\n    type filter hook output priority raw\n"
        f"    oifname {primary} ct zone set {zone}\n    oifname {backup} ct zone set {other}\n  }}\n"
        "  chain forward {\n    type filter hook forward priority filter\n"
        f"    iifname {backup} ct state established,related counter name lte_answers accept\n"
        f"    iifname {backup} drop\n    oifname {backup} jump lte\n  }}\n"
        "  chain lte {\n    ct state related accept\n"
    )
    if rules.shaped:
        yield f"    ip dscp {{ {VOICE_MARKS} }} meta priority set {VOICE}\n"
        yield f"    ip6 dscp {{ {VOICE_MARKS} }} meta priority set {VOICE}\n"
    yield from _permits(rules)
    yield (
        "    counter name lte_refused\n    meta l4proto tcp reject with tcp reset\n"
        "    reject with icmpx admin-prohibited\n  }\n"
        "  chain hide {\n    type nat hook postrouting priority srcnat\n"
        f"    iifname {lan} oifname {backup} masquerade\n"
    )
    for family, nat in (("ipv4", rules.nat), ("ipv6", rules.nat6)):
        if nat != "none":
            way = nat if nat == "masquerade" else f"snat {_plain(family)} to {nat}"
            yield f"    iifname {lan} oifname {primary} meta nfproto {family} {way}\n"
    yield "  }\n"


def _permits(rules: Rules) -> Iterator[str]:
    for number, kind in enumerate(_kinds(rules)):
        protos = kind.proto or "{ tcp, udp }"
        ports = f"{kind.ports[0]}-{kind.ports[1]}" if kind.ports else ""
        match = f"meta l4proto {protos} " if kind.proto or ports else ""
        match += f"th dport {ports} " if ports else ""
        for version, family, _ in _FAMILIES:
            target = f"{family} daddr @core{version}_{number}"
            first = f"meta priority set {VOICE} " if kind.voice else ""
            yield f"    {match}{target} {first}counter name lte_core accept\n"


def _sets(rules: Rules, addresses: Addresses) -> Iterator[tuple[str, str, list[Network]]]:
    for number, kind in enumerate(_kinds(rules)):
        networks = [
            network
            for place in rules.places
            if _kind(rules, place) == kind
            for network in _networks(place, addresses)
        ]
        for version, _, type_ in _FAMILIES:
            mine = sorted({n for n in networks if n.version == version}, key=str)
            yield f"core{version}_{number}", type_, mine


def _kinds(rules: Rules) -> list[_Kind]:
    """Return the kinds, voice first: a place of two services is voice's."""
    kinds = dict.fromkeys(_kind(rules, place) for place in rules.places)
    return sorted(kinds, key=lambda kind: not kind.voice)


def _kind(rules: Rules, place: Host) -> _Kind:
    return _Kind(place.proto, place.ports, rules.shaped and place in rules.voice)


def _networks(host: Host, addresses: Addresses) -> Iterable[Network]:
    if host.network is not None:
        return [host.network]
    return [ipaddress.ip_network(address) for address in addresses.get(host.name, ())]


def _quoted(names: Sequence[str]) -> str:
    return "{ " + ", ".join(f'"{name}"' for name in names) + " }"


def _listed(networks: Iterable[Network]) -> str:
    return ", ".join(map(str, networks))


def _plain(family: str) -> str:
    return "ip" if family == "ipv4" else "ip6"
