"""What people read of silent sites: true, in two languages, and one SMS at the worst."""

from __future__ import annotations

import itertools
import zoneinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notanker.core import escalation
from notanker.errors import LANGUAGES
from notanker.plan.short import is_short, segments
from notanker_central.alarm import words
from notanker_central.alarm.common import Common, Dimension
from notanker_central.alarm.kinds import Hint, Kind
from notanker_central.alarm.words import Scene

ZONE = zoneinfo.ZoneInfo("Europe/Berlin")
TEMPLATES = (
    escalation.ALARM,
    escalation.ASK,
    escalation.BRIDGE,
    escalation.UPDATE,
    escalation.TAKEN,
    escalation.ALL_CLEAR,
)
NOW_S = 1_800_000_000.0


def scene(**values: object) -> Scene:
    usual: dict[str, object] = {
        "number": 17,
        "kind": Kind.SILENT,
        "common": Common(Dimension.SITE, "musterstadt", 1, 1),
        "name": "Musterstadt",
        "since_s": NOW_S - 150,
        "now_s": NOW_S,
        "next_s": NOW_S + 1800,
    }
    return Scene(**{**usual, **values})  # type: ignore[arg-type]


def test_one_silent_site_is_told_with_what_its_last_beat_said() -> None:
    told = scene(hint=Hint.POWER)
    assert words.text(escalation.ALARM, told, "17-1", "de", ZONE) == (
        "STÖRUNG: Musterstadt stumm seit 08:57. Zuletzt ohne Netzstrom. "
        "Bitte mit OK 17 antworten. Nächste Info 09:30. Nr 17-1"
    )
    assert words.text(escalation.ALARM, told, "17-1", "en", ZONE) == (
        "OUTAGE: Musterstadt silent since 08:57. No mains power before. "
        "Please reply OK 17. Next update 09:30. No 17-1"
    )


def test_a_region_is_told_by_its_name_and_its_figures() -> None:
    told = scene(common=Common(Dimension.REGION, "Nord", 312, 340))
    assert words.text(escalation.ALARM, told, "17-1", "de", ZONE).startswith(
        "STÖRUNG: 312 von 340 Standorten (Region Nord) stumm seit 08:57."
    )


def test_a_deaf_centre_blames_itself() -> None:
    told = scene(kind=Kind.DEAF, common=Common(Dimension.ALL, "", 340, 340))
    text = words.text(escalation.ALARM, told, "17-1", "de", ZONE)
    assert "Zentrale hört seit 08:57 keinen von 340 Standorten" in text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", TEMPLATES)
def test_the_longest_message_is_one_sms(language: str, template: str) -> None:
    long = "Niederlassung Bad Königshofen im Grabfeld {€} " * 3
    for kind, dimension, hint in itertools.product(Kind, Dimension, Hint):
        worst = scene(
            number=99_999,
            kind=kind,
            common=Common(dimension, long, 99_999, 100_000),
            name=long,
            hint=hint,
            since_s=NOW_S - 9e5,
            next_s=NOW_S + 9e4,
            by=long,
        )
        text = words.text(template, worst, "99999-999", language, ZONE)
        assert (segments(text), is_short(text)) == (1, True)
        assert text.endswith("99999-999")
        told = [words.head(template, worst, language)] * 30
        assert segments(words.summary(told, "99999-999", language)) == 1


@given(st.text(max_size=90), st.sampled_from(TEMPLATES), st.sampled_from(LANGUAGES))
def test_no_name_breaks_a_message(name: str, template: str, language: str) -> None:
    told = scene(name=name, by=name)
    assert segments(words.text(template, told, "17-1", language, ZONE)) == 1


@given(st.lists(st.text(max_size=40), min_size=1, max_size=40), st.sampled_from(LANGUAGES))
def test_a_summary_counts_what_it_cannot_name(heads: list[str], language: str) -> None:
    text = words.summary(heads, "17-1", language)
    assert text.startswith(str(len(heads)))
    assert segments(text) == 1
    assert text.endswith("17-1")
