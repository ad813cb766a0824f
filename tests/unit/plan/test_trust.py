"""Which plans a box takes: signed by who may, higher in number, and whole."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.plan.signing import Office, checked, codes

from notanker.plan.accept import accept
from notanker.plan.accepted import current
from notanker.plan.files import MANIFEST
from notanker.plan.trust import ratchet
from notanker.plan.trust.sshsig import SignatureError, key_of


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return Office.open(tmp_path_factory.mktemp("office"))


@pytest.fixture(autouse=True)
def everybody_may(office: Office) -> Iterator[None]:
    yield
    office.allow("anna", "bernd")


@pytest.fixture(scope="module")
def good(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return office.signed(tmp_path_factory.mktemp("good") / "plan", "anna", "bernd")


def test_a_plan_signed_well_is_taken(office: Office, good: Path, tmp_path: Path) -> None:
    found = checked(good, office.trust(tmp_path, signers=2))
    assert found.problems == []
    assert {one.name for one in found.signers} == {
        "anna@ankerruf.example",
        "bernd@ankerruf.example",
    }
    assert found.manifest is not None
    assert found.manifest.seq == 42


@pytest.mark.parametrize(
    ("signers", "needed", "code"),
    [
        ((), 1, "too-few-signers"),
        (("stranger",), 1, "bad-signature"),
        (("anna",), 2, "too-few-signers"),
        (("anna", "anna"), 2, "too-few-signers"),
        (("anna", "stranger"), 2, "too-few-signers"),
    ],
)
def test_without_the_signatures_asked_for_there_is_no_plan(
    office: Office, tmp_path: Path, signers: tuple[str, ...], needed: int, code: str
) -> None:
    folder = office.signed(tmp_path / "plan", *signers)
    assert code in codes(folder, office.trust(tmp_path, needed))
    assert not accept(folder, tmp_path / "store", office.trust(tmp_path, needed)).fresh


def test_a_strangers_signature_beside_good_ones_stops_nothing(
    office: Office, tmp_path: Path
) -> None:
    folder = office.signed(tmp_path / "plan", "anna", "stranger")
    found = checked(folder, office.trust(tmp_path))
    assert [(p.code, p.severity) for p in found.problems] == [("bad-signature", "warning")]


def test_a_plan_without_a_manifest_is_refused(office: Office, tmp_path: Path) -> None:
    assert codes(office.plan(tmp_path / "plan"), office.trust(tmp_path)) == ["not-signed"]


def test_a_signature_for_something_else_is_worth_nothing(office: Office, tmp_path: Path) -> None:
    folder = office.signed(tmp_path / "plan", "anna")
    subprocess.run(
        ["ssh-keygen", "-q", "-Y", "sign", "-n", "file", "-f", office.folder / "anna", MANIFEST],
        cwd=folder, check=True, input=b"y\n", capture_output=True,
    )  # fmt: skip
    signature = folder / f"{MANIFEST}.sig"
    signature.unlink()
    subprocess.run(
        ["ssh-keygen", "-q", "-Y", "sign", "-n", "file", "-f", office.folder / "anna", MANIFEST],
        cwd=folder, check=True, capture_output=True,
    )  # fmt: skip
    assert "too-few-signers" in codes(folder, office.trust(tmp_path))


def test_a_revoked_key_counts_no_more(office: Office, good: Path, tmp_path: Path) -> None:
    trust = office.trust(tmp_path, signers=2, revoked=office.revoke("bernd"))
    assert "too-few-signers" in codes(good, trust)
    assert checked(good, office.trust(tmp_path, revoked=office.revoke("bernd"))).manifest


def test_an_expired_key_counts_no_more(office: Office, good: Path, tmp_path: Path) -> None:
    office.allow("anna", options=',valid-before="20200101"')
    assert "too-few-signers" in codes(good, office.trust(tmp_path))


def test_the_plan_of_another_site_is_refused(office: Office, tmp_path: Path) -> None:
    folder = office.plan(tmp_path / "plan")
    head = folder / "plan.toml"
    head.write_text(head.read_text().replace('id = "musterhafen"', 'id = "nebenan"', 1))
    assert "other-site" in codes(office.pack(folder, "anna"), office.trust(tmp_path))


def put_in_force(office: Office, tmp_path: Path, *signers: str, seq: int) -> bool:
    folder = office.signed(tmp_path / f"plan{seq}", *signers, seq=seq)
    store = tmp_path / "store"
    return accept(folder, store, office.trust(store)).fresh


def test_a_higher_number_is_taken_and_a_lower_never_again(office: Office, tmp_path: Path) -> None:
    assert put_in_force(office, tmp_path, "anna", seq=42)
    assert put_in_force(office, tmp_path, "bernd", seq=43)
    assert not put_in_force(office, tmp_path, "anna", seq=42)
    assert not put_in_force(office, tmp_path, "bernd", seq=41)
    plan = current(tmp_path / "store").plan
    assert plan is not None
    assert plan.head.seq == 43


def test_the_same_number_with_other_files_is_an_alarm(office: Office, tmp_path: Path) -> None:
    assert put_in_force(office, tmp_path, "anna", seq=42)
    folder = office.plan(tmp_path / "other")
    (folder / "pages" / "neu.md").write_text('+++\nid = "neu"\ntitle = "Neu"\n+++\nNeu\n')
    office.pack(folder, "anna")
    store = tmp_path / "store"
    told = accept(folder, store, office.trust(store))
    assert "same-number" in [problem.code for problem in told.problems]
    assert not told.fresh


def test_the_same_plan_may_be_taken_again(office: Office, tmp_path: Path) -> None:
    assert put_in_force(office, tmp_path, "anna", seq=42)
    store = tmp_path / "store"
    assert accept(tmp_path / "plan42", store, office.trust(store)).fresh


def test_a_stolen_key_cannot_shut_the_others_out_for_ever(office: Office, tmp_path: Path) -> None:
    assert put_in_force(office, tmp_path, "bernd", seq=2**53)
    assert not put_in_force(office, tmp_path, "anna", seq=43)
    store, folder = tmp_path / "store", tmp_path / "plan43"
    assert accept(folder, store, office.trust(store, revoked=office.revoke("bernd"))).fresh


def test_one_broken_copy_of_the_memory_opens_no_way_back(office: Office, tmp_path: Path) -> None:
    assert put_in_force(office, tmp_path, "anna", seq=43)
    for name in ratchet.FILES:
        path = tmp_path / "store" / name
        kept = path.read_bytes()
        path.write_bytes(b"{")
        assert not put_in_force(office, tmp_path, "anna", seq=42)
        path.write_bytes(kept)


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda f: (f / "roles.toml").write_text("x"), "file-changed"),
        (lambda f: (f / "roles.toml").unlink(), "file-not-there"),
        (lambda f: (f / "pages" / "neu.md").write_text("x"), "file-not-listed"),
        (lambda f: (f / MANIFEST).write_bytes(b""), "too-few-signers"),
        (lambda f: os.truncate(f / MANIFEST, 4096), "too-few-signers"),
        (lambda f: os.truncate(f / f"{MANIFEST}.sig", 100), "bad-signature"),
        (lambda f: (f / f"{MANIFEST}.sig").write_bytes(os.urandom(4096)), "bad-signature"),
        (lambda f: (f / f"{MANIFEST}.sig").write_bytes(b"x" * 20_000), "bad-signature"),
    ],
)
def test_what_was_spoiled_on_the_way_is_refused(
    office: Office, tmp_path: Path, spoil: object, code: str
) -> None:
    folder = office.signed(tmp_path / "plan", "anna")
    spoil(folder)  # type: ignore[operator]
    assert code in codes(folder, office.trust(tmp_path))


@pytest.mark.parametrize(
    "files",
    [
        {"../evil": {"sha256": "0" * 64, "size": 1}},
        {"a": {"sha256": "0" * 64, "size": -1}},
        {"a": {"sha256": "zz", "size": 1}},
        {f"f{n}": {"sha256": "0" * 64, "size": 1} for n in range(10_000)},
    ],
)
def test_a_manifest_that_is_signed_and_odd_is_refused(
    office: Office, tmp_path: Path, files: dict[str, object]
) -> None:
    import json

    folder = office.plan(tmp_path / "plan")
    table = {
        "format": 1, "site": "musterhafen", "seq": 42, "issued": "2026-11-02",
        "review_by": "2027-10-29", "files": files,
    }  # fmt: skip
    (folder / MANIFEST).write_text(json.dumps(table))
    from notanker.plan.trust.sshsig import sign

    sign(folder / MANIFEST, office.folder / "anna", folder / f"{MANIFEST}.sig")
    told = accept(folder, tmp_path / "store", office.trust(tmp_path / "store"))
    assert not told.fresh
    assert told.problems


@given(raw=st.binary(max_size=2000) | st.text(max_size=500).map(str.encode))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_a_signature_or_none(raw: bytes) -> None:
    for armoured in (
        raw,
        b"-----BEGIN SSH SIGNATURE-----\n" + raw + b"\n-----END SSH SIGNATURE-----",
    ):
        with contextlib.suppress(SignatureError):
            assert key_of(armoured)
