"""Says why something does not work: one cause out of a closed list, with evidence and confidence.

Theory of operation. The rules for the primary line are asked in order, the most telling first; the first
that speaks decides. What is broken *on the site* and stands under the line comes before the line, the line
before the provider, the whole before a part. Each rule is a question to the signs alone, so the order in
which the signs arrived does not matter, and a rule that says nothing costs nothing.

Evidence is short and the same for machines and people: `first hop silent, icmp 0/3, dns 0/3`.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from notanker.core import graph as graphs
from notanker.core.graph import INTERNET, Graph, Root, System
from notanker.core.moment import Moment
from notanker.core.names import Cause, Confidence, Kind, Layer, Verdict

KINDS: Final[Mapping[Kind, Cause]] = {
    Kind.POWER: Cause.OWN_POWER,
    Kind.UPS: Cause.OWN_POWER,
    Kind.SWITCH: Cause.SWITCH,
    Kind.WIFI: Cause.SYSTEM,
    Kind.ROUTER: Cause.ROUTER,
    Kind.ACCESS_LINE: Cause.ACCESS_LINE,
    Kind.PROVIDER: Cause.PROVIDER,
    Kind.MOBILE: Cause.SYSTEM,
    Kind.DNS: Cause.DNS,
    Kind.VPN: Cause.VPN,
    Kind.TELEPHONY: Cause.TELEPHONY,
    Kind.CLIENT_SYSTEM: Cause.CLIENT_SYSTEM,
    Kind.SERVER: Cause.SYSTEM,
    Kind.OTHER: Cause.SYSTEM,
}
"""What it is called when a system of that kind is the root."""


@dataclass(frozen=True, slots=True)
class Detail:
    """What more is known of a cause.

    Attributes:
        system: The plan's id of the broken system, empty if it is none of the plan's.
        name: How people call it, German and English.
        since: Since when: the last answer, or the moment it was told.
        dependants: Ids of the first systems that need it and are not known to be well;
        needed_by: and how many there are in all.
        loss_pct: For a brown-out the share of lost probes,
        rtt_ms: and the round trip of the others.
    """

    confidence: Confidence = Confidence.POSSIBLE
    system: str = ""
    name: tuple[str, str] = ("", "")
    since: Moment | None = None
    dependants: tuple[str, ...] = ()
    needed_by: int = 0
    loss_pct: float | None = None
    rtt_ms: float | None = None


NO_DETAIL: Final = Detail()


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A cause with what speaks for it."""

    cause: Cause = Cause.UNKNOWN
    evidence: str = ""
    detail: Detail = NO_DETAIL


@dataclass(frozen=True, slots=True)
class LayerSign:
    """One layer of the primary line.

    Attributes:
        answering: How many of its `anchors` are not known to be silent.
        verdict: `down` also where it has only fallen silent with a layer that is.
        heard: Whether it can speak: an answer older than the silence of others is none.
        partly: Whether some of the very last probes were answered, so that it is not simply dead.
        foreign: Whether somebody else's page answers.
    """

    verdict: Verdict
    answering: int = 0
    anchors: int = 0
    heard: bool = True
    partly: bool = False
    foreign: bool = False
    loss_pct: float | None = None
    rtt_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Signs:
    """All that is known at one moment.

    Attributes:
        carrier: Whether the primary's interface has its link.
        addressed: Whether that interface has an address (DHCP, PPP), None if nobody looked.
        next_hop: The primary's first hop: `unknown` if it never answers. `hop` is its address.
        layers: The primary, layer by layer.
        mains: Whether there is mains power, None without a sensor.
        states: What is known of each system of the plan.
        heard: When each system, `next hop` and `line` among them, was last known to work.
    """

    carrier: bool = True
    addressed: bool | None = None
    next_hop: Verdict = Verdict.UNKNOWN
    hop: str = ""
    layers: Mapping[Layer, LayerSign] = field(default_factory=dict)
    mains: bool | None = None
    states: Mapping[str, Verdict] = field(default_factory=dict)
    heard: Mapping[str, Moment] = field(default_factory=dict)


