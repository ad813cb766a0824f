"""Texts for people outside are made of the plan, by the shell, for the core."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from notanker.core import escalation
from notanker.core.commands import Compose
from notanker.core.events import DraftMade, Event
from notanker.core.names import Line
from notanker.core.outside import Drafted
from notanker.plan.directory import telling
from notanker.plan.load import load
from notanker.plan.model import Plan
from notanker.shell.logs import QUIET
from notanker.shell.outside import Outside
from notanker.shell.texts import Context, text_of
from tests.unit.core.outside_world import PIA, outage
from tests.unit.core.outside_world import Outside as World

SAMPLE = Path(__file__).resolve().parents[3] / "examples" / "plan"
PLAN, _ = load(SAMPLE)


def made(compose: Compose, plan: Plan | None = PLAN) -> DraftMade:
    """Have a text made in an outage, and return what the core is told."""
    world = outage(replace(telling(PLAN), steps=()))
    events: list[Event] = []
    works: list[Coroutine[Any, Any, None]] = []
    tasks: Any = SimpleNamespace(once=lambda _, work: works.append(work))
    config: Any = SimpleNamespace(site=SimpleNamespace(id="musterhafen"), panel=None)
    announcer: Any = SimpleNamespace(order=None)
    outside = Outside(
        config, lambda: world.state, lambda: plan, world.moment, announcer, tasks, events.append,
        lambda: None, QUIET,
    )  # fmt: skip
    outside.compose(compose)
    asyncio.run(works[0])
    (event,) = events
    assert isinstance(event, DraftMade)
    return event


@pytest.mark.parametrize("template", ["T6", "T7", "T9", "T10"])
def test_a_text_is_made_in_every_language_of_the_plan(template: str) -> None:
    told = made(Compose(1, template, "basis", Line.BACKUP))
    assert [language for language, _ in told.words] == ["de", "en"]
    assert told.refused == ("", "")
    assert told.promises is (template != "T7")
    assert (told.incident, told.template, told.basis) == (1, template, "basis")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (Line.BACKUP, "Ersatz: LTE aktiv"),
        (Line.ISOLATED, "Ersatz: Kein Ersatz"),
        (None, "Ersatz: Hauptleitung aktiv"),
    ],
)
def test_what_is_left_to_work_with_is_said_as_the_core_has_it(
    line: Line | None, words: str
) -> None:
    assert words in made(Compose(1, "T6", "", line)).words[0][1]


def test_in_a_drill_every_language_says_so() -> None:
    told = made(Compose(1, "T7", "", Line.BACKUP, drill=True))
    assert [text.split()[0] for _, text in told.words] == ["ÜBUNG", "DRILL"]


@pytest.mark.parametrize(("number", "plan"), [(99, PLAN), (1, None)])
def test_where_nothing_can_be_made_the_core_hears_of_it(number: int, plan: Plan | None) -> None:
    assert made(Compose(number, "T7", "", None), plan).words == ()


def asked(world: World, template: str, language: str) -> str:
    incident = world.state.incidents.all[-1]
    (queued, *_) = escalation.say(incident, [_person(language)], world.moment(), template)
    known, rules = world.state.incidents, world.state.settings.telling
    context = Context(PLAN, "musterhafen", rules, incidents=known)
    return text_of(queued, incident, context, QUIET)


def _person(language: str) -> Any:
    return replace(PIA, language=language)


def test_whoever_may_release_reads_what_and_how() -> None:
    world = outage()
    assert asked(world, "T2-release", "de") == (
        "Musterhafen: Störung 1, bitte Texte freigeben: T6, T7, T9, T10. Antwort: FREIGABE 1 T6 und"
        " Einmalcode. Nr 1-5"
    )
    world.release("T6")
    assert "release texts: T7, T9, T10. Reply RELEASE 1 T7" in asked(world, "T2-release", "en")


def test_whoever_switches_by_hand_reads_which_and_by_whom() -> None:
    world = outage(broken="no connection")
    world.release("T7")
    assert asked(world, "T2-on", "de") == (
        "Musterhafen: bitte Störungsansage einschalten für +493023125000. Zuständig: Musternetz"
        " Kopfnummern und Ansagen +496990009210. Nr 1-5"
    )
    assert "Once it is off reply OFF 1" in asked(world, "T2-off", "en")
    assert world.of(Drafted)
