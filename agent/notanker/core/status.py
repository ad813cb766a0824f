"""The status snapshot: what the agent knows at one moment, for portal, command line and heartbeat.

The agent writes it as JSON to `status.json` in its run directory, whole and by rename, on every change
and at least every `REFRESH_S`. Who reads it looks at `written` and says how old that knowledge is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from notanker.core.budget import Allowance, Band, Tally
from notanker.core.cause import NO_DETAIL, Detail
from notanker.core.moment import Moment
from notanker.core.names import Cause, Line, Outcome, PluginHealth, Stage, Uplink, Verdict

FORMAT: Final = 1
REFRESH_S: Final = 5.0
"""The snapshot is written at least this often, so an older one means that the agent is not well."""


@dataclass(frozen=True, slots=True)
class UplinkStatus:
    """One uplink as the detector sees it.

    Attributes:
        rtt_ms: Smoothed round trip over all anchors, None before the first answer.
        jitter_ms: Its deviation.
        loss_pct: Share of the last 120 probes without an answer, None if none was sent.
        degraded: Whether it works, but worse than agreed.
        silent_anchors: Addresses that do not answer while others do.
        rests: Its data session is down on purpose, so nothing is asked over it.
        proven: When it was proven last, None if that is not known (told of the backup alone).
    """

    uplink: Uplink
    interface: str
    verdict: Verdict
    carrier: bool
    rtt_ms: float | None = None
    jitter_ms: float | None = None
    loss_pct: float | None = None
    degraded: bool = False
    cause: Cause | None = None
    silent_anchors: tuple[str, ...] = ()
    rests: bool = False
    proven: Moment | None = None


@dataclass(frozen=True, slots=True)
class ModemStatus:
    """What the modem's plugin told last."""

    plugin: str
    operator: str = ""
    signal_dbm: float | None = None
    connected: bool | None = None
    told: Moment | None = None


@dataclass(frozen=True, slots=True)
class MessageStatus:
    """One message to one person."""

    mark: str
    template: str
    contact: str
    outcome: Outcome
    at: Moment


@dataclass(frozen=True, slots=True)
class DraftStatus:
    """A text for people outside.

    Attributes:
        missing: So many more people have to release it.
        released: Whether it may be said now; only then are its words here.
        refused: Why the plan's own words are not used, German and English.
    """

    template: str
    version: int
    persons: int
    missing: int
    released: bool = False
    released_by: tuple[str, ...] = ()
    words: tuple[tuple[str, str], ...] = ()
    refused: tuple[str, str] = ("", "")
    drill: bool = False


@dataclass(frozen=True, slots=True)
class AnnouncementStatus:
    """What callers hear: an announcement that is on, or may be.

    Attributes:
        on: How it is to be.
        sure: Whether it is so.
        since: Since when it may have been on.
        reason: Why the last try to switch it failed.
    """

    head_number: str
    incident: int
    on: bool
    sure: bool
    since: Moment
    reason: str = ""


@dataclass(frozen=True, slots=True)
class IncidentStatus:
    """One incident in short; `number` is what people say on the phone.

    Attributes:
        system: The system that it was opened for, empty for the primary line.
        acknowledged: When somebody said "I have it", and `acknowledged_by` who.
    """

    number: int
    stage: Stage
    cause: Cause
    opened: Moment
    evidence: str = ""
    detail: Detail = NO_DETAIL
    system: str = ""
    on_backup_since: Moment | None = None
    restored: Moment | None = None
    resolved: Moment | None = None
    acknowledged: Moment | None = None
    acknowledged_by: str = ""
    messages: tuple[MessageStatus, ...] = ()
    drafts: tuple[DraftStatus, ...] = ()


@dataclass(frozen=True, slots=True)
class SystemStatus:
    """One watched system of the plan.

    Attributes:
        name: How people call it, German and English.
        heard: When it answered last, None if it never has since the agent came up.
        days_left: How long its certificate is good for, None if it shows none or the clock is unsure.
        warn_days: From how many days on that is a finding.
    """

    system: str
    name: tuple[str, str]
    verdict: Verdict
    heard: Moment | None = None
    days_left: float | None = None
    warn_days: int = 0