MOST_NAMED: Final = 20
MOST_SIGNS: Final = 4
"""So many ids are given; a site of two hundred systems must not fill a heartbeat."""
LINE: Final = "line"
NEXT_HOP: Final = "next hop"

Rule = Callable[[Signs, Graph], Diagnosis | None]


def of_line(signs: Signs, graph: Graph) -> Diagnosis:
    """Name why the primary line does not work. Total: without any sign it is `unknown`."""
    said = (rule(signs, graph) for rule in RULES)
    found = next((one for one in said if one is not None), Diagnosis(evidence=matrix(signs)))
    return found if found.detail.system else _named(found, signs, graph)


def of_system(root: Root, signs: Signs, graph: Graph) -> Diagnosis:
    """Name the broken system that is the root of a cascade."""
    system = graph.system(root.id)
    reach = graphs.lost(graph, frozenset({root.id})) - {root.id}
    down = sorted(reach & {one for one, state in signs.states.items() if state is Verdict.DOWN})
    silent = f"{_listed(down) if root.inferred else root.id} silent"
    needed_by = sorted(one for one in reach if signs.states.get(one) is not Verdict.UP)
    confidence = Confidence.CERTAIN
    if root.inferred:
        guess = KINDS[system.kind] is Cause.OWN_POWER
        confidence = Confidence.POSSIBLE if guess else Confidence.LIKELY
    return Diagnosis(
        KINDS[system.kind],
        silent,
        Detail(
            confidence,
            root.id,
            system.name,
            signs.heard.get(root.id) or _first_loss(signs, down),
            tuple(needed_by[:MOST_NAMED]),
            len(needed_by),
        ),
    )


def _listed(ids: list[str]) -> str:
    rest = len(ids) - MOST_SIGNS
    return ", ".join(ids[:MOST_SIGNS]) + (f" +{rest}" if rest > 0 else "")


def matrix(signs: Signs) -> str:
    """Return how many anchors answer in each layer that says something: `icmp 0/3, tcp 3/3`."""
    if not signs.carrier:
        return "carrier lost"
    return ", ".join(
        f"{layer} {sign.answering}/{sign.anchors}"
        for layer, sign in signs.layers.items()
        if sign.heard
    )


def _power(signs: Signs, graph: Graph) -> Diagnosis | None:
    del graph
    if signs.mains is not False:
        return None
    return _line(signs, Cause.OWN_POWER, "no mains power", Confidence.CERTAIN)


def _own_system(signs: Signs, graph: Graph) -> Diagnosis | None:
    """Blame a system of the site that the line stands on, if it is the root of the cascade."""
    under = {
        one for line in graphs.providers(graph, INTERNET) for one in graphs.supports(graph, line)
    }
    found = [root for root in graphs.roots(graph, signs.states) if root.id in under]
    return of_system(found[0], signs, graph) if found else None


def _carrier(signs: Signs, graph: Graph) -> Diagnosis | None:
    del graph
    if signs.carrier:
        return None
    return _line(signs, Cause.ACCESS_LINE, "carrier lost", Confidence.LIKELY)


def _address(signs: Signs, graph: Graph) -> Diagnosis | None:
    del graph
    if signs.addressed is not False:
        return None
    return _line(signs, Cause.ACCESS_LINE, "no address (DHCP, PPP)", Confidence.LIKELY)


def _portal(signs: Signs, graph: Graph) -> Diagnosis | None:
    del graph
    if not any(sign.foreign for sign in signs.layers.values()):
        return None
    return _line(signs, Cause.CAPTIVE_PORTAL, matrix(signs), Confidence.CERTAIN)


