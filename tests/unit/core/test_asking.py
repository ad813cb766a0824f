"""Who may release is asked once for all that waits, however many incidents there are."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from notanker.core import drafting, drafts
from notanker.core.facts import Opened, Queued
from notanker.core.names import Uplink
from notanker.shell.logs import QUIET
from notanker.shell.texts import Context, text_of
from tests.unit.core import world
from tests.unit.core.outside_world import PEOPLE, PIA, Outside, outage, telling
from tests.unit.core.systems import address_of, checks_of, system_of
from tests.unit.core.world import JONAS, MARA

MANY = 60
ROWS: list[dict[str, Any]] = [
    {"id": f"s{number}", "kind": "other", "watch": "lan"} for number in range(MANY)
]


def site(count: int = MANY) -> Outside:
    rows = ROWS[:count]
    config = replace(
        world.settings(),
        systems=tuple(system_of(row) for row in rows),
        checks=checks_of(rows),
        telling=telling(every_s=math.inf),
    )
    made = Outside(config)
    made.run(60)
    return made


def asks(made: Outside) -> list[Queued]:
    return [fact for fact in made.of(Queued) if fact.template == drafts.ASK]


def text(made: Outside, queued: Queued, language: str = "de") -> str:
    incident = made.state.incidents.find(queued.incident)
    assert incident is not None
    context = Context(None, "musterhafen", made.config.telling, None, made.state.incidents)
    return text_of(replace(queued, language=language, at=made.moment()), incident, context, QUIET)


def test_sixty_incidents_at_once_ask_each_releaser_once() -> None:
    made = site()
    made.silent.update(address_of(number) for number in range(MANY))
    made.run(90)
    assert len(made.of(Opened)) == MANY
    assert Counter(fact.contact for fact in asks(made)) == {one.contact: 1 for one in PEOPLE}
    first = asks(made)[0]
    assert text(made, first).startswith(
        "musterhafen: 240 Texte (60 Störungen) zur Freigabe. Antwort FREIGABE: die Liste. "
        "Je Text: FREIGABE 1 T6 und Einmalcode."
    )
    assert "240 texts (60 incidents) to be released. Reply RELEASE: the list" in text(
        made, first, "en"
    )


def test_one_incident_after_the_other_asks_each_releaser_a_few_times_an_hour() -> None:
    made = site(12)
    for number in range(12):
        made.silent.add(address_of(number))
        made.run(60)
    made.run(drafting.AGAIN_S)
    assert len(made.of(Opened)) == 12
    most = 1 + math.ceil((12 * 60 + drafting.AGAIN_S) / drafting.AGAIN_S)
    assert max(Counter(fact.contact for fact in asks(made)).values()) <= most
    last = made.of(Queued)[-1]
    assert last.template == drafts.ASK
    assert "48 Texte (12 Störungen)" in text(made, last)


def test_a_second_incident_is_asked_for_when_its_time_has_come() -> None:
    made = site(1)
    made.silent.add(address_of(0))
    made.run(60)
    made.dead.add(Uplink.PRIMARY)
    made.run(60)
    assert len(asks(made)) == len(PEOPLE)
    made.run(drafting.AGAIN_S)
    assert len(asks(made)) == 2 * len(PEOPLE)


def test_who_has_released_all_that_he_may_is_asked_no_more() -> None:
    made = outage()
    for template in ("T6", "T7", "T9", "T10"):
        made.release(template, PIA)
        made.release(template, MARA)
    made.run(2 * drafting.AGAIN_S)
    assert len(asks(made)) == len(PEOPLE)
    found = drafts.releasable(
        made.state.incidents, made.config.telling, JONAS.contact, made.moment()
    )
    assert found == ()


@pytest.mark.parametrize("kind", ["restart", "reboot"])
def test_a_restart_asks_nobody_again(kind: str) -> None:
    made = outage()
    if kind == "restart":
        made.restart()
    else:
        made.reboot(20)
    made.run(2 * drafting.AGAIN_S)
    assert len(asks(made)) == len(PEOPLE)
