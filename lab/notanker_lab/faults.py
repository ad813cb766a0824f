"""What can break at a site, each by name and each with a way back.

``lab.faults.silent_cut()`` breaks and returns a Fault; its ``heal()`` (or leaving its ``with``
block) mends. ``lab.faults.heal()`` mends everything, also what another process broke.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from notanker_lab import addresses, loss
from notanker_lab.errors import LabError
from notanker_lab.fault import Fault, Flapping
from notanker_lab.services import PORTAL_PORT
from notanker_lab.topology import Topology
from notanker_lab.wirectl import UPLINKS, WireControl

__all__ = ["FAULTS", "Fault", "Faults", "Flapping"]

Rule = Mapping[str, str | int]

_OWN = "fault:"
_DELAYS_MS = {"primary": addresses.PRIMARY_DELAY_MS, "lte": addresses.LTE_DELAY_MS}

_NO_TABLE = """
table inet lab_fault
delete table inet lab_fault
table netdev lab_fault
delete table netdev lab_fault
"""

_ROUTER_SILENT = """
table netdev lab_fault {
  chain in {
    type filter hook ingress device "lan" priority 0
    drop
  }
}
"""

_PORTAL = f"""
table inet lab_fault {{
  chain login {{
    type nat hook prerouting priority dstnat
    iifname "lan" tcp dport 80 redirect to :{PORTAL_PORT}
  }}
  chain walled {{
    type filter hook forward priority filter
    meta l4proto {{ 1, 58 }} accept
    udp dport 53 accept
    udp sport 53 accept
    tcp dport 53 accept
    tcp sport 53 accept
    drop
  }}
}}
"""


class Faults:
    """All faults of one lab. ``wire`` is "primary" or "lte" wherever it can be chosen."""

    def __init__(self, topology: Topology, wires: WireControl) -> None:
        self._topology, self._wires = topology, wires
        self._threads: list[Flapping] = []

    def carrier_loss(self) -> Fault:
        """The site's eth0 loses its link: the router's end goes down."""
        return self._link("carrier_loss", "router", "lan")

    def lte_carrier_loss(self) -> Fault:
        """The site's lte0 loses its link, as if the stick were pulled out."""
        return self._link("lte_carrier_loss", "lte", "usb")

    def silent_cut(self, wire: str = "primary") -> Fault:
        """All frames behind the router vanish; link and router stay."""
        return self._rules(f"silent_cut:{wire}", [wire], [{"what": "all"}])

    def router_silent(self) -> Fault:
        """The primary's router hangs: the link stays, but it answers nothing, not even ARP."""
        return self._table("router_silent", _ROUTER_SILENT)

    def random_loss(
        self, pct: float = 20.0, wire: str = "primary", direction: str = "down"
    ) -> Fault:
        """``pct`` percent of the frames vanish at random.

        One direction is the default: of questions with their answers, ``pct`` percent then fail.
        """
        spec = {"model": "bernoulli", "pct": pct}
        return self._shape("random_loss", wire, direction, loss=spec)

    def bursty_loss(
        self,
        p: float = 0.02,
        r: float = 0.2,
        h: float = 0.2,
        k: float = 1.0,
        wire: str = "primary",
        direction: str = "down",
    ) -> Fault:
        """Loss in bursts (Gilbert-Elliott, fractions per frame; see loss.GilbertElliott)."""
        spec = {"model": "gilbert_elliott", "p": p, "r": r, "h": h, "k": k}
        return self._shape("bursty_loss", wire, direction, loss=spec)

    def loss_bursts(
        self,
        pct: float = 10.0,
        burst_frames: float = 5.0,
        wire: str = "primary",
        direction: str = "down",
    ) -> Fault:
        """``pct`` percent of the frames vanish, in bursts of ``burst_frames`` on average."""
        spec = loss.bursts(pct, burst_frames)
        return self._shape("loss_bursts", wire, direction, loss=spec)

    def slow(
        self, delay_ms: float = 300.0, jitter_ms: float = 50.0, wire: str = "primary"
    ) -> Fault:
        """Each way takes ``delay_ms`` +- ``jitter_ms``."""
        return self._shape("slow", wire, "both", delay_ms=delay_ms, jitter_ms=jitter_ms)

    def buffer_bloat(
        self,
        rate_kbit: float = 2000.0,
        queue_ms: float = 880.0,
        wire: str = "primary",
        direction: str = "both",
    ) -> Fault:
        """The line is thin, with a deep queue before it; `Traffic.bulk` fills it.

        With an upload the round trip of everybody then rises from 20 to about 900 ms.
        """
        spec = {"rate_kbit": rate_kbit, "queue_ms": queue_ms}
        return self._shape("buffer_bloat", wire, direction, bottleneck=spec)

    def sleepy_radio(
        self,
        idle_s: float = 10.0,
        least_s: float = 1.0,
        most_s: float = 2.0,
        wire: str = "lte",
    ) -> Fault:
        """After ``idle_s`` of silence the first frames wait until the radio is awake."""
        spec = {"idle_s": idle_s, "least_s": least_s, "most_s": most_s}
        return Fault(
            "sleepy_radio",
            lambda: self._wires.sleep(wire, spec),
            lambda: self._wires.sleep(wire, None),
        )

    def anchor_dead(self, number: int = 1, what: str = "ip") -> Fault:
        """Anchor 1, 2 or 3 is silent over both uplinks; ``what`` "icmp" silences that alone."""
        if number not in (1, 2, 3):
            raise LabError(f"There are anchors 1, 2 and 3, not {number}.")
        both = addresses.ANCHORS[number - 1], addresses.ANCHORS6[number - 1]
        rules = [{"what": what, "addr": address} for address in both]
        return self._rules(f"anchor_dead:{number}", UPLINKS, rules)

    def icmp_refused(self, anchors: int = 2) -> Fault:
        """The first ``anchors`` anchors answer no ICMP, over either uplink; all else is well."""
        if not 1 <= anchors <= 3:
            raise LabError(f"There are three anchors, not {anchors}.")
        chosen = addresses.ANCHORS[:anchors] + addresses.ANCHORS6[:anchors]
        rules = [{"what": "icmp", "addr": address} for address in chosen]
        return self._rules(f"icmp_refused:{anchors}", UPLINKS, rules)

    def half_dead(self, wire: str = "primary") -> Fault:
        """ICMP gets through, TCP and UDP do not."""
        return self._rules(f"half_dead:{wire}", [wire], [{"what": "not_icmp"}])

    def tcp_dead(self, wire: str = "primary") -> Fault:
        """TCP vanishes, ICMP and UDP get through."""
        return self._rules(f"tcp_dead:{wire}", [wire], [{"what": "tcp"}])

    def udp_dead(self, wire: str = "primary") -> Fault:
        """UDP vanishes, ICMP and TCP get through."""
        return self._rules(f"udp_dead:{wire}", [wire], [{"what": "udp"}])

    def mtu_black_hole(self, over_bytes: int = 1400, wire: str = "primary") -> Fault:
        """IP packets above ``over_bytes`` bytes vanish, and no ICMP error tells."""
        rules: list[Rule] = [{"what": "ip", "over_bytes": over_bytes}]
        return self._rules(f"mtu_black_hole:{wire}", [wire], rules)

    def dns_dead(self, wire: str = "primary") -> Fault:
        """UDP and TCP port 53 vanish, so the router's resolver has nobody to ask either."""
        return self._rules(f"dns_dead:{wire}", [wire], [{"what": "dns"}])

    def captive_portal(self) -> Fault:
        """HTTP leads to a log-in page, DNS and ICMP work, all else is dropped silently."""
        return self._table("captive_portal", _PORTAL)

    def both_dead(self) -> Fault:
        """Silent cut of both uplinks."""
        return self._rules("both_dead", UPLINKS, [{"what": "all"}])

    def lte_dead(self) -> Fault:
        """The stick is there and answers, but nothing gets through the radio."""
        return self._rules("lte_dead", ["lte"], [{"what": "all"}])

    def flapping(
        self, up_s: float = 20.0, down_s: float = 5.0, times: int = 6, wire: str = "primary"
    ) -> Flapping:
        """Cut silently for ``down_s``, mend for ``up_s``, ``times`` times; returns at once."""
        fault = Flapping(lambda: self.silent_cut(wire), up_s, down_s, times)
        self._threads.append(fault)
        return fault

    def start(self, name: str, *args: str) -> Fault:
        """Start the fault ``name`` of FAULTS; numbers among ``args`` may be texts.

        Raises:
            LabError: there is no such fault, or it does not take these values.
        """
        if name not in FAULTS:
            raise LabError(f"There is no fault {name!r}; there are {', '.join(FAULTS)}.")
        values = [int(arg) if arg.isdigit() else _number(arg) for arg in args]
        try:
            return FAULTS[name](self, *values)
        except TypeError as error:
            raise LabError(f"The fault {name} does not take {args}: {error}.") from error

    def heal(self) -> None:
        """Mend everything, whoever broke it, and set the lines to their usual delays."""
        for flapping in self._threads:
            flapping.heal()
        self._threads.clear()
        for wire, ways in self._wires.state().items():
            names = {name for way in ways.values() for name in way["rules"]}
            for name in names:
                if name.startswith(_OWN):
                    self._wires.uncut(wire, name)
            self._wires.shape(wire, **_usual(wire))
            self._wires.sleep(wire, None)
        self._topology.nft("router", _NO_TABLE)
        for ns, interface in (("router", "lan"), ("lte", "usb")):
            self._topology.ip(ns, "link", "set", interface, "up")

    heal_all = heal

    def _link(self, name: str, ns: str, interface: str) -> Fault:
        def change(state: str) -> None:
            self._topology.ip(ns, "link", "set", interface, state)

        return Fault(name, lambda: change("down"), lambda: change("up"))

    def _rules(self, name: str, wires: Sequence[str], rules: Sequence[Rule]) -> Fault:
        def cut() -> None:
            for wire in wires:
                self._wires.cut(wire, _OWN + name, rules)

        def uncut() -> None:
            for wire in wires:
                self._wires.uncut(wire, _OWN + name)

        return Fault(name, cut, uncut)

    def _shape(self, name: str, wire: str, direction: str, **values: Any) -> Fault:
        usual = {key: _usual(wire)[key] for key in values}
        return Fault(
            name,
            lambda: self._wires.shape(wire, direction, **values),
            lambda: self._wires.shape(wire, direction, **usual),
        )

    def _table(self, name: str, ruleset: str) -> Fault:
        return Fault(
            name,
            lambda: self._topology.nft("router", _NO_TABLE + ruleset),
            lambda: self._topology.nft("router", _NO_TABLE),
        )


def _usual(wire: str) -> dict[str, Any]:
    return {"delay_ms": _DELAYS_MS[wire], "jitter_ms": 0.0, "loss": None, "bottleneck": None}


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


FAULTS: dict[str, Callable[..., Fault]] = {
    function.__name__: function
    for function in (
        Faults.carrier_loss,
        Faults.lte_carrier_loss,
        Faults.silent_cut,
        Faults.router_silent,
        Faults.random_loss,
        Faults.bursty_loss,
        Faults.loss_bursts,
        Faults.slow,
        Faults.buffer_bloat,
        Faults.sleepy_radio,
        Faults.anchor_dead,
        Faults.icmp_refused,
        Faults.half_dead,
        Faults.tcp_dead,
        Faults.udp_dead,
        Faults.mtu_black_hole,
        Faults.dns_dead,
        Faults.captive_portal,
        Faults.both_dead,
        Faults.lte_dead,
        Faults.flapping,
    )
}
