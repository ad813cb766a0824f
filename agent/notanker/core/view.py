"""What people see of a site's state: the status snapshot without what only the shell knows."""

from __future__ import annotations

from notanker.core import detector, uplinks
from notanker.core.incident import Incident
from notanker.core.moment import Moment
from notanker.core.names import Uplink, Verdict
from notanker.core.site import Site
from notanker.core.status import IncidentStatus, MessageStatus, Status, UplinkStatus


def status_of(site: Site, now: Moment) -> Status:
    """Return the snapshot of the state; the shell adds modem, plugins, heartbeat and plan."""
    interfaces = dict(site.settings.interfaces)
    return Status(
        site=site.settings.site,
        written=now,
        line=site.failover.line,
        line_since=site.line_since,
        uplinks=tuple(_uplink(site, uplink, interfaces.get(uplink, "")) for uplink in Uplink),
        incident=incident_status(site.incident) if site.incident else None,
        recent=tuple(incident_status(done) for done in reversed(site.recent)),
    )


def incident_status(incident: Incident) -> IncidentStatus:
    """Return an incident in short."""
    return IncidentStatus(
        number=incident.number,
        stage=incident.stage,
        cause=incident.cause,
        opened=incident.opened,
        on_backup_since=incident.on_backup_since,
        restored=incident.back_since,
        resolved=incident.resolved,
        messages=tuple(
            MessageStatus(
                mark=told.queued.mark,
                template=told.queued.template,
                contact=told.queued.contact,
                outcome=told.outcome,
                at=told.settled or told.queued.at,
            )
            for told in incident.told
        ),
    )


def _uplink(site: Site, uplink: Uplink, interface: str) -> UplinkStatus:
    verdict = uplinks.verdict(site.judges, uplink)
    quality = site.quality[uplink]
    down = verdict is Verdict.DOWN and uplink is Uplink.PRIMARY
    return UplinkStatus(
        uplink=uplink,
        interface=interface,
        verdict=verdict,
        carrier=site.carrier[uplink],
        rtt_ms=_rounded(quality.delay_ms),
        jitter_ms=_rounded(quality.jitter_ms),
        loss_pct=_rounded(quality.loss_pct),
        degraded=quality.degraded,
        cause=uplinks.cause(site.judges, site.carrier[uplink]) if down else None,
        silent_anchors=tuple(
            anchor.label
            for watch, judge in site.judges.items()
            if watch[0] is uplink
            for anchor in detector.silent(judge, site.table[watch])
        ),
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
