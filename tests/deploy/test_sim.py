"""What is wrong with a modem's SIM is told, each in its own words, and all else is installed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.deploy.conftest import Play, Played

from notanker_lab import Lab
from notanker_lab.booted import Container, in_place_of_the_site

ROOT = Path(__file__).parents[2]
RIGHT, WRONG = "47110815", "17423141"
"""As long as a PIN may be: four digits alone stand in every log, by chance."""
TRIED = "POST /api/pin/operate"
SITE: dict[str, Any] = {
    "notanker_site_id": "musterhafen",
    "notanker_language": "de",
    "notanker_wheelhouse": str(ROOT / "dist" / "wheelhouse"),
    "notanker_wifi": "",
    "agent_anchors": [{"kind": "icmp", "address": f"203.0.113.{n}"} for n in (1, 2, 3)],
    "agent_plan": str(ROOT / "examples" / "plan"),
    "time_within_s": 3,
    "modem_sim_within_s": 20,
}

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]


@pytest.fixture
def lab(in_a_capsule: None) -> Iterator[Lab]:
    with Lab() as lab:
        yield lab


@pytest.fixture
def box(lab: Lab, container: Container) -> Container:
    """Give a bare box, with the lab's stick instead of the one that says nothing."""
    site, lte = in_place_of_the_site(lab)["lte0"]
    container.plug(lte, site)
    return container


def told(played: Played) -> str:
    """Give what is left to do, in one line; nothing stopped the run."""
    assert not played.failed, played.why
    return " ".join(played.text.rpartition("TASK [Findings]")[2].split())


def test_each_state_of_the_sim_has_its_words_and_no_pin_is_tried_twice(
    lab: Lab, box: Container, play: Play
) -> None:
    def tries() -> int:
        return int(lab.hilink.state()["requests"].get(TRIED, 0))

    lab.hilink.set(pin=RIGHT)
    lab.hilink.fault("sim_missing")
    assert "Im Modem ist keine SIM-Karte" in told(play(box, "site.yml", **SITE))
    assert box.succeeds("systemctl is-active notanker-agent notanker-portal")

    lab.hilink.fault("sim_pin")
    assert "verlangt ihre PIN, und es ist keine hinterlegt" in told(play(box, "site.yml", **SITE))
    assert tries() == 0

    wrong = SITE | {"base_secrets": {"sim-pin": WRONG}}
    for _ in range(2):
        text = told(play(box, "site.yml", **wrong))
        assert "Die hinterlegte PIN ist falsch" in text
        assert "Versuche übrig: 2" in text
    assert tries() == 1

    # The technician enters the right one at the stick's own page, which gives the tries back.
    lab.hilink.set(tries=3)
    right = SITE | {"base_secrets": {"sim-pin": RIGHT}}
    text = told(play(box, "site.yml", **right))
    assert "PIN" not in text
    assert "SIM-Karte" not in text
    assert tries() == 2
    logged = box.run(f"journalctl | grep -E '{WRONG}|{RIGHT}'", check=False)
    assert not logged
