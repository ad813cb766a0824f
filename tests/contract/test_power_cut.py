"""A power cut anywhere loses no alert, forgets no answer, and doubles one alert at most, marked.

`bench/power_cuts.py` does the same 10,000 times.
"""

from __future__ import annotations

import random
import sqlite3
from pathlib import Path

import pytest

from notanker.shell.journal import engine
from tests.contract.support.cuts import cut_often
from tests.contract.support.platter import SECTOR_BYTES, Delete, Image, Sync, SyncFolder, Write
from tests.contract.support.radio import PROOFS, Proof

DISK = "journal.sqlite"


@pytest.mark.parametrize("proof", PROOFS)
def test_a_power_cut_anywhere_loses_and_forgets_nothing_and_doubles_one_at_most(
    proof: Proof,
) -> None:
    tally = cut_often(proof, cuts=60, seed=17)
    assert (tally.lost, tally.forgotten, tally.unmarked) == ([], [], [])
    assert set(tally.doubled) <= {0, 1}
    assert tally.cuts == 60
    if proof == "list":  # the modem can tell of each what became of it, so there is never a doubt
        assert set(tally.doubled) == {0}


def test_a_journal_that_syncs_less_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def hasty(path: Path) -> sqlite3.Connection:
        connection = opened(path)
        connection.execute("pragma synchronous=normal")
        return connection

    opened = engine.open_database
    monkeypatch.setattr(engine, "open_database", hasty)
    tally = cut_often("list", cuts=60, seed=17)
    assert tally.lost or tally.unmarked


# What a cut leaves of a file


def left_of(image: Image, folder: Path, cuts: int = 200) -> set[bytes | None]:
    """Return all that so many cuts leave."""
    chance = random.Random(1)  # noqa: S311 - what lands, no secret
    found: set[bytes | None] = set()
    file = folder / DISK
    for _ in range(cuts):
        file.unlink(missing_ok=True)
        image.cut(folder, chance)
        found.add(file.read_bytes() if file.exists() else None)
    return found


def test_what_was_synced_is_there_and_what_was_not_may_be(tmp_path: Path) -> None:
    image = Image()
    for operation in (Write(DISK, 0, b"old"), Sync(DISK), Write(DISK, 0, b"new")):
        image.take(operation)
    assert left_of(image, tmp_path) == {b"old", b"new"}


def test_the_second_half_may_land_without_the_first(tmp_path: Path) -> None:
    image = Image()
    image.take(Write(DISK, 0, b"x" * SECTOR_BYTES + b"y"))
    zeros = bytes(SECTOR_BYTES)
    whole = b"x" * SECTOR_BYTES
    assert left_of(image, tmp_path) == {b"", whole, whole + b"y", zeros + b"y"}


def test_a_deleted_file_may_be_there_again_until_its_folder_is_synced(tmp_path: Path) -> None:
    image = Image()
    for operation in (Write(DISK, 0, b"log"), Sync(DISK), Delete(DISK)):
        image.take(operation)
    assert left_of(image, tmp_path) == {b"log", None}
    image.take(SyncFolder())
    assert left_of(image, tmp_path) == {None}
