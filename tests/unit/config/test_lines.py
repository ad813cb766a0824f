"""The line of each key, whatever stands around it."""

from __future__ import annotations

import tomllib
from contextlib import suppress

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from notanker.config import fields
from notanker.config.lines import line_of, lines_of
from notanker.config.model import Config

TEXT = '''\
title = "a # no comment"  # a comment
[a.b]  # a table
"quoted key" = 1
dotted.key = 2
list = [
  "[no]",
  [1, 2], # ]
  { x = "}" },
]
after = 3
long = """
[no]
key = 1
\\""" [no]
""" # done
raw = \'\'\'
[no]
\'\'\'
tricky = "\'\'\'"
[[item]]
name = 1
  [[item.sub]]
  deep = 1
[[item]]
name = 2
  [[item.sub]]
  deep = 2
  [item.sub.more]
  most = 3
'''


def test_the_sample_is_toml() -> None:
    assert tomllib.loads(TEXT)["item"][1]["sub"][0]["more"] == {"most": 3}


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("title",), 1),
        (("a", "b"), 2),
        (("a", "b", "quoted key"), 3),
        (("a", "b", "dotted", "key"), 4),
        (("a", "b", "list"), 5),
        (("a", "b", "after"), 10),
        (("a", "b", "long"), 11),
        (("a", "b", "raw"), 16),
        (("a", "b", "tricky"), 19),
        (("item", 0), 20),
        (("item", 0, "name"), 21),
        (("item", 0, "sub", 0, "deep"), 23),
        (("item", 1), 24),
        (("item", 1, "name"), 25),
        (("item", 1, "sub", 0, "deep"), 27),
        (("item", 1, "sub", 0, "more", "most"), 29),
    ],
)
def test_each_key_is_found_on_its_line(path: tuple[str | int, ...], line: int) -> None:
    assert lines_of(TEXT)[path] == line


def test_nothing_inside_a_value_is_taken_for_a_key() -> None:
    assert not any("no" in path for path in lines_of(TEXT))


def test_what_has_no_line_of_its_own_has_that_of_its_table() -> None:
    lines = lines_of(TEXT)
    assert line_of(lines, ("a", "b", "list", 2, "x")) == 5
    assert line_of(lines, ("item", 1, "missing")) == 24
    assert line_of(lines, ("item",)) == 20
    assert line_of(lines, ("elsewhere",)) is None


def test_line_ends_of_windows_count_as_one() -> None:
    assert lines_of(TEXT.replace("\n", "\r\n")) == lines_of(TEXT)


def test_characters_that_other_programs_break_lines_at_are_none() -> None:
    """TOML knows two line ends; a text may hold U+2028 and U+0085."""
    assert lines_of('a = "\u2028\u0085"\nb = 1')["b",] == 2


def test_a_file_full_of_spaces_takes_no_longer_than_its_size() -> None:
    """Cubic time in an earlier version: 3,000 spaces took 11 s, these would have taken months."""
    text = "a = [\n[" + " " * 300_000 + '\n"x"]]\nb = 1'
    assert lines_of(text)["b",] == 4


PIECES = [
    "a", "b.c", '"q"', " = ", "1", '"x"', "'y'", '"""', "'''", "\\", "[", "]", "[[", "]]", "{", "}", ",",
    "\n",
    "#", " ", "\r\n", "[a]\n", "[[a]]\n", "a = 1\n", 'b = """\n', "*", "ä", "\u2028", "=",
]  # fmt: skip
pieces = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


@settings(max_examples=300)
@given(pieces | st.text(max_size=200))
@example('a = """ "" \\"""\n[*]\n"""\nb=1')
def test_no_text_makes_the_reader_raise(text: str) -> None:
    document, problems = fields.parse(text, "notanker.toml")
    assert (document is None) == bool(problems)
    if document is not None:
        config, found = fields.convert(document, Config)
        assert config is None
        assert found
        for problem in found:
            assert problem.sentence("de")
            assert problem.sentence("en")


@settings(max_examples=300)
@given(pieces)
def test_the_lines_of_a_valid_text_are_lines_of_it(text: str) -> None:
    with suppress(tomllib.TOMLDecodeError):
        tomllib.loads(text)
        assert all(1 <= line <= text.count("\n") + 1 for line in lines_of(text).values())


values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5) | st.floats(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)
keys = st.sampled_from(
    [
        "site",
        "primary",
        "backup",
        "anchor",
        "watch",
        "centre",
        "plugin",
        "paths",
        "alerts",
        "id",
        "x",
    ]
)


@settings(max_examples=150)
@given(st.dictionaries(keys, values | st.dictionaries(keys, values, max_size=3), max_size=6))
def test_no_table_of_any_kind_makes_the_reader_raise(table: dict[str, object]) -> None:
    config, problems = fields.convert(fields.Document("notanker.toml", table), Config)
    assert config is None
    assert problems
