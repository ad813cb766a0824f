"""The figures: title, unit and bar of each, in the order of the table."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table.

    Attributes:
        goal: The most that the product may need; None where there is no bar.
        digits: So many are printed behind the point.
        compared: Whether product divided by peer says anything.
    """

    title: str
    goal: float | None = None
    digits: int = 2
    compared: bool = True


FIGURES = {
    "blackhole_s": Figure("blackhole, quiet line: outage, s", 2.0),
    "busy_s": Figure("blackhole, busy line: outage, s"),
    "failback_s": Figure("failback after the return, s"),
    "failback_lost": Figure("echoes lost at failback", 2, 0, compared=False),
    "half_s": Figure("half-dead (ping ok, rest dead): outage, s"),
    "loss60_s": Figure("60 % loss: until traffic goes by LTE, s"),
    "loss20_switches": Figure("20 % loss, 60 s: switches", 0, 0, compared=False),
    "anchor_switches": Figure("one anchor of three dead, 20 s: switches", 0, 0, compared=False),
    "both_lost_s": Figure("both dead, primary back: service lost after it, s", 2.0),
    "flap_switches": Figure("flapping 6 x 5 s of 20 s: switches", None, 0, compared=False),
    "flap_lost_s": Figure("flapping 6 x 5 s of 20 s: service lost, s"),
    "carrier_ms": Figure("carrier loss: until the kernel's route changed, ms", 100, 0),
    "carrier_users_ms": Figure("carrier loss: outage, ms", None, 0),
    "sms_s": Figure("cut to text at the SMS centre, s", 5.0),
    "cpu_agent_pct": Figure("CPU: agent, % of one core", 1.0),
    "cpu_plugin_pct": Figure("CPU: plugin child, %"),
    "cpu_portal_pct": Figure("CPU: portal, %"),
    "cpu_all_pct": Figure("CPU: together, %"),
    "pss_agent_mib": Figure("PSS: agent, MiB", None, 1),
    "pss_plugin_mib": Figure("PSS: plugin child, MiB", None, 1),
    "pss_portal_mib": Figure("PSS: portal, MiB", None, 1),
    "pss_all_mib": Figure("PSS: together, MiB", 110.0, 1),
    "alone_all_mib": Figure("memory if nobody else used the same files, MiB", None, 1),
    "bytes_primary": Figure("bytes a minute on the primary, calm", None, 0),
    "beat_bytes_primary": Figure("... of them heartbeats", None, 0),
    "bytes_lte": Figure("bytes a minute on LTE, calm", None, 0),
    "beat_bytes_lte": Figure("... of them heartbeats", None, 0),
}
