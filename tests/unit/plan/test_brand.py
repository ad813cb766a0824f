"""brand.toml: all faults at once, each costs its field alone, and no message ever."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.plan.conftest import SAMPLE

from notanker.config.fields import Document, parse
from notanker.errors import Problem
from notanker.plan.brand import read_brand
from notanker.plan.load import load
from notanker.plan.messages import compose
from notanker.plan.model import Brand

GOOD = (SAMPLE / "brand.toml").read_text("utf-8")


def read(text: str) -> tuple[Brand, list[Problem]]:
    document, problems = parse(text, "brand.toml")
    assert document is not None
    assert problems == []
    return read_brand(document)


def test_the_sample_is_read() -> None:
    brand, problems = read(GOOD)
    assert problems == []
    assert brand.salutation == "Sie"
    assert brand.signoff is not None
    assert brand.signoff.words("en") == "Your team Ankerruf"
    assert "leider" in brand.forbidden
    assert brand.light is not None


def test_every_fault_is_told_at_once_with_its_line_and_the_rest_is_used() -> None:
    text = GOOD.replace('"Sie"', '"Ihr"').replace("forbidden = [", "forbidden = [7, ")
    brand, problems = read(text + "colour = 1\n")
    places = [(problem.place.line, problem.place.field) for problem in problems]
    assert places == [(8, "colour"), (2, "salutation"), (5, "forbidden")]
    for problem in problems:
        assert problem.place.file == "brand.toml"
        assert problem.words("de") != problem.words("en")
    assert brand.salutation == "Sie"
    assert brand.forbidden == ()
    assert brand.signoff is not None


@pytest.mark.parametrize(
    ("old", "new", "code", "field"),
    [
        ("Ihr Team Ankerruf", "Ihr Team " + "Ankerruf " * 5, "brand-too-long", "signoff.de"),
        ("Our anchor holds again.", "Our anchor holds. " * 9, "brand-too-long", "light.en"),
        ("hält wieder", "hält leider", "brand-at-odds", "light"),
    ],
)
def test_what_does_not_fit_is_told(old: str, new: str, code: str, field: str) -> None:
    _, [problem] = read(GOOD.replace(old, new))
    assert (problem.code, problem.place.field) == (code, field)


def test_more_forbidden_words_than_anybody_can_heed_are_told() -> None:
    _, [problem] = read(f"forbidden = {[f'w{n}' for n in range(201)]}")
    assert problem.code == "brand-too-many"


def test_the_brands_words_stand_in_the_texts() -> None:
    plan, _ = load(SAMPLE)
    text = compose(plan, "T13", "de", {"since": "10:42", "now": "14:10"}).text
    assert "Der Anker hält wieder." in text
    assert text.endswith("Ihr Team Ankerruf")
    assert "\n\n" in text


@pytest.mark.parametrize("content", [None, b"", b"= 1", b"\xff\x00", b"signoff = 3\nlight = []"])
def test_a_broken_brand_stops_nothing(content: bytes | None, plan_folder: Path) -> None:
    path = plan_folder / "brand.toml"
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    plan, problems = load(plan_folder)
    assert plan is not None
    assert {problem.place.file for problem in problems} <= {
        "brand.toml", "templates/T9.md", "i18n/en/templates/T9.md",
    }  # fmt: skip
    assert {problem.severity for problem in problems} <= {"warning"}
    values = {"next_update": "12:00", "since": "10:42", "now": "14:10", "mark": "17-1"}
    for template in ("T9", "T13"):
        text = compose(plan, template, "de", values).text
        assert text.removesuffix(".").endswith("Ihr Team Ankerruf Kundendialog GmbH")


VALUE = st.recursive(
    st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(table=st.dictionaries(
    st.sampled_from(["salutation", "signoff", "forbidden", "light", "x"]), VALUE, max_size=5
))  # fmt: skip
def test_any_table_gives_a_brand(table: dict[str, object]) -> None:
    brand, problems = read_brand(Document("brand.toml", table))
    assert isinstance(brand, Brand)
    for problem in problems:
        assert problem.sentence("de")
