"""What lamps and buzzer do in virtual time."""

from __future__ import annotations

import math

import pytest

from notanker.plugin import LAMPS, Hold, PanelPicture, Rhythm, Tone
from notanker_gpio_panel.score import BUZZER, STALE_S, TEST_S, Score


def shown(**picture: object) -> Score:
    score = Score()
    score.show(PanelPicture(**picture), 100.0)  # type: ignore[arg-type]
    return score


def ons(score: Score, name: str, from_s: float, to_s: float) -> int:
    """Count how often an output goes on, asking only when the score says that it changes."""
    now_s, was, count = from_s, False, 0
    while now_s < to_s:
        levels, until_s = score.at(now_s)
        count += levels[name] and not was
        was = levels[name]
        assert until_s > now_s, "time must go on"
        now_s = until_s
    return count


@pytest.mark.parametrize(
    ("rhythm", "per_12_s"),
    [
        (Rhythm.DARK, 0),
        (Rhythm.LIT, 1),
        (Rhythm.BLIP, 4),
        (Rhythm.SLOW, 6),
        (Rhythm.FAST, 24),
        (Rhythm.DOUBLE, 12),
        (Rhythm.TRIPLE, 12),
        (Rhythm.WINK, 8),
    ],
)
def test_a_lamp_flashes_in_its_rhythm(rhythm: Rhythm, per_12_s: int) -> None:
    # 102 is where every rhythm but those of 2 s begins anew, as 114 is.
    assert ons(shown(primary=rhythm), "primary", 102.0, 114.0) == per_12_s


def test_what_is_lit_or_dark_wants_to_be_looked_at_only_when_it_grows_stale() -> None:
    _, until_s = shown(primary=Rhythm.LIT).at(105.0)
    assert until_s == 100.0 + STALE_S


def test_a_panel_that_hears_nothing_goes_dark_and_silent() -> None:
    score = shown(primary=Rhythm.LIT, incident=Rhythm.FAST, buzzer=Tone.ALARM)
    levels, until_s = score.at(100.0 + STALE_S)
    assert not any(levels.values())
    assert until_s == math.inf


def test_an_agent_that_waits_for_the_panel_is_not_taken_for_dead() -> None:
    score = shown(primary=Rhythm.LIT)
    score.bear_with(160.0)
    assert score.at(160.0 + STALE_S - 1)[0]["primary"]


def test_the_same_tone_goes_on_where_it_is() -> None:
    score = shown(buzzer=Tone.REMINDER)
    for second in range(1, 50):
        score.show(PanelPicture(buzzer=Tone.REMINDER), 100.0 + second)
    assert not score.at(150.0)[0][BUZZER], "59 seconds of silence are not begun anew"


def test_an_alarm_sounds_at_once() -> None:
    assert shown(buzzer=Tone.ALARM).at(100.0)[0][BUZZER]


def test_who_asks_sees_every_lamp_and_hears_the_answer_once() -> None:
    score = shown(said=Tone.OUTAGE)
    score.asked_s = 103.0
    assert all(score.at(103.1)[0][lamp] for lamp in LAMPS)
    assert not any(score.at(103.0 + TEST_S + 0.1)[0][lamp] for lamp in LAMPS)
    assert ons(score, BUZZER, 103.0, 120.0) == 3


@pytest.mark.parametrize(("held", "lit"), [(None, False), (Hold.SHORT, False), (Hold.DRILL, True)])
def test_a_hand_sees_when_it_has_held_long_enough(held: Hold | None, lit: bool) -> None:
    score = shown()
    score.hold(held, 104.0)
    assert all(score.at(104.1)[0][lamp] is lit for lamp in LAMPS)
