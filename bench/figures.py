"""The figures: title, unit and bars of each, in the order of the table."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

_P95_RUNS = 20
"""With fewer runs than this, the 95th percentile is but the largest."""


def p95(values: Sequence[float]) -> float:
    """Give the 95th percentile, by the nearest rank."""
    return sorted(values)[math.ceil(0.95 * len(values)) - 1]


def number(value: float, digits: int) -> str:
    """Write one value; what never happened is "never"."""
    return "never" if math.isinf(value) else f"{value:.{digits}f}"


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table.

    Attributes:
        goal: The most that the product may need in the median; None where there is no bar.
        stretch: What would be better still.
        goal_p95: The bar of the 95th percentile, where there are runs enough.
        digits: So many are printed behind the point.
    """

    title: str
    goal: float | None = None
    stretch: float | None = None
    goal_p95: float | None = None
    digits: int = 2

    def bar(self) -> str:
        """Write the goal."""
        if self.goal is None:
            return ""
        return f"<= {self.goal:g}" + (f", p95 {self.goal_p95:g}" if self.goal_p95 else "")

    def met(self, values: Sequence[float]) -> str:
        """Say whether the bars are met: "stretch", "yes", "NO", or "" where there is none."""
        if self.goal is None or not values:
            return ""
        tail = self.goal_p95 is not None and len(values) >= _P95_RUNS
        if median(values) > self.goal or (tail and p95(values) > (self.goal_p95 or 0)):
            return "NO"
        return "stretch" if self.stretch is not None and median(values) <= self.stretch else "yes"

    def cell(self, values: Sequence[float]) -> str:
        """Write median, 95th percentile where it says something, extremes and number of runs."""
        if not values:
            return "-"
        middle, least, most = (
            number(value, self.digits) for value in (median(values), min(values), max(values))
        )
        tail = f", p95 {number(p95(values), self.digits)}" if len(values) >= _P95_RUNS else ""
        return f"{middle}{tail} ({least}-{most}; {len(values)})"


FIGURES = {
    "blackhole_s": Figure("silent cut, nobody sends: until the switch, s", 1.2, 1.0, 1.6),
    "busy_s": Figure("silent cut, busy line: outage of users, s", 1.0, 0.85, 1.3),
    "asleep_s": Figure("silent cut, LTE's radio asleep (wakes in 1-2 s): outage, s"),
    "carrier_ms": Figure("carrier loss: until the kernel's route changed, ms", 50, 20, digits=0),
    "carrier_users_ms": Figure("carrier loss: outage, ms", digits=0),
    "half_s": Figure("half-dead, all but ping: outage, s", 2.0, 1.2),
    "half_cause": Figure("... cause named"),
    "half_tcp_s": Figure("half-dead, TCP only: outage of TCP, s", 2.0, 1.2),
    "half_tcp_cause": Figure("... cause named"),
    "half_udp_s": Figure("half-dead, UDP only: outage of UDP, s", 2.0, 1.2),
    "half_udp_cause": Figure("... cause named"),
    "loss60_s": Figure("60 % loss: until traffic goes by LTE, s", 4.0, 2.0),
    "loss60_lost_s": Figure("60 % loss: service lost until then, s", 2.5),
    "loss40_s": Figure("40 % loss: until traffic goes by LTE, s", 20.0, 12.0),
    "loss40_lost_s": Figure("40 % loss: service lost until then, s"),
    "loss20_switches": Figure("20 % loss: switches", 0, digits=0),
    "short_switches": Figure("20 cuts of at most 0.5 s: switches", 0, digits=0),
    "anchor_switches": Figure("one anchor of three dead: switches", 0, digits=0),
    "anchor_cause": Figure("... told as"),
    "icmp_switches": Figure("two anchors of three dead for ICMP: switches", 0, digits=0),
    "icmp_cause": Figure("... told as"),
    "slow_switches": Figure("round trip 20 -> 900 ms at once: switches", 0, digits=0),
    "bloat_switches": Figure("round trip 20 -> 900 ms by an upload: switches", 0, digits=0),
    "bloat_rtt_ms": Figure("... users' largest round trip, ms", digits=0),
    "both_lost_s": Figure("both dead, primary back: service lost after it, s", 1.0, 0.3),
    "flap_switches": Figure("flapping 6 x 5 s of 20 s: switches", 2, digits=0),
    "flap_lost_s": Figure("flapping 6 x 5 s of 20 s: service lost, s", 1.5),
    "boot_s": Figure("boot into a dead line: start to traffic by LTE, s", 2.0),
    "failback_s": Figure("failback after the return, s"),
    "box_lost": Figure("failback: echoes lost by the box", 0, digits=0),
    "lan_masquerade_lost": Figure("failback: echoes lost by a LAN flow, masquerade", 2, digits=0),
    "lan_snat_lost": Figure("failback: echoes lost by a LAN flow, SNAT", 2, digits=0),
    "left_masquerade": Figure("flows not on the primary 5 s later, masquerade", 0, digits=0),
    "left_snat": Figure("flows not on the primary 5 s later, SNAT", 0, digits=0),
    "sms_s": Figure("cut to text at the SMS centre, s", 5.0),
    "probes_mb_day": Figure(
        "calm: bytes on the primary, heartbeats apart, MB/day", 15, 8, digits=1
    ),
    "beats_mb_day": Figure("... heartbeats, MB/day", digits=1),
    "standby_mb_month": Figure("calm: bytes on LTE, all, MB/month", 6, 3),
    "standby_beats_mb_month": Figure("... of them heartbeats"),
    "cpu_agent_pct": Figure("CPU: agent, % of one core", 0.3),
    "cpu_plugin_pct": Figure("CPU: plugin child, %"),
    "cpu_portal_pct": Figure("CPU: portal, %"),
    "cpu_all_pct": Figure("CPU: together, %"),
    "pss_agent_mib": Figure("PSS: agent, MiB", 25.0, 15.0, digits=1),
    "pss_plugin_mib": Figure("PSS: plugin child, MiB", digits=1),
    "pss_portal_mib": Figure("PSS: portal, MiB", digits=1),
    "pss_all_mib": Figure("PSS: together, MiB", digits=1),
    "alone_all_mib": Figure("memory if nobody else used the same files, MiB", digits=1),
}
