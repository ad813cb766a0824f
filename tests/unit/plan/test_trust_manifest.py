"""What a manifest may say, though it is signed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.plan.signing import Office, codes

from notanker import __version__
from notanker.plan.accept import accept
from notanker.plan.files import MANIFEST, files_of
from notanker.plan.load import load
from notanker.plan.trust import manifest as manifests
from notanker.plan.trust.manifest import manifest_of
from notanker.plan.trust.sshsig import sign


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return Office.open(tmp_path_factory.mktemp("office"))


def resigned(office: Office, folder: Path, **changes: Any) -> Path:
    """Sign a plan whose manifest says something else besides."""
    office.signed(folder, "anna")
    path = folder / MANIFEST
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))
    sign(path, office.folder / "anna", folder / f"{MANIFEST}.sig")
    return folder


def test_a_manifest_has_the_fields_of_the_specification(office: Office, tmp_path: Path) -> None:
    table = json.loads((office.signed(tmp_path / "plan", "anna") / MANIFEST).read_text())
    assert sorted(table) == ["files", "format", "issued", "review_by", "seq", "site"]
    assert table["site"] == "musterhafen"


def test_fields_of_a_later_version_are_passed_over(office: Office, tmp_path: Path) -> None:
    folder = resigned(office, tmp_path / "plan", colour="green", later={"deep": [1, 2]})
    assert codes(folder, office.trust(tmp_path)) == []


@pytest.mark.parametrize(
    ("needed", "told"),
    [
        (__version__, []),
        ("0.0.1", []),
        ("0", []),
        ("99", ["too-new"]),
        ("0.1.0.1", ["too-new"]),
        ("new", ["bad-manifest"]),
        ("1" * 5000, ["bad-manifest"]),
    ],
)
def test_a_plan_for_a_newer_agent_is_refused(
    needed: str, told: list[str], office: Office, tmp_path: Path
) -> None:
    folder = resigned(office, tmp_path / "plan", min_agent=needed)
    assert codes(folder, office.trust(tmp_path)) == told


def test_the_oldest_agent_is_packed_where_one_is_named(office: Office, tmp_path: Path) -> None:
    folder = office.plan(tmp_path / "plan")
    plan, _ = load(folder)
    assert plan is not None
    raw = manifest_of(files_of(folder)[0], plan.head, "0.1")
    assert json.loads(raw)["min_agent"] == "0.1"


@pytest.mark.parametrize(
    "path",
    [
        "../evil",
        "/etc/passwd",
        "a//b",
        "",
        ".",
        "a/../b",
        "a\n",
        ".git/x",
        MANIFEST,
        "x/" * 9 + "y",
    ],
)
def test_a_path_that_no_plan_may_have_is_refused(path: str, office: Office, tmp_path: Path) -> None:
    folder = resigned(office, tmp_path / "plan", files={path: {"sha256": "0" * 64, "size": 1}})
    store = tmp_path / "store"
    told = accept(folder, store, office.trust(store))
    assert told.stopped == "limits"
    assert {problem.code for problem in told.problems} == {"odd-path"}


def test_files_that_are_too_large_together_are_refused(office: Office, tmp_path: Path) -> None:
    files = {f"f{n}": {"sha256": "0" * 64, "size": 19_000_000} for n in range(2)}
    folder = resigned(office, tmp_path / "plan", files=files)
    assert codes(folder, office.trust(tmp_path)) == ["listed-too-large"]


@given(
    raw=st.binary(max_size=300) | st.just(b"[" * 100_000) | st.text(max_size=100).map(str.encode)
)
@settings(max_examples=200)
def test_any_bytes_are_a_manifest_or_a_problem(raw: bytes) -> None:
    manifest, problems = manifests.read(raw)
    assert manifest is not None or problems
