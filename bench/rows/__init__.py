"""The rows: what is done to the line, and what is read off. Figures by name; see figures.py.

Everything is observed: outages and losses in the users' own echoes (one each 10 ms), switches in what the
kernel answers when asked for users' way, SMS at the SMS centre. Nothing comes from a setting but causes,
which are what the peer says.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bench.rows import back, bad, cuts
from bench.rows.calm import calm
from bench.scene import Scene
from bench.table import Figures

QUICK_S, SHIPPED_S = 5.0, 30.0
"""Waits to restore: in rows that do not look at it, and as shipped."""


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that is done to a site.

    Attributes:
        in_short: Whether it belongs to the quick form.
        many: Whether it is measured often, several times in one lab.
        once: Whether one lab is enough, because what it gives is an average over its time.
        wait_s: notanker's wait to restore.
        nat: How all that forwards hides what is behind it, "masquerade" or "snat", in a lab with a
            LAN behind the site; "" for a lab without one.
        started: Whether the peer is at rest when the row begins; else the row starts it.
    """

    run: Callable[[Scene], Figures]
    in_short: bool = False
    many: bool = False
    once: bool = False
    wait_s: float = QUICK_S
    nat: str = ""
    started: bool = True


ROWS: Mapping[str, Row] = {
    "blackhole": Row(cuts.blackhole, in_short=True, many=True),
    "busy": Row(cuts.busy, many=True),
    "asleep": Row(cuts.asleep),
    "carrier": Row(cuts.carrier, in_short=True),
    "half": Row(cuts.half),
    "half-tcp": Row(cuts.half_tcp),
    "half-udp": Row(cuts.half_udp),
    "loss60": Row(bad.loss60),
    "loss40": Row(bad.loss40),
    "loss20": Row(bad.loss20, in_short=True),
    "short": Row(cuts.short),
    "anchor": Row(bad.anchor, in_short=True),
    "icmp": Row(bad.icmp, in_short=True),
    "slow": Row(bad.slow),
    "bloat": Row(bad.bloat),
    "both": Row(back.both),
    "flap": Row(back.flap, wait_s=SHIPPED_S),
    "boot": Row(cuts.boot, in_short=True, started=False),
    "masquerade": Row(back.masquerade, in_short=True, wait_s=SHIPPED_S, nat="masquerade"),
    "snat": Row(back.snat, wait_s=SHIPPED_S, nat="snat"),
    "calm": Row(calm, in_short=True, once=True),
}
