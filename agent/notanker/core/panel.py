"""What the panel on the box shows: a status becomes rhythms of lamps and a tone.

A rhythm means the same on every lamp, so nobody has to learn five tables (docs/panel.md):

| rhythm | meaning |
|---|---|
| lit | in use, in force, well |
| blip | stands by |
| double | starting, or back and not yet proven |
| slow | works, or somebody has it; look when there is time |
| fast | broken: do something |
| triple | a drill was asked for |
| wink | a text is offered: the button releases it |
| dark | nothing to tell; all lamps dark: nobody knows anything |

The buzzer is for people to come: it sounds for a new incident, then now and then until somebody has
acknowledged it, and not in quiet hours. An incident that mends itself needs nobody.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from notanker.core import calendar
from notanker.core.calendar import Window
from notanker.core.moment import Moment, between_s
from notanker.core.names import Line, PluginHealth, Stage, Uplink, Verdict
from notanker.core.status import IncidentStatus, PlanStatus, Status, UplinkStatus
from notanker.lamps import PanelPicture, Rhythm, Tone

NEW_S: Final = 60.0
"""So long an incident is new; after that the buzzer only reminds."""
DRILL_SHOWN_S: Final = 60.0
"""So long the panel confirms that a drill was asked for."""
ON_BACKUP: Final = frozenset({Line.BACKUP, Line.WAIT_TO_RESTORE})


@dataclass(frozen=True, slots=True)
class Hours:
    """When the buzzer keeps silent.

    Attributes:
        quiet: Hours of each day in local time, None for none.
        loud: It sounds in them all the same while there is an incident.
        offset_s: How far local time is ahead of UTC.
    """

    quiet: Window | None = None
    loud: bool = False
    offset_s: float | None = None

    def are_quiet(self, now: Moment) -> bool:
        """Tell whether it is quiet now."""
        return calendar.are_quiet(self.quiet, now, self.offset_s)


def picture(status: Status, now: Moment, hours: Hours) -> PanelPicture:
    """Return what the panel shows now."""
    lines = {one.uplink: one for one in status.uplinks}
    lamps = {
        "primary": _primary(lines.get(Uplink.PRIMARY), status.line),
        "lte": _lte(lines.get(Uplink.BACKUP), status.line),
        "incident": _incident(status, now),
        "plugins": _plugins(status),
        "plan": _plan(status, now, hours),
    }
    return PanelPicture(
        **lamps,
        buzzer=_buzzer(status, now, hours),
        said=_said(status, lamps),
        offer=status.box.offered,
    )


def unheard(status: Status) -> Iterator[IncidentStatus]:
    """Yield the incidents that go on and that nobody has acknowledged."""
    for one in _open(status):
        if one.stage is Stage.OPEN and one.acknowledged is None:
            yield one


def is_drill(status: Status, now: Moment) -> bool:
    """Tell whether somebody has just asked for a drill."""
    asked = status.box.drill_asked
    return asked is not None and 0 <= between_s(asked, now) < DRILL_SHOWN_S


def _open(status: Status) -> tuple[IncidentStatus, ...]:
    return (*((status.incident,) if status.incident else ()), *status.further)


def _primary(line: UplinkStatus | None, state: Line) -> Rhythm:
    if line is None or line.verdict is Verdict.UNKNOWN:
        return Rhythm.DOUBLE
    if line.verdict is Verdict.DOWN:
        return Rhythm.FAST
    if state in ON_BACKUP:
        return Rhythm.DOUBLE
    return Rhythm.SLOW if line.degraded else Rhythm.LIT


def _lte(line: UplinkStatus | None, state: Line) -> Rhythm:
    if line is not None and line.rests:
        return Rhythm.BLIP
    if line is None or line.verdict is Verdict.UNKNOWN:
        return Rhythm.DOUBLE
    if line.verdict is Verdict.DOWN:
        return Rhythm.FAST
    if line.degraded:
        return Rhythm.SLOW
    return Rhythm.LIT if state in ON_BACKUP else Rhythm.BLIP


def _incident(status: Status, now: Moment) -> Rhythm:
    found = _open(status)
    if any(unheard(status)):
        return Rhythm.FAST
    if any(one.stage is Stage.OPEN for one in found):
        return Rhythm.SLOW
    if found:
        return Rhythm.DOUBLE
    return Rhythm.TRIPLE if is_drill(status, now) else Rhythm.DARK


def _plugins(status: Status) -> Rhythm:
    healths = {plugin.health for plugin in status.plugins}
    if PluginHealth.DEGRADED in healths:
        return Rhythm.FAST
    if healths - {PluginHealth.OK}:
        return Rhythm.DOUBLE
    if status.heartbeat.mute:
        return Rhythm.SLOW
    return Rhythm.LIT if healths else Rhythm.DARK


def _plan(status: Status, now: Moment, hours: Hours) -> Rhythm:
    plan = status.plan
    if status.box.offered:
        return Rhythm.WINK
    if not plan.id:
        return Rhythm.FAST
    if any(draft.missing and not draft.drill for one in _open(status) for draft in one.drafts):
        return Rhythm.SLOW
    return _plan_itself(plan, now, hours)


def _plan_itself(plan: PlanStatus, now: Moment, hours: Hours) -> Rhythm:
    here_s = calendar.local_s(now, hours.offset_s)
    today = (
        "" if here_s is None else "{:04}-{:02}-{:02}".format(*calendar.civil(int(here_s // 86_400)))
    )
    overdue = bool(plan.review_by) and today > plan.review_by
    return Rhythm.SLOW if overdue or plan.findings else Rhythm.LIT


def _buzzer(status: Status, now: Moment, hours: Hours) -> Tone:
    waiting = tuple(unheard(status))
    if hours.are_quiet(now) and not (waiting and hours.loud):
        return Tone.SILENT
    if any(between_s(one.opened, now) < NEW_S for one in waiting):
        return Tone.ALARM
    if waiting:
        return Tone.REMINDER
    return Tone.DRILL if is_drill(status, now) and not _open(status) else Tone.SILENT


def _said(status: Status, lamps: dict[str, Rhythm]) -> Tone:
    if _open(status):
        return Tone.OUTAGE
    troubled = {Rhythm.FAST, Rhythm.SLOW} & set(lamps.values())
    return Tone.ATTENTION if troubled else Tone.WELL
