"""`/metrics` for Prometheus: the text format 0.0.4, a dozen aggregates; one series a site only if asked for.

Read from the database at each scrape, so every receiver tells the same of the fleet and its own of itself.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from flask import Flask, Response, request
from msgspec import Struct
from sqlalchemy import Connection, case, func, select

from notanker_central import tables as t
from notanker_central.alarm import views
from notanker_central.alarm.kinds import Kind
from notanker_central.clock import Clock
from notanker_central.metrics_settings import Metrics, may_read
from notanker_central.states import State
from notanker_central.store import Store

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_OUTCOMES: Final = ("sent", "delivered", "unknown", "failed")
_TAKEN: Final = frozenset({"stored", "old", "report"})
"""What counts as a beat or report taken; every other count is a refusal with its reason."""


Value = tuple[Mapping[str, str], float]


@dataclass(frozen=True, slots=True)
class Family:
    """One metric with all its series."""

    name: str
    kind: str
    help: str
    values: Iterable[Value]


def render(families: Iterable[Family]) -> str:
    """Return the families in the text format 0.0.4 of Prometheus."""
    return "".join(_family(one) for one in families)


def _family(one: Family) -> str:
    lines = [f"# HELP {one.name} {_escaped(one.help)}\n# TYPE {one.name} {one.kind}\n"]
    lines += [f"{one.name}{_labels(labels)} {_number(value)}\n" for labels, value in one.values]
    return "".join(lines)


def _labels(labels: Mapping[str, str]) -> str:
    if not labels:
        return ""
    pairs = (f'{name}="{_escaped(value, quoted=True)}"' for name, value in labels.items())
    return f"{{{','.join(pairs)}}}"


def _escaped(text: str, *, quoted: bool = False) -> str:
    found = text.replace("\\", "\\\\").replace("\n", "\\n")
    return found.replace('"', '\\"') if quoted else found


def _number(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)


class Watch(Struct, frozen=True):
    """What this process tells of itself.

    Attributes:
        lag_s: How long ago the last look of the dead man's switch was; infinite if there was none.
        scan_s: How long it took.
        beats: How many beats this process stored, took as old or refused, by word.
        ways: Each channel and other receiver of alarms: how often it has failed in a row.
    """

    lag_s: float
    scan_s: float
    beats: Mapping[str, int]
    ways: Mapping[str, int]


def families(
    connection: Connection, watch: Watch, now_s: float, *, per_site: bool
) -> Iterator[Family]:
    """Return all that is told, the figures of one moment of the database."""
    yield from _fleet(connection, now_s)
    yield from _alarms(connection)
    yield from _own(watch)
    if per_site:
        yield from _sites(connection)


def _fleet(connection: Connection, now_s: float) -> Iterator[Family]:
    s = t.site.c
    counts: dict[str, int] = {
        row[0]: row[1]
        for row in connection.execute(
            select(s.state, func.count()).where(s.listed).group_by(s.state)
        )
    }
    states = [({"state": str(state)}, float(counts.get(state, 0))) for state in State]
    yield Family("notanker_sites", "gauge", "Sites by state.", states)
    proof = func.min(func.coalesce(s.lte_proven_s, s.since_s))
    query = select(proof, func.max(s.received_s)).where(s.listed, s.due_s.is_not(None))
    proven_s, heard_s = connection.execute(query).one()
    yield _one(
        "notanker_lte_proof_oldest_seconds",
        "gauge",
        "Age of the oldest proof that a backup works, over all sites that report.",
        0.0 if proven_s is None else max(0.0, now_s - proven_s),
    )
    yield _one(
        "notanker_last_beat_timestamp_seconds",
        "gauge",
        "When any site was heard last, seconds since 1970; 0 for never.",
        heard_s or 0.0,
    )


def _alarms(connection: Connection) -> Iterator[Family]:
    a = t.alarm.c
    found: dict[str, int] = {
        row[0]: row[1]
        for row in connection.execute(
            select(a.kind, func.count()).where(a.closed_s.is_(None)).group_by(a.kind)
        )
    }
    alarms = [({"kind": str(kind)}, float(found.get(kind, 0))) for kind in Kind]
    yield Family("notanker_alarms_open", "gauge", "Open alarms by kind.", alarms)
    i = t.alarm_incident.c
    free = func.sum(case((i.acknowledged_s.is_(None), 1), else_=0))
    query = select(func.count(), free).where(i.resolved_s.is_(None))
    count, unheld = connection.execute(query).one()
    yield _one("notanker_incidents_open", "gauge", "Open incidents of the centre.", count)
    yield _one(
        "notanker_incidents_unacknowledged",
        "gauge",
        "Open incidents that nobody has acknowledged.",
        unheld or 0,
    )
    counts = views.message_counts(connection)
    waiting = sum(number for (_, over), number in counts.items() if not over)
    yield _one("notanker_messages_waiting", "gauge", "Messages on their way to people.", waiting)
    ended = [({"outcome": one}, float(counts.get((one, True), 0))) for one in _OUTCOMES]
    yield Family("notanker_messages_total", "counter", "Messages by what became of them.", ended)


def _own(watch: Watch) -> Iterator[Family]:
    yield _one(
        "notanker_watch_lag_seconds",
        "gauge",
        "How long ago this process looked for silent sites; infinite if another one does.",
        watch.lag_s,
    )
    yield _one("notanker_watch_scan_seconds", "gauge", "How long that look took.", watch.scan_s)
    taken = [({"result": word}, float(watch.beats.get(word, 0))) for word in sorted(_TAKEN)]
    text = "Beats and reports that this process took, by result."
    yield Family("notanker_beats_total", "counter", text, taken)
    refused = [
        ({"reason": word}, float(number))
        for word, number in sorted(watch.beats.items())
        if word not in _TAKEN
    ]
    text = "Beats and reports that this process refused, by reason."
    yield Family("notanker_beats_refused_total", "counter", text, refused)
    ways = [({"name": name}, float(number)) for name, number in sorted(watch.ways.items())]
    text = "How often in a row a channel or another receiver has failed; 0 while it works."
    yield Family("notanker_sender_failures", "gauge", text, ways)


def _sites(connection: Connection) -> Iterator[Family]:
    s = t.site.c
    query = select(s.id, s.region, s.state, s.received_s).where(s.listed).order_by(s.id)
    rows = connection.execute(query).all()
    labels = [{"site": row.id, "region": row.region} for row in rows]
    up = [float(row.state not in (State.SILENT, State.NEVER)) for row in rows]
    text = "Whether beats of the site arrive."
    yield Family("notanker_site_up", "gauge", text, zip(labels, up, strict=True))
    heard = [row.received_s or 0.0 for row in rows]
    text = "When the site was heard last, seconds since 1970; 0 for never."
    yield Family(
        "notanker_site_last_beat_timestamp_seconds", "gauge", text, zip(labels, heard, strict=True)
    )


def _one(name: str, kind: str, text: str, value: float) -> Family:
    return Family(name, kind, text, [({}, float(value))])


def metrics_app(store: Store, settings: Metrics, clock: Clock, watch: Callable[[], Watch]) -> Flask:
    """Return the application behind the door of the figures."""
    app = Flask("notanker_central.metrics", static_folder=None)

    @app.get("/metrics")
    def metrics() -> Response:
        token = request.headers.get("authorization", "")
        if not may_read(settings, request.remote_addr or "", token):
            return Response("no\n", 401, {"www-authenticate": "Bearer"})
        with store.read() as connection:
            told = families(connection, watch(), clock.wall_s(), per_site=settings.per_site)
            return Response(render(told), content_type=CONTENT_TYPE)

    return app
