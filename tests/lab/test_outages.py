"""Outages end to end: the first alarm names what is broken, and every message is accounted for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from bench.alerts import killed
from bench.alerts.kinds import KINDS
from bench.alerts.outage import outage
from bench.alerts.site import Site, site

RADIO_S = 0.1
KILLS = 6
SHORT = [name for name, kind in KINDS.items() if kind.short]


@pytest.fixture(scope="module")
def here(in_a_capsule: None) -> Iterator[Site]:
    """A site with watched systems, a panel and a modem, whose plan goes on within seconds."""
    with site(RADIO_S, killed.hurried) as made:
        yield made


@pytest.mark.parametrize(("number", "name"), list(enumerate(SHORT, 1)))
def test_the_first_alarm_names_it_and_each_message_has_its_end(
    here: Site, number: int, name: str, seed: int
) -> None:
    print(f"--lab-seed={seed}")
    row = outage(here, number, name, seed)
    assert row.named, row.text
    assert row.problems == []
    assert row.hotline_s is not None


@pytest.mark.timeout(300)
def test_killed_again_and_again_the_agent_loses_no_alert_and_forgets_no_answer(
    here: Site, seed: int
) -> None:
    print(f"--lab-seed={seed}")
    row = killed.killed(here, 1, seed, KILLS)
    assert row.problems == [], row
    assert row.answered == 1
