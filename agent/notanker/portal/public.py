"""`/status.json`: what machines on the site's Wi-Fi may know. No person, no number, no address is in it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec

from notanker.core.moment import Moment
from notanker.core.status import IncidentStatus, Status
from notanker.plan.index import Index

FORMAT = 1


def public(status: Status | None, index: Index | None, *, fresh: bool) -> bytes:
    """Return the state as JSON: the same while nothing changes, so that a mark of it means something.

    `agent` is `fresh`, `stale` or `none`; of a stale one `written` tells how old its knowledge is.
    """
    found: dict[str, Any] = {"format": FORMAT, "agent": _agent(status, fresh=fresh)}
    if status is not None:
        found |= _state(status) | ({} if fresh else {"written": _when(status.written)})
    if index is not None:
        found["plan"] = {
            "id": index.id,
            "seq": index.seq,
            "version": index.version,
            "fingerprint": index.fingerprint,
            "review_by": index.review_by,
        }
    return msgspec.json.encode(found) + b"\n"


def health(status: Status | None, index: Index | None, *, fresh: bool) -> bytes:
    """Return whether the portal lives, and what it has to show; it lives if this comes at all."""
    plan = index.seq if index is not None else None
    return msgspec.json.encode({"portal": "ok", "agent": _agent(status, fresh=fresh), "plan": plan})


def _agent(status: Status | None, *, fresh: bool) -> str:
    return "none" if status is None else "fresh" if fresh else "stale"


def _state(status: Status) -> dict[str, Any]:
    open_ones = [status.incident] if status.incident else []
    return {
        "site": status.site,
        "line": status.line,
        "line_since": _when(status.line_since),
        "uplinks": [
            {"uplink": one.uplink, "verdict": one.verdict, "degraded": one.degraded}
            for one in status.uplinks
        ],
        "systems": [{"system": one.system, "verdict": one.verdict} for one in status.systems],
        "incidents": [_incident(one) for one in (*open_ones, *status.further)],
        "recent": [_incident(one) for one in status.recent],
    }


def _incident(incident: IncidentStatus) -> dict[str, Any]:
    return {
        "number": incident.number,
        "stage": incident.stage,
        "cause": incident.cause,
        "system": incident.system,
        "opened": _when(incident.opened),
        "restored": _when(incident.restored),
        "resolved": _when(incident.resolved),
        "acknowledged": _when(incident.acknowledged),
    }


def _when(moment: Moment | None) -> str | None:
    """Return the time in UTC; none if the clock was not trusted then."""
    if moment is None or not moment.trusted:
        return None
    try:
        at = dt.datetime.fromtimestamp(moment.wall_s, dt.UTC)
    except (OverflowError, OSError, ValueError):
        return None
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")
