"""notanker.toml made of variables: what Ansible writes is what notanker reads."""

from __future__ import annotations

import json
import math
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from deploy.ansible.plugins.filter.toml import problems_of, to_toml, without_nothing
from hypothesis import given
from hypothesis import strategies as st

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "configuration.md").read_text("utf-8")

_keys = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
_texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
_scalars = (
    st.booleans() | st.integers(-(2**63), 2**63 - 1) | _texts | st.floats(allow_nan=False)
)  # fmt: skip
_values = st.recursive(
    _scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_keys, inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(_keys, _values, max_size=6))
def test_whatever_stands_in_variables_is_read_back_as_it_was(table: dict[str, Any]) -> None:
    assert tomllib.loads(to_toml(table)) == table


def test_the_whole_sample_configuration_can_be_written() -> None:
    found = re.search(r"```toml\n(.*?)```", DOCUMENT, re.DOTALL)
    assert found is not None
    sample = tomllib.loads(found[1])
    assert len(sample) > 15
    assert tomllib.loads(to_toml(sample)) == sample


def test_a_section_reads_as_a_person_would_write_it() -> None:
    table = {
        "site": {"id": "nord"},
        "plugin": [{"name": "lte1", "options": {"url": "x"}}, {"name": "panel"}],
    }
    assert to_toml(table) == (
        '[site]\nid = "nord"\n\n[[plugin]]\nname = "lte1"\n\n[plugin.options]\nurl = "x"\n'
        '\n[[plugin]]\nname = "panel"\n'
    )


@pytest.mark.parametrize("value", [None, {"a": [None]}, {"a": object()}])
def test_what_toml_has_no_form_for_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="TOML has no form"):
        to_toml({"x": value})


def test_what_is_empty_is_left_out_and_what_is_false_or_nought_is_not() -> None:
    given = {"a": "", "b": [], "c": {"d": None}, "e": 0, "f": False, "g": [{"h": ""}, {"i": 1}]}
    assert without_nothing(given) == {"e": 0, "f": False, "g": [{}, {"i": 1}]}


def test_endless_numbers_are_written_as_toml_has_them() -> None:
    assert tomllib.loads(to_toml({"a": math.inf, "b": -math.inf})) == {
        "a": math.inf,
        "b": -math.inf,
    }


def test_of_what_notanker_finds_errors_alone_are_told_in_the_technicians_language() -> None:
    words = {"what": "Falsch.", "cure": "Richten."}
    place = {"file": "/etc/x", "line": 3, "field": "site.id"}
    found = [
        {"code": "a", "severity": "error", "place": place, "de": words, "en": words},
        {"code": "b", "severity": "warning", "place": place, "de": words, "en": words},
        {"code": "c", "severity": "error", "place": {"file": "", "field": ""}, "de": words},
    ]
    assert problems_of(json.dumps({"problems": found}), "de") == [
        {"code": "a", "file": "/etc/x", "say": "[site.id] Falsch. Richten."},
        {"code": "c", "file": "", "say": "Falsch. Richten."},
    ]
