"""Whatever stands in a plan's files: checking it gives problems, never an exception."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.plan.conftest import SAMPLE

from notanker.plan.lint import lint

NAMES = (
    "plan.toml",
    "roles.toml",
    "contacts.toml",
    "escalation.toml",
    "services.toml",
    "systems.toml",
    "risks.toml",
    "exercises/programme.toml",
    "exercises/2026-10-14-lte.toml",
    "scenarios/nur-internet-vpn.md",
    "measures/lte-umschaltung.md",
    "forms/F1.md",
    "templates/T1.md",
    "brand.toml",
    "pages/ruhe.md",
    "i18n/en/pages/ruhe.md",
    "i18n/en/plan.toml",
    "i18n/en/roles.toml",
    "i18n/en/exercises/2026-10-14-lte.toml",
)
TODAY = dt.date(2026, 11, 26)
HEADS = st.sampled_from([b"", b"+++\n", b"+++\nid = 'a'\n+++\n", b"[[role]]\n", b"[bridge]\n"])
ODD = st.sampled_from(
    [
        b"seq = 0x" + b"f" * 6000,
        b"seq = " + b"9" * 6000,
        b"a = " + b"[" * 3000,
        b"a = " + b"{b=" * 900 + b"1" + b"}" * 900,
        b"\xff\xfe\x00",
        b"timezone = '../../etc/passwd'",
        b"timezone = '\\u0000'",
        b"issued = 2026-02-30",
        b"seq = nan\nwait_s = inf",
        b"'{x}' = '{y.z}'",
        b"role = 3\nstep = {}\nbridge = []\ncontact = [1, [], {}]",
        b'"a\\nb" = 1',
        b"resources = [[], {}, 1979-05-27T07:32:00Z]",
    ]
)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One copy of the sample for all examples: each spoils one file of it and puts it back."""
    folder = Path(shutil.copytree(SAMPLE, tmp_path_factory.mktemp("hostile") / "plan"))
    for path in folder.rglob("*.md"):  # the texts that are not spoiled only cost time
        if str(path.relative_to(folder)) not in NAMES:
            path.unlink()
    return folder


def load_with(folder: Path, name: str, content: bytes) -> None:
    try:
        (folder / name).write_bytes(content)
        linted = lint(folder, TODAY)
    finally:
        shutil.copy(SAMPLE / name, folder / name)
    assert linted.plan is not None or linted.problems
    for problem in linted.problems:
        assert problem.sentence("de")
        assert problem.sentence("en")


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=8, deadline=None)
@given(head=HEADS, content=st.binary(max_size=400) | ODD)
def test_bytes_of_any_kind_are_survived(copy: Path, name: str, head: bytes, content: bytes) -> None:
    load_with(copy, name, head + content)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_a_file_with_damage_anywhere_is_survived(
    copy: Path, name: str, data: st.DataObject
) -> None:
    content = bytearray((SAMPLE / name).read_bytes())
    start = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(start, min(len(content), start + 60)))
    content[start:end] = data.draw(st.binary(max_size=20))
    load_with(copy, name, bytes(content))


@pytest.mark.parametrize("name", [name for name in NAMES if name.endswith(".toml")])
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_a_value_of_any_kind_is_survived(copy: Path, name: str, data: st.DataObject) -> None:
    lines = (SAMPLE / name).read_text("utf-8").splitlines()
    places = [n for n, line in enumerate(lines) if " = " in line]
    place = data.draw(st.sampled_from(places))
    value = data.draw(
        st.sampled_from(
            ["0", "-1", "1e400", "nan", "true", "''", "[]", "{}", "[[1]]", "1979-05-27", "07:32:00",
             "'{site}'", "'\\t'", '"\\u0000"', '"\\u200f"', "{de = 1}", "[{}]", "'x' ", "9" * 30]
        )
    )  # fmt: skip
    lines[place] = lines[place].partition(" = ")[0] + f" = {value}"
    load_with(copy, name, "\n".join(lines).encode())