def _first_hop(signs: Signs, graph: Graph) -> Diagnosis | None:
    del graph
    if not _down(signs, Layer.ICMP) or signs.next_hop is not Verdict.DOWN:
        return None
    cause = Cause.ROUTER if on_site(signs.hop) else Cause.ACCESS_LINE
    evidence = f"first hop silent, {matrix(signs)}"
    return _line(signs, cause, evidence, Confidence.CERTAIN, NEXT_HOP)


def _brown_out(signs: Signs, graph: Graph) -> Diagnosis | None:
    del graph
    down = [sign for layer, sign in signs.layers.items() if _down(signs, layer)]
    if not down or not all(sign.partly for sign in down):
        return None
    worst = down[0]  # echoes, where they are among it: they come first
    figures = f"{worst.loss_pct or 0:.0f} % loss"
    figures += f", {worst.rtt_ms:.0f} ms" if worst.rtt_ms is not None else ""
    since = signs.heard.get(LINE)
    detail = Detail(Confidence.CERTAIN, since=since, loss_pct=worst.loss_pct, rtt_ms=worst.rtt_ms)
    return Diagnosis(Cause.BROWN_OUT, figures, detail)


def _provider(signs: Signs, graph: Graph) -> Diagnosis | None:
    del graph
    if not _down(signs, Layer.ICMP):
        return None
    if signs.next_hop is Verdict.UP:
        evidence = f"first hop answers, {matrix(signs)}"
        return _line(signs, Cause.PROVIDER, evidence, Confidence.LIKELY)
    return _line(signs, Cause.PROVIDER, matrix(signs), Confidence.POSSIBLE)


def _layer(signs: Signs, graph: Graph) -> Diagnosis | None:
    """Name what is dead while echoes come back."""
    del graph
    down = {layer for layer in signs.layers if _down(signs, layer)}
    if not down:
        return None
    cause = Cause.DNS if down == {Layer.DNS} else Cause.HALF_DEAD
    return _line(signs, cause, matrix(signs), Confidence.CERTAIN)


RULES: Final[tuple[Rule, ...]] = (
    _power, _own_system, _carrier, _address, _portal, _first_hop, _brown_out, _provider, _layer,
)  # fmt: skip


def on_site(address: str) -> bool:
    """Tell whether the next hop is a router of the site's own: its address is a private one.

    RFC 1918, RFC 4193, link-local. RFC 6598 (100.64.0.0/10) is the provider's, and so is a public one.
    """
    try:
        hop = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return hop.is_private or hop.is_link_local


def _down(signs: Signs, layer: Layer) -> bool:
    sign = signs.layers.get(layer)
    return sign is not None and sign.verdict is Verdict.DOWN


def _line(
    signs: Signs, cause: Cause, evidence: str, confidence: Confidence, heard: str = LINE
) -> Diagnosis:
    return Diagnosis(cause, evidence, Detail(confidence, since=signs.heard.get(heard)))


def _first_loss(signs: Signs, ids: list[str]) -> Moment | None:
    known = [moment for one in ids if (moment := signs.heard.get(one)) is not None]
    return min(known, key=lambda moment: moment.boot_s, default=None)


def _named(found: Diagnosis, signs: Signs, graph: Graph) -> Diagnosis:
    """Give the cause the name that the plan has for it, if the plan has exactly one such system."""
    lines = graphs.providers(graph, INTERNET)
    near = {one for line in lines for one in graphs.supports(graph, line)} | lines
    fitting = [s for s in graph.systems if s.id in near and KINDS[s.kind] is found.cause]
    if len(fitting) != 1 or found.cause is Cause.SYSTEM:
        return found
    system: System = fitting[0]
    reach = graphs.lost(graph, frozenset({system.id})) - {system.id}
    needed_by = sorted(one for one in reach if signs.states.get(one) is not Verdict.UP)
    detail = replace(
        found.detail,
        system=system.id,
        name=system.name,
        dependants=tuple(needed_by[:MOST_NAMED]),
        needed_by=len(needed_by),
    )
    return replace(found, detail=detail)
