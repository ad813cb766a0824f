"""What the panel shows of a status."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import pytest

from notanker.core.calendar import window_of
from notanker.core.moment import Moment
from notanker.core.names import Cause, Line, PluginHealth, Stage, Uplink, Verdict
from notanker.core.panel import Hours, picture
from notanker.core.status import (
    BoxStatus,
    DraftStatus,
    HeartbeatStatus,
    IncidentStatus,
    PlanStatus,
    PluginStatus,
    Status,
    UplinkStatus,
)
from notanker.lamps import LAMPS, RHYTHMS, TONES, PanelPicture, Rhythm, Tone, playing

NOON_S = 1_800_014_400.0 - 1_800_014_400.0 % 86_400 + 12 * 3600
NOW = Moment(5000.0, NOON_S, boot="b1")
ALL_DAY = Hours(offset_s=0.0)
CALM = Status(
    "musterhafen",
    NOW,
    Line.PRIMARY,
    NOW,
    uplinks=(
        UplinkStatus(Uplink.PRIMARY, "eth0", Verdict.UP, carrier=True),
        UplinkStatus(Uplink.BACKUP, "lte0", Verdict.UP, carrier=True),
    ),
    plugins=(PluginStatus("lte1", "huawei_lte", PluginHealth.OK),),
    plan=PlanStatus("musterhafen", 3, "2026-11", review_by="2027-06-30"),
)


def ago(seconds: float) -> Moment:
    return replace(NOW, boot_s=NOW.boot_s - seconds, wall_s=NOW.wall_s - seconds)


def opened(seconds: float, **more: Any) -> IncidentStatus:
    return IncidentStatus(17, Stage.OPEN, Cause.PROVIDER, ago(seconds), **more)


def shown(status: Status, hours: Hours = ALL_DAY) -> PanelPicture:
    return picture(status, NOW, hours)


def uplink(which: Uplink, **change: Any) -> Status:
    lines = tuple(replace(one, **change) if one.uplink is which else one for one in CALM.uplinks)
    return replace(CALM, uplinks=lines)


def outage(seconds: float = 5.0, **more: Any) -> Status:
    lines = uplink(Uplink.PRIMARY, verdict=Verdict.DOWN)
    return replace(lines, line=Line.BACKUP, incident=opened(seconds, **more))


def test_while_all_is_well_nothing_flashes_but_what_stands_by() -> None:
    assert shown(CALM) == PanelPicture(
        primary=Rhythm.LIT,
        lte=Rhythm.BLIP,
        incident=Rhythm.DARK,
        plugins=Rhythm.LIT,
        plan=Rhythm.LIT,
        buzzer=Tone.SILENT,
        said=Tone.WELL,
    )


def test_an_outage_is_seen_and_heard() -> None:
    found = shown(outage())
    assert (found.primary, found.lte, found.incident) == (Rhythm.FAST, Rhythm.LIT, Rhythm.FAST)
    assert (found.buzzer, found.said) == (Tone.ALARM, Tone.OUTAGE)


def test_after_a_minute_the_buzzer_only_reminds() -> None:
    assert shown(outage(61.0)).buzzer is Tone.REMINDER


@pytest.mark.parametrize("seconds", [5.0, 3600.0])
def test_whoever_acknowledges_has_silence(seconds: float) -> None:
    found = shown(outage(seconds, acknowledged=ago(1.0), acknowledged_by="panel"))
    assert (found.buzzer, found.incident) == (Tone.SILENT, Rhythm.SLOW)


def test_a_second_incident_that_nobody_has_is_heard_again() -> None:
    known = opened(900.0, acknowledged=ago(800.0))
    new = replace(opened(5.0), number=18, system="pbx")
    assert shown(replace(CALM, incident=known, further=(new,))).buzzer is Tone.ALARM


def test_an_incident_that_mends_itself_calls_nobody() -> None:
    status = replace(CALM, line=Line.WAIT_TO_RESTORE, incident=opened(300.0))
    status = replace(status, incident=replace(opened(300.0), stage=Stage.RESTORING))
    found = shown(status)
    assert (found.primary, found.lte, found.incident) == (Rhythm.DOUBLE, Rhythm.LIT, Rhythm.DOUBLE)
    assert found.buzzer is Tone.SILENT


@pytest.mark.parametrize(
    ("quiet", "loud", "heard"),
    [
        ("11:00-13:00", False, Tone.SILENT),
        ("11:00-13:00", True, Tone.ALARM),
        ("22:00-06:00", False, Tone.ALARM),
        ("", False, Tone.ALARM),
    ],
)
def test_in_quiet_hours_the_buzzer_sounds_only_if_it_may(
    quiet: str, loud: bool, heard: Tone
) -> None:
    assert shown(outage(), Hours(window_of(quiet), loud, 0.0)).buzzer is heard


def test_without_a_clock_there_are_no_quiet_hours() -> None:
    hours = Hours(window_of("11:00-13:00"), offset_s=0.0)
    assert picture(outage(), replace(NOW, trusted=False), hours).buzzer is Tone.ALARM


def test_a_drill_that_was_asked_for_is_confirmed_for_a_minute() -> None:
    asked = replace(CALM, box=BoxStatus(drill_asked=ago(5.0)))
    assert (shown(asked).incident, shown(asked).buzzer) == (Rhythm.TRIPLE, Tone.DRILL)
    late = replace(CALM, box=BoxStatus(drill_asked=ago(61.0)))
    assert shown(late) == shown(CALM)


def test_an_incident_comes_before_a_drill() -> None:
    found = shown(replace(outage(), box=BoxStatus(drill_asked=ago(5.0))))
    assert (found.incident, found.buzzer) == (Rhythm.FAST, Tone.ALARM)


@pytest.mark.parametrize(
    ("status", "lamp", "rhythm"),
    [
        (uplink(Uplink.PRIMARY, verdict=Verdict.UNKNOWN), "primary", Rhythm.DOUBLE),
        (uplink(Uplink.PRIMARY, degraded=True), "primary", Rhythm.SLOW),
        (uplink(Uplink.BACKUP, verdict=Verdict.DOWN), "lte", Rhythm.FAST),
        (uplink(Uplink.BACKUP, verdict=Verdict.UNKNOWN), "lte", Rhythm.DOUBLE),
        (uplink(Uplink.BACKUP, verdict=Verdict.UNKNOWN, rests=True), "lte", Rhythm.BLIP),
        (uplink(Uplink.BACKUP, degraded=True), "lte", Rhythm.SLOW),
        (replace(CALM, plugins=()), "plugins", Rhythm.DARK),
        (
            replace(CALM, heartbeat=HeartbeatStatus(enabled=True, mute=True)),
            "plugins",
            Rhythm.SLOW,
        ),
        (replace(CALM, plan=PlanStatus()), "plan", Rhythm.FAST),
        (replace(CALM, plan=replace(CALM.plan, findings=2)), "plan", Rhythm.SLOW),
        (replace(CALM, plan=replace(CALM.plan, review_by="2026-11-24")), "plan", Rhythm.SLOW),
    ],
)
def test_each_lamp_has_its_rhythm(status: Status, lamp: str, rhythm: Rhythm) -> None:
    assert getattr(shown(status), lamp) is rhythm


@pytest.mark.parametrize(
    ("health", "rhythm"),
    [
        (PluginHealth.STARTING, Rhythm.DOUBLE),
        (PluginHealth.RESTARTING, Rhythm.DOUBLE),
        (PluginHealth.DEGRADED, Rhythm.FAST),
    ],
)
def test_the_worst_of_the_plugins_is_shown(health: PluginHealth, rhythm: Rhythm) -> None:
    plugins = (*CALM.plugins, PluginStatus("mail", "apprise", health))
    assert shown(replace(CALM, plugins=plugins)).plugins is rhythm


def test_trouble_that_is_no_incident_is_said_in_another_way() -> None:
    assert shown(uplink(Uplink.BACKUP, verdict=Verdict.DOWN)).said is Tone.ATTENTION


def test_rhythms_and_tones_differ_and_none_flashes_more_than_three_times_a_second() -> None:
    assert set(RHYTHMS) == set(Rhythm)
    assert set(TONES) == set(Tone)
    assert len(set(RHYTHMS.values())) == len(Rhythm)
    for steps in RHYTHMS.values():
        assert len(steps) % 2 == 0
        begins = [
            begin for n, begin in enumerate((0.0, *itertools.accumulate(steps * 9))) if n % 2 == 0
        ]
        for begin in begins if steps and steps[1] else ():
            assert sum(begin <= other < begin + 1.0 for other in begins) <= 3


@pytest.mark.parametrize("rhythm", Rhythm)
def test_a_rhythm_can_be_followed_from_change_to_change(rhythm: Rhythm) -> None:
    now_s, steps = 0.0, RHYTHMS[rhythm]
    for _ in range(200):
        on, left_s = playing(steps, now_s)
        if left_s == float("inf"):
            assert on is (rhythm is Rhythm.LIT)
            return
        assert playing(steps, now_s + left_s)[0] is not on
        now_s += left_s


def test_every_lamp_is_in_the_picture() -> None:
    assert set(LAMPS) <= set(PanelPicture.__slots__)


def test_a_text_that_waits_is_seen_on_the_plan_and_one_that_is_offered_winks() -> None:
    waits = outage(drafts=(DraftStatus("T7", 1, 1, 1), DraftStatus("T9", 1, 2, 2)))
    assert shown(waits).plan is Rhythm.SLOW
    assert shown(waits).offer == ""
    found = shown(replace(waits, box=BoxStatus(offered="17 T7 1")))
    assert (found.plan, found.offer) == (Rhythm.WINK, "17 T7 1")


def test_what_is_released_or_of_a_drill_does_not_wait() -> None:
    done = (DraftStatus("T7", 1, 1, 0, released=True), DraftStatus("T9", 1, 2, 2, drill=True))
    assert shown(outage(drafts=done)).plan is Rhythm.LIT
