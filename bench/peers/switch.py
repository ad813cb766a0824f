"""The switch that peers turn which have none of their own: notanker's rules and table, by ip(8)."""

from pathlib import Path

from bench.peers.peer import script

from notanker_lab import Lab, addresses

TABLE = 1742
PRIORITY = 1742
RULE = PRIORITY + 4
"""Table and rules have the numbers that notanker uses by default: all turn the same switch."""

_STANDING = (
    "rule add priority {p0} lookup main suppress_prefixlength 0 protocol 142",
    "rule add priority {p1} oif eth0 lookup main protocol 142",
    "rule add priority {p2} oif lte0 lookup {table} protocol 142",
)

_TURN = """#!/bin/sh
ip rule {verb} priority {rule} lookup {table} protocol 142
ip -6 rule {verb} priority {rule} lookup {table} protocol 142
{more}
"""


def make_ready(lab: Lab) -> None:
    """Make LTE ready in a table of its own, as notanker does when it starts."""
    values = {"p0": PRIORITY, "p1": PRIORITY + 1, "p2": PRIORITY + 2, "table": TABLE}
    for family, gateway in (("-4", addresses.STICK), ("-6", addresses.STICK6)):
        for line in _STANDING:
            lab.topology.ip("site", family, *line.format(**values).split())
        route = ["route", "add", "default", "via", gateway, "dev", "lte0", "table", str(TABLE)]
        lab.topology.ip("site", family, *route)


def scripts(folder: Path, ready: Path) -> tuple[Path, Path]:
    """Write the scripts that move traffic to LTE and to the primary; the latter touches ``ready``.

    The first call of the latter finds no rule to delete, which is no error.
    """
    to_lte = _TURN.format(verb="add", rule=RULE, table=TABLE, more="")
    to_primary = _TURN.format(verb="del", rule=RULE, table=TABLE, more=f"touch {ready}")
    return script(folder / "to-lte", to_lte), script(folder / "to-primary", to_primary)