@dataclass(frozen=True, slots=True)
class AnchorStatus:
    """An anchor that is silent while the line is up; `everywhere` if it is so over both uplinks."""

    anchor: str
    uplink: Uplink
    everywhere: bool


@dataclass(frozen=True, slots=True)
class PluginStatus:
    """One plugin instance."""

    name: str
    kind: str
    health: PluginHealth
    failures: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class HeartbeatStatus:
    """How reporting to the centre does.

    Attributes:
        acknowledged: The last beat that the centre has stored.
        mute: It has confirmed none for half an hour, over any line.
    """

    enabled: bool = False
    acknowledged: Moment | None = None
    over: Uplink | None = None
    reason: str = ""
    mute: bool = False


@dataclass(frozen=True, slots=True)
class PlanStatus:
    """The plan that the agent works with.

    Attributes:
        fingerprint: The SHA-256 of its files, in hex.
        review_by: The date by which people must look through it again, as 2027-03-01.
        refused: Why the last one that came was refused, German and English; empty if it was not.
        verified: When the one in force was found good last: signed, unchanged.
        lapsed: Since when it no longer is; it can be read all the same.
        contact: When whoever hands out plans was heard of last, None without such a heartbeat.
    """

    id: str = ""
    seq: int = 0
    version: str = ""
    fingerprint: str = ""
    findings: int = 0
    review_by: str = ""
    refused: tuple[str, str] = ("", "")
    refused_at: Moment | None = None
    verified: Moment | None = None
    lapsed: Moment | None = None
    contact: Moment | None = None


@dataclass(frozen=True, slots=True)
class BudgetStatus:
    """What LTE data was used this month, and what that still allows.

    Attributes:
        month: The date on which the month began; empty while nobody knows the time.
        used_bytes: The larger of the two counts.
        purposes: Our own count, by purpose.
        modem_bytes: The modem's, None if it tells none.
        limit_bytes: None for no limit.
    """

    month: str
    used_bytes: int
    purposes: Tally
    modem_bytes: int | None
    limit_bytes: int | None
    band: Band
    allowance: Allowance


@dataclass(frozen=True, slots=True)
class BoxStatus:
    """What was done at the box, and what stands around it.

    Attributes:
        mains: Whether there is mains power, None without a sensor.
        drill_asked: When somebody last asked for a drill.
        router_cycles: When the router's power was last cut, within 24 hours.
        router_off: It is being cut just now.
        offered: What the button releases now: incident, template, version; empty for nothing.
    """

    mains: bool | None = None
    drill_asked: Moment | None = None
    router_cycles: tuple[Moment, ...] = ()
    router_off: bool = False
    offered: str = ""


@dataclass(frozen=True, slots=True)
class RestoringStatus:
    """Why traffic has not gone back yet.

    Attributes:
        wait_s: How long the primary must be well, flaps counted.
        left_s: How long that still takes.
        flaps: Returns of the primary that did not hold.
        transacted: Whether it has carried a real transaction since its return.
        opens_in_s: How long the window for failing back stays closed, 0 while it is open.
        used_bytes: LTE data since traffic moved there, None if nobody knows.
    """

    wait_s: float
    left_s: float
    flaps: int
    transacted: bool
    opens_in_s: float
    used_bytes: int | None


@dataclass(frozen=True, slots=True)
class Status:
    """The whole snapshot.

    Attributes:
        incident: The open one: that of the line if there is one, else the oldest of a system.
        further: All others that are open.
    """

    site: str
    written: Moment
    line: Line
    line_since: Moment
    uplinks: tuple[UplinkStatus, ...] = ()
    modem: ModemStatus | None = None
    budget: BudgetStatus | None = None
    restoring: RestoringStatus | None = None
    incident: IncidentStatus | None = None
    further: tuple[IncidentStatus, ...] = ()
    systems: tuple[SystemStatus, ...] = ()
    anchors: tuple[AnchorStatus, ...] = ()
    recent: tuple[IncidentStatus, ...] = ()
    announcements: tuple[AnnouncementStatus, ...] = ()
    plugins: tuple[PluginStatus, ...] = ()
    heartbeat: HeartbeatStatus = HeartbeatStatus()
    plan: PlanStatus = PlanStatus()
    box: BoxStatus = BoxStatus()
    findings: tuple[str, ...] = ()
    format: int = FORMAT
