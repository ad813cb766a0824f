"""The dependency graph as a picture: whole, the same each time, and told in words too."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.plan.conftest import SAMPLE

from notanker.plan.layers import layered
from notanker.plan.load import load
from notanker.plan.model import Plan, Scenario
from notanker.plan.picture import BOX_PX, picture

SVG = "{http://www.w3.org/2000/svg}"


def plan() -> Plan:
    found, _ = load(SAMPLE)
    assert found is not None
    return found


PLAN = plan()


def scenario(name: str, language: str = "de") -> Scenario:
    return next(s for s in PLAN.scenarios if (s.head.id, s.language) == (name, language))


def read(drawn: str) -> ET.Element:
    return ET.fromstring(drawn)  # noqa: S314 -- of our own making


def boxes(drawn: str) -> dict[str, tuple[str, str]]:
    """Return of each box its classes and its last line, by its first."""
    found = {}
    for group in read(drawn).iter(f"{SVG}g"):
        words = [text.text or "" for text in group.iter(f"{SVG}text")]
        found[words[0]] = (group.get("class", ""), words[-1])
    return found


def test_each_system_and_each_service_has_its_box() -> None:
    assert len(boxes(picture(PLAN))) == len(PLAN.systems) + len(PLAN.services)


def test_it_has_a_title_and_says_in_words_what_it_shows() -> None:
    root = read(picture(PLAN, "en", scenario("strom", "en")))
    assert root.get("role") == "img"
    assert root.get("lang") == "en"
    title, told = root.findtext(f"{SVG}title"), root.findtext(f"{SVG}desc")
    assert title == "What depends on what · Scenario: The power is gone"
    assert told is not None
    assert "UPS, technical room (for 240 min): needs Building power." in told
    assert "Building power (lost): needs nothing." in told


def test_a_scenario_marks_what_is_lost_at_once_and_what_is_lost_later() -> None:
    found = boxes(picture(PLAN, "de", scenario("strom")))
    assert found["Hausstrom"] == ("system lost", "fällt weg")
    assert found["USV Technikraum"] == ("system later", "hält 240 min")
    assert found["Telefonanlage"] == ("system later", "fällt später weg")
    assert found["Rechenzentrum"][0] == "system"
    assert found["Sperr-Hotline"][1] == "fällt weg"


def test_without_a_scenario_nothing_is_marked_but_the_core_services() -> None:
    found = boxes(picture(PLAN))
    assert not any("lost" in classes or "later" in classes for classes, _ in found.values())
    assert found["Sperr-Hotline"] == ("core", "Kern-Service")


def test_no_two_boxes_lie_over_one_another_and_all_are_inside() -> None:
    root = read(picture(PLAN))
    width, height = int(root.get("width", "0")), int(root.get("height", "0"))
    rects = [(int(r.get("x", "-1")), int(r.get("y", "-1"))) for r in root.iter(f"{SVG}rect")]
    for x, y in rects:
        assert 0 <= x <= width - BOX_PX[0]
        assert 0 <= y <= height - BOX_PX[1]
    for n, (x, y) in enumerate(rects):
        for other, below in rects[n + 1 :]:
            assert abs(x - other) >= BOX_PX[0] or abs(y - below) >= BOX_PX[1]


def test_the_same_plan_gives_the_same_picture_in_whatever_order_it_is_written() -> None:
    turned = msgspec.structs.replace(PLAN, systems=PLAN.systems[::-1])
    assert picture(turned) == picture(PLAN)


def test_nothing_in_it_runs_or_loads_and_a_name_is_text() -> None:
    hostile = msgspec.structs.replace(PLAN.systems[0], name="<script>&x")
    drawn = picture(msgspec.structs.replace(PLAN, systems=(hostile, *PLAN.systems[1:])))
    assert "<script" not in drawn
    assert not re.search(r"href|url\(|@import|\son\w+=", drawn)
    assert "&lt;script&gt;&amp;x" in drawn


def test_a_plan_without_systems_has_an_empty_picture() -> None:
    empty = Plan(head=PLAN.head)
    assert read(picture(empty)).find(f"{SVG}title") is not None


@pytest.mark.parametrize("language", ["de", "en"])
def test_words_are_of_one_language(language: str) -> None:
    other = {"de": "core service", "en": "Kern-Service"}[language]
    assert other not in picture(PLAN, language)


NODES = [f"n{number}" for number in range(12)]


@settings(max_examples=150, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(NODES), st.lists(st.sampled_from(NODES), max_size=5).map(tuple), max_size=12
    )
)
def test_whatever_hangs_on_something_stands_below_it(wild: dict[str, tuple[str, ...]]) -> None:
    edges = {
        node: tuple(n for n in needs if n < node and n in wild) for node, needs in wild.items()
    }
    rows = layered(edges)
    depth = {node: level for level, row in enumerate(rows) for node in row}
    assert sorted(depth) == sorted(edges)
    assert all(depth[need] < depth[node] for node, needs in edges.items() for need in needs)


@settings(max_examples=50, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(NODES), st.lists(st.sampled_from(NODES), max_size=5).map(tuple), max_size=12
    )
)
def test_a_circle_does_not_hang_it(wild: dict[str, tuple[str, ...]]) -> None:
    assert {node for row in layered(wild) for node in row} >= set(wild)
