"""What people see of a site's state: the status snapshot without what only the shell knows."""

from __future__ import annotations

from collections.abc import Iterator

from notanker.core import backing, detector, drafts, failover, metered, powercycle, signs, uplinks
from notanker.core.drafts import Draft
from notanker.core.incident import Incident
from notanker.core.moment import Moment
from notanker.core.names import Line, Uplink, Verdict
from notanker.core.picture import diagnosis, scene
from notanker.core.state import Site
from notanker.core.status import (
    AnchorStatus,
    AnnouncementStatus,
    BoxStatus,
    BudgetStatus,
    DraftStatus,
    HeartbeatStatus,
    IncidentStatus,
    MessageStatus,
    RestoringStatus,
    Status,
    SystemStatus,
    UplinkStatus,
)


def status_of(site: Site, now: Moment) -> Status:
    """Return the snapshot of the state; the shell adds modem, plugins, heartbeat and plan."""
    interfaces = dict(site.settings.interfaces)
    return Status(
        site=site.settings.site,
        written=now,
        line=site.failover.line,
        line_since=site.line_since,
        uplinks=tuple(_uplink(site, uplink, interfaces.get(uplink, ""), now) for uplink in Uplink),
        incident=next((_incident(site, one, now) for one in site.incidents.open), None),
        further=tuple(_incident(site, one, now) for one in site.incidents.open[1:]),
        systems=_systems(site, now),
        anchors=tuple(_anchors(site)),
        budget=_budget(site),
        restoring=_restoring(site, now),
        recent=tuple(_incident(site, done, now) for done in reversed(site.recent)),
        announcements=tuple(
            AnnouncementStatus(
                one.head_number, one.incident, one.on, one.done, one.on_since, one.reason
            )
            for one in site.announced
        ),
        box=_box(site, now),
        heartbeat=HeartbeatStatus(enabled=site.settings.beat.enabled, mute=site.beating.mute),
    )


def _incident(site: Site, incident: Incident, now: Moment) -> IncidentStatus:
    return incident_status(incident, drafts.shown(site.incidents, incident, now))


def incident_status(incident: Incident, shown: tuple[Draft, ...] = ()) -> IncidentStatus:
    """Return an incident in short; `shown` are the drafts whose words people may see."""
    return IncidentStatus(
        number=incident.number,
        stage=incident.stage,
        cause=incident.cause,
        opened=incident.opened,
        evidence=incident.evidence,
        detail=incident.detail,
        system=incident.system,
        on_backup_since=incident.on_backup_since,
        restored=incident.back_since,
        resolved=incident.resolved,
        acknowledged=incident.acknowledged,
        acknowledged_by=incident.acknowledged_by,
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
        drafts=tuple(_draft(draft, draft in shown) for draft in incident.drafts),
    )


def _draft(draft: Draft, shown: bool) -> DraftStatus:
    return DraftStatus(
        template=draft.template,
        version=draft.version,
        persons=draft.persons,
        missing=draft.missing,
        released=shown,
        released_by=tuple(one.name or one.contact for one in draft.released),
        words=draft.words if shown else (),
        refused=draft.refused,
        drill=draft.drill,
    )


def _uplink(site: Site, uplink: Uplink, interface: str, now: Moment) -> UplinkStatus:
    verdict = uplinks.verdict(site.judges, uplink)
    quality = site.quality[uplink]
    down = verdict is Verdict.DOWN and uplink is Uplink.PRIMARY
    backup = uplink is Uplink.BACKUP
    return UplinkStatus(
        uplink=uplink,
        interface=interface,
        verdict=verdict,
        carrier=site.carrier[uplink],
        rtt_ms=_rounded(quality.delay_ms),
        jitter_ms=_rounded(quality.jitter_ms),
        loss_pct=_rounded(quality.loss_pct),
        degraded=quality.degraded,
        cause=diagnosis(site, now).cause if down else None,
        silent_anchors=tuple(
            anchor.label
            for watch, judge in site.judges.items()
            if watch[0] is uplink
            for anchor in detector.silent(judge, site.table[watch])
        ),
        rests=backup and backing.rests(site),
        proven=site.metered.bearer.proven if backup else None,
    )


def _budget(site: Site) -> BudgetStatus | None:
    state = site.metered
    if state.ledger is None:
        return None
    return BudgetStatus(
        month=state.ledger.month,
        used_bytes=state.ledger.used_bytes,
        purposes=state.ledger.tally,
        modem_bytes=state.ledger.modem,
        limit_bytes=site.settings.budget.monthly_bytes,
        band=state.band,
        allowance=state.allowance,
    )


def _box(site: Site, now: Moment) -> BoxStatus:
    power = site.power
    return BoxStatus(
        mains=site.around.path.mains,
        drill_asked=power.drill_asked,
        router_cycles=powercycle.today(power, now),
        router_off=bool(power.running),
    )


def _restoring(site: Site, now: Moment) -> RestoringStatus | None:
    state = site.failover
    if state.line is not Line.WAIT_TO_RESTORE:
        return None
    stands = backing.restoring(site, now)
    wait_s = failover.restore_wait_s(state, site.settings.failover)
    return RestoringStatus(
        wait_s=wait_s,
        left_s=max(0.0, state.since_s + wait_s - now.boot_s),
        flaps=state.flaps,
        transacted=failover.transacted(state, stands),
        opens_in_s=stands.opens_in_s,
        used_bytes=metered.used_since(site.metered),
    )


def _systems(site: Site, now: Moment) -> tuple[SystemStatus, ...]:
    if not site.around.checks.minds:
        return ()
    found = signs.gather(scene(site, now))
    watched = dict.fromkeys(check.system for check in site.settings.checks)
    return tuple(
        SystemStatus(
            system=one,
            name=site.around.graph.system(one).name,
            verdict=found.states.get(one, Verdict.UNKNOWN),
            heard=found.heard.get(one),
            days_left=_days_left(site, one, now),
            warn_days=max(c.warn_days for c in site.settings.checks if c.system == one),
        )
        for one in watched
    )


def _days_left(site: Site, system: str, now: Moment) -> float | None:
    ends_s = [
        mind.expires_s
        for key, mind in site.around.checks.minds.items()
        if site.around.checks.table[key].system == system and mind.expires_s is not None
    ]
    if not ends_s or not now.trusted:
        return None
    return round((min(ends_s) - now.wall_s) / 86_400, 1)


def _anchors(site: Site) -> Iterator[AnchorStatus]:
    """Yield each anchor that is silent, and whether it answers over the other line."""
    silent = {
        (watch[0], anchor.label)
        for watch, judge in site.judges.items()
        for anchor in detector.silent(judge, site.table[watch])
    }
    for uplink, label in sorted(silent):
        everywhere = all((other, label) in silent for other in Uplink)
        if not everywhere or uplink is Uplink.PRIMARY:
            yield AnchorStatus(label, uplink, everywhere)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
