"""No byte on the way of a plan can be changed, and no end cut off, without the plan being refused.

The long form (`--long`) walks every byte: of the signature with each of its bits, of the manifest and the
files with one, for a hash knows no weak bit. The short one takes a sample: one bit of each 11th byte of the
signature and of each 97th of the manifest, another bit each time; in the files one byte of each.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.unit.plan.signing import Office, checked

from notanker.errors import errors_of
from notanker.plan.files import MANIFEST, files_of
from notanker.plan.trust import manifest as manifests
from notanker.plan.trust.sshsig import SignatureError, key_of

SIGNATURE = f"{MANIFEST}.sig"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return Office.open(tmp_path_factory.mktemp("office"))


@pytest.fixture(scope="module")
def good(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = office.plan(tmp_path_factory.mktemp("good") / "plan")
    (folder / "assets" / "lageplan.png").write_bytes(os.urandom(30_000))
    return office.pack(folder, "anna")


@pytest.fixture(scope="module")
def long(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--long"))


def refused(folder: Path, office: Office, memory: Path) -> bool:
    """Tell whether the plan is refused; a note alone is none."""
    return bool(errors_of(checked(folder, office.trust(memory)).problems))


def flips(raw: bytes, stride: int, *, each_bit: bool) -> Iterator[tuple[int, int, bytes]]:
    """Give (place, bit, changed content) for each place and bit of the walk."""
    for step, place in enumerate(range(0, len(raw), stride)):
        for bit in range(8) if each_bit else (step % 8,):
            changed = bytearray(raw)
            changed[place] ^= 1 << bit
            yield place, bit, bytes(changed)


def accepted_with(
    path: Path, changes: Iterator[tuple[int, int, bytes]], refuses: Callable[[], bool]
) -> list[tuple[int, int]]:
    """Return the places and bits that could be changed with nobody refusing the plan."""
    raw = path.read_bytes()
    missed = []
    try:
        for place, bit, changed in changes:
            path.write_bytes(changed)
            if not refuses():
                missed.append((place, bit))
    finally:
        path.write_bytes(raw)
    return missed


@pytest.mark.timeout(3600)
@pytest.mark.parametrize(("name", "stride"), [(SIGNATURE, 11), (MANIFEST, 97)])
def test_every_flipped_bit_of_manifest_and_signature_is_refused(
    name: str, stride: int, office: Office, good: Path, tmp_path: Path, long: bool
) -> None:
    path = good / name
    assert not refused(good, office, tmp_path)
    walk = flips(path.read_bytes(), 1 if long else stride, each_bit=long and name == SIGNATURE)
    assert accepted_with(path, walk, lambda: refused(good, office, tmp_path)) == []


def test_every_flipped_bit_of_the_armour_is_refused_by_ourselves_or_changes_the_key_or_content(
    good: Path,
) -> None:
    """All bits of a signature, without ssh-keygen: what decodes as before would be a second form of it."""
    raw = (good / SIGNATURE).read_bytes()

    def decoded(text: bytes) -> bytes:
        return base64.b64decode(b"".join(text.split(b"\n")[1:-2]))

    for _, _, changed in flips(raw, 1, each_bit=True):
        try:
            key_of(changed)
        except SignatureError:
            continue
        assert decoded(changed) != decoded(raw)


@pytest.mark.parametrize(
    "form",
    [
        lambda raw: raw + b"\n",
        lambda raw: raw.rstrip(b"\n"),
        lambda raw: raw.replace(b"\n", b"\r\n"),
        lambda raw: b" " + raw,
        lambda raw: raw.replace(b"=\n", b"=\n\n"),
        lambda raw: raw + raw,
        lambda raw: raw.replace(b"BEGIN SSH", b"BEGIN  SSH"),
        lambda raw: raw.replace(
            b"U1NIU0lHAAAAAQ", b"U1NIU0lHAAAAAA"
        ),  # version 0: ssh-keygen takes it
    ],
)
def test_a_second_form_of_a_good_signature_is_refused(
    form: object, office: Office, good: Path, tmp_path: Path
) -> None:
    path = good / SIGNATURE
    raw = path.read_bytes()
    changed = form(raw)  # type: ignore[operator]
    if changed == raw:
        changed = raw.replace(b"\n-----END", b"\n\n-----END").replace(b"\n\n", b" \n\n")
    try:
        path.write_bytes(changed)
        assert refused(good, office, tmp_path)
    finally:
        path.write_bytes(raw)


@pytest.mark.timeout(3600)
def test_a_flipped_bit_of_any_file_is_refused(
    office: Office, good: Path, tmp_path: Path, long: bool
) -> None:
    """One byte of each file; each byte's lowest bit in the long form, for hashes know no weak bit."""
    listed, _ = manifests.read((good / MANIFEST).read_bytes())
    assert listed is not None
    for item in files_of(good)[0]:
        if item.name not in listed.files:
            continue
        raw = item.path.read_bytes()
        for place in range(len(raw)) if long else (len(raw) // 2,):
            item.path.write_bytes(raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :])
            told = manifests.compare(listed, [item])
            changed = [p.place.file for p in errors_of(told) if p.code == "file-changed"]
            assert changed == [item.name]
        item.path.write_bytes(raw)
    assert not refused(good, office, tmp_path)


def test_what_is_cut_off_at_any_four_kilobytes_is_refused(
    office: Office, good: Path, tmp_path: Path
) -> None:
    """Each file of the plan, and its last byte alone: as a copy ends on a full stick."""
    for item in files_of(good)[0]:
        raw = item.path.read_bytes()
        for end in {*range(0, len(raw), 4096), len(raw) - 1}:
            item.path.write_bytes(raw[:end])
            assert refused(good, office, tmp_path), (item.name, end)
        item.path.write_bytes(raw)
    assert not refused(good, office, tmp_path)
