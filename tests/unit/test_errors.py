"""Problems are data: a place, a fault and a cure in two languages."""

from __future__ import annotations

import pytest

from notanker.cli.messages import CATALOGUE as CLI
from notanker.config.fields import CATALOGUE as FIELDS
from notanker.config.messages import CATALOGUE as CONFIG
from notanker.errors import (
    LANGUAGES,
    Catalogue,
    ConfigError,
    Entry,
    NotankerError,
    Place,
    PlanError,
    errors_of,
)

SAMPLE = Catalogue(
    {
        "bad": Entry("error", ("Falsch: {what}.", "Ändern."), ("Wrong: {what}.", "Change it.")),
        "odd": Entry("warning", ("Seltsam.", "Ansehen."), ("Odd.", "Look.")),
    }
)
PLACE = Place("notanker.toml", 7, "site.id")


def test_a_place_is_written_as_editors_understand_it() -> None:
    assert str(PLACE) == "notanker.toml:7 [site.id]"
    assert str(Place("notanker.toml")) == "notanker.toml"
    assert str(Place()) == ""


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("de", "notanker.toml:7 [site.id]: Falsch: x. Ändern."),
        ("en", "notanker.toml:7 [site.id]: Wrong: x. Change it."),
    ],
)
def test_a_problem_is_one_sentence_in_each_language(language: str, sentence: str) -> None:
    problem = SAMPLE.problem("bad", PLACE, what="x")
    assert problem.sentence("de" if language == "de" else "en") == sentence


def test_a_pair_is_put_into_its_own_language() -> None:
    problem = SAMPLE.problem("bad", PLACE, what=("rot", "red"))
    assert (problem.de.what, problem.en.what) == ("Falsch: rot.", "Wrong: red.")


def test_braces_in_a_value_are_only_text() -> None:
    assert SAMPLE.problem("bad", PLACE, what="{x} {0}").en.what == "Wrong: {x} {0}."


def test_without_a_place_the_sentence_stands_alone() -> None:
    assert SAMPLE.problem("odd", Place()).sentence("en") == "Odd. Look."


def test_an_unknown_code_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError):
        SAMPLE.problem("unknown", PLACE)


def test_only_errors_make_something_unusable() -> None:
    problems = [SAMPLE.problem("odd", PLACE), SAMPLE.problem("bad", PLACE, what="x")]
    assert [problem.code for problem in errors_of(problems)] == ["bad"]


@pytest.mark.parametrize("kind", [ConfigError, PlanError])
def test_an_error_carries_all_problems_and_has_the_one_base(kind: type[ConfigError]) -> None:
    error = kind([SAMPLE.problem("bad", PLACE, what="x"), SAMPLE.problem("odd", PLACE)])
    assert isinstance(error, NotankerError)
    assert [problem.code for problem in error.problems] == ["bad", "odd"]
    assert "Wrong: x." in str(error)


@pytest.mark.parametrize("catalogue", [FIELDS, CONFIG, CLI])
def test_every_sentence_is_there_in_every_language(catalogue: Catalogue) -> None:
    assert LANGUAGES == ("de", "en")
    for code, entry in catalogue.entries.items():
        for what, cure in (entry.de, entry.en):
            assert what.endswith((".", ":")), code
            assert cure, code
