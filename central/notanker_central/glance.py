"""What lists, filters and counts need of a site, out of its newest beat and of central.toml."""

from __future__ import annotations

from typing import NamedTuple

from notanker.core.heartbeat import Beat
from notanker.core.names import Uplink
from notanker_central.config import Site


class Traits(NamedTuple):
    """The columns of `tables.site` that are written only when a beat changes one of them.

    Attributes:
        lte_proven_s: When the backup was proven last, None for never.
        plan: The plan in force, and since when the site says so.
        incidents: How many are open, and `unheld` how many of them nobody has taken on.
    """

    operator: str
    version: str
    lte_proven_s: float | None
    plan: str
    plan_since_s: float | None
    incidents: int
    unheld: int


def traits(beat: Beat, before: Traits, now_s: float) -> Traits:
    """Return what a new beat makes of them.

    Args:
        beat: The newest, complete.
        before: What they were.
        now_s: The centre's wall time.
    """
    plan = f"{beat.plan_seq}-{beat.plan_fingerprint}"[:16] if beat.plan_seq else ""
    since_s = before.plan_since_s if plan == before.plan else now_s
    return Traits(
        operator=beat.operator[:64],
        version=beat.version[:32],
        lte_proven_s=_lte_proven_s(beat, before.lte_proven_s, now_s),
        plan=plan,
        plan_since_s=since_s if plan else None,
        incidents=len(beat.open),
        unheld=sum(not one.acknowledged_by for one in beat.open),
    )


def told(site: Site) -> dict[str, object]:
    """Return the columns of `tables.site` that central.toml sets."""
    latitude, longitude = site.place or (None, None)
    return {
        "latitude": latitude,
        "longitude": longitude,
        "time_zone": site.time_zone,
        "agreed": site.agreed,
        "search": search_text(site.name, site.id, site.region),
    }


def search_text(name: str, site: str, region: str) -> str:
    """Return what a search for a site looks in, whatever the case of its letters."""
    return f"{name} {site} {region}".casefold()


def _lte_proven_s(beat: Beat, before_s: float | None, now_s: float) -> float | None:
    """Return when the backup was proven last: by this beat that came over it, or as the site says."""
    if beat.over is Uplink.BACKUP:
        return now_s
    proof = beat.lte_proven
    if proof is None or not proof.trusted:
        return before_s
    return max(before_s or 0.0, min(proof.wall_s, now_s))
