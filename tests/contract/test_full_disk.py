"""A disk that really is full: acceptance on a file system of a few hundred kilobytes, in a capsule."""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from notanker.core.moment import Moment
from notanker.plan import outcome
from notanker.plan.accept import accept
from notanker.plan.accepted import current
from notanker.plan.fingerprint import fingerprint
from notanker.plan.outcome import outcome_of
from notanker_lab import capsule
from tests.unit.plan.signing import Office

PAGE_BYTES = 4096


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small file system that only this capsule sees."""
    if not capsule.inside():
        pytest.fail("run this as: tools/inside python -m pytest tests/contract")
    folder = tmp_path / "disk"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder], check=True)
    yield folder
    subprocess.run(["umount", folder], check=True)


def free_bytes(disk: Path) -> int:
    found = os.statvfs(disk)
    return found.f_bavail * found.f_frsize


def leave(disk: Path, room_bytes: int) -> None:
    """Fill the disk up to that room."""
    ballast = disk / "ballast"
    ballast.unlink(missing_ok=True)
    with ballast.open("wb") as stream:
        os.posix_fallocate(stream.fileno(), 0, free_bytes(disk) - room_bytes)


def test_a_full_disk_keeps_the_old_plan_wherever_it_runs_out(disk: Path, tmp_path: Path) -> None:
    office = Office.open(tmp_path)
    old = office.signed(tmp_path / "old", "anna", seq=42)
    new = office.signed(tmp_path / "new", "anna", seq=43)
    store = disk / "plans"
    before = free_bytes(disk)
    assert accept(old, store, office.trust(store)).fresh
    needed = before - free_bytes(disk)
    for tenth in range(10):
        leave(disk, needed * tenth // 10 // PAGE_BYTES * PAGE_BYTES)
        told = accept(new, store, office.trust(store))
        assert not told.fresh
        [problem] = told.problems
        assert (problem.code, told.stopped != "") == ("not-stored", True)
        assert os.strerror(errno.ENOSPC) in problem.en.what
        found = current(store)
        assert found.plan is not None
        assert found.plan.head.seq == 42
        assert found.folder is not None
        assert fingerprint(found.folder / "source") == found.fingerprint
        assert not [path for path in store.iterdir() if path.name.startswith(".")]
    leave(disk, 16 * PAGE_BYTES)  # what was begun is gone: there is room for the reason
    outcome.save(
        store,
        outcome_of(
            told.problems, accepted=False, step=told.stopped, source=str(new),
            at=Moment(1.0, 1.0), process=7,
        ),
    )  # fmt: skip
    (disk / "ballast").unlink()
    assert accept(new, store, office.trust(store)).fresh
    plan = current(store).plan
    assert plan is not None
    assert plan.head.seq == 43
