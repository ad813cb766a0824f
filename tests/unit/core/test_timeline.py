"""The picture of an incident's time line."""

from __future__ import annotations

import itertools
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notanker.core.moment import Moment
from notanker.core.names import Cause, Line, Outcome
from notanker.core.report import Report, ReportMessage, ReportSpan
from notanker.core.timeline import LEFT, RIGHT, place, timeline

START = Moment(1000.0, 1_795_000_000.0, True, "boot")


def at(after_s: float) -> Moment:
    return Moment(START.boot_s + after_s, START.wall_s + after_s, True, "boot")


def message(mark: str, after_s: float, outcome: Outcome = Outcome.SENT) -> ReportMessage:
    return ReportMessage(mark, "T1", "mara", "Mara <b>", outcome, at(after_s), None)


REPORT = Report(
    "musterhafen", 17, Cause.PROVIDER, START, at(4000), 3700.0, 3.0, 3697.0, 1.2, 0, (),
    (message("17-1", 1.2), message("17-2", 4.0, Outcome.FAILED)),
    spans=(
        ReportSpan(Line.HOLD_OFF, 0.0, 1.0),
        ReportSpan(Line.BACKUP, 1.0, 3700.0),
        ReportSpan(Line.WAIT_TO_RESTORE, 3700.0, 4000.0),
    ),
)  # fmt: skip


def drawn(report: Report, language: str) -> ET.Element:
    return ET.fromstring(timeline(report, language))  # noqa: S314 - our own


@pytest.mark.parametrize("language", ["de", "en"])
def test_it_shows_every_state_and_every_message(language: str) -> None:
    root = drawn(REPORT, language)
    space = "{http://www.w3.org/2000/svg}"
    assert len(root.findall(f"{space}rect")) == 3
    circles = root.findall(f"{space}circle")
    assert [circle.get("fill") for circle in circles] == ["currentColor", "none"]
    words = " ".join(text.text or "" for text in root.iter(f"{space}text"))
    assert "17-1" in words
    assert ("Ersatzanbindung" if language == "de" else "backup uplink") in words
    assert "1 h" in words


def test_time_runs_to_the_right() -> None:
    xs = [place(seconds, 86_400) for seconds in (0, 0.5, 1, 60, 3600, 86_400, 10**9)]
    assert xs == sorted(xs)
    assert (xs[0], xs[-1]) == (LEFT, RIGHT)


@given(
    ends=st.lists(st.floats(0, 1e8), max_size=20),
    marks=st.lists(st.floats(-10, 1e8), max_size=60),
    outage_s=st.none() | st.floats(0, 1e8),
)
def test_any_incident_can_be_drawn_within_the_picture(
    ends: list[float], marks: list[float], outage_s: float | None
) -> None:
    edges = sorted([0.0, *ends])
    spans = tuple(
        ReportSpan(list(Line)[n % len(Line)], a, b)
        for n, (a, b) in enumerate(itertools.pairwise(edges))
    )
    told = tuple(message(f"17-{n}", after_s) for n, after_s in enumerate(marks))
    report = replace(REPORT, spans=spans, messages=told, outage_s=outage_s)
    root = drawn(report, "de")
    for rect in root.iter("{http://www.w3.org/2000/svg}rect"):
        x, width = float(rect.get("x") or 0), float(rect.get("width") or 0)
        assert LEFT <= x <= x + width <= RIGHT + 2


def test_an_incident_without_facts_is_drawn_too() -> None:
    bare = replace(REPORT, spans=(), messages=(), outage_s=None)
    assert timeline(bare, "en").endswith("</svg>")
