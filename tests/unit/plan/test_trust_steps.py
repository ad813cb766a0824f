"""Between any two steps of acceptance somebody may swap the files, or the power may fail."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.unit.plan.signing import Office

from notanker.plan.accept import accept
from notanker.plan.accepted import current
from notanker.plan.fingerprint import fingerprint
from notanker.plan.steps import STEPS, Step, Work
from notanker.plan.trust import ratchet

ROOT = Path(__file__).resolve().parents[3]
GOOD, EVIL = "+49 30 23125 110", "+49 30 23125 666"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return Office.open(tmp_path_factory.mktemp("office"))


def spoil(folder: Path) -> None:
    """Put another number into a plan whose signature was good."""
    path = folder / "contacts.toml"
    text = path.read_text()
    assert GOOD in text
    path.write_text(text.replace(GOOD, EVIL))


def test_the_steps_are_those_of_the_specification() -> None:
    assert " ".join(step.name for step in STEPS) == (
        "copy signatures site number limits hashes lint render view publish point remember clean"
    )


@pytest.mark.parametrize("place", range(len(STEPS) + 1))
def test_files_that_are_swapped_after_the_copy_are_not_even_seen(
    place: int, office: Office, tmp_path: Path
) -> None:
    source = office.signed(tmp_path / "plan", "anna")
    signed = fingerprint(source)

    def swap(_: Work) -> bool:
        spoil(source)
        return True

    store = tmp_path / "store"
    steps = (*STEPS[:place], Step("swap", swap), *STEPS[place:])
    told = accept(source, store, office.trust(store), steps=steps)
    if place == 0:  # before the copy: what is copied is not what was signed
        assert (told.stopped, told.plan) == ("hashes", None)
        return
    assert told.fresh
    assert told.problems == ()
    assert fingerprint(store / "current" / "source") == signed
    pages = b"".join(path.read_bytes() for path in (store / "current/pages").rglob("*.html"))
    assert GOOD.replace(" ", "").encode() in pages.replace(b" ", b"")
    assert EVIL.encode() not in pages


def test_files_that_are_swapped_back_and_forth_while_they_are_copied_are_refused(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each file is read once: what was read is what is hashed, whatever lies there before and after."""
    from notanker.plan import copying

    source = office.signed(tmp_path / "plan", "anna")
    good = (source / "contacts.toml").read_bytes()
    read = copying._read

    def swapped(handle: int) -> bytes:
        raw = read(handle)
        return raw.replace(GOOD.encode(), EVIL.encode())

    monkeypatch.setattr(copying, "_read", swapped)
    store = tmp_path / "store"
    told = accept(source, store, office.trust(store))
    assert (source / "contacts.toml").read_bytes() == good
    assert (told.stopped, told.plan) == ("hashes", None)


def test_the_copy_is_for_its_owner_alone(office: Office, tmp_path: Path) -> None:
    modes: list[int] = []

    def look(work: Work) -> bool:
        modes.append(work.room.stat().st_mode & 0o777)
        return True

    source, store = office.signed(tmp_path / "plan", "anna"), tmp_path / "store"
    accept(source, store, office.trust(store), steps=(STEPS[0], Step("look", look), *STEPS[1:]))
    assert modes == [0o700]
    assert (store / "current" / "").stat().st_mode & 0o055 == 0o055  # the portal reads it


def killed_on_the_way(
    how: str, stride: int, office: Office, tmp_path: Path
) -> list[tuple[str, Path]]:
    old = office.signed(tmp_path / "old", "anna", seq=42)
    new = office.signed(tmp_path / "new", "anna", seq=43)
    store = tmp_path / "store"
    assert accept(old, store, office.trust(store)).fresh
    done = subprocess.run(
        [sys.executable, "-m", "tests.unit.plan.killed", how, str(stride), new, store, office.allowed],
        capture_output=True, check=True, text=True, cwd=ROOT,
    )  # fmt: skip
    found = [line.split() for line in done.stdout.splitlines()]
    return [(how, Path(path)) for how, path in found]


def whole(store: Path) -> int:
    """Return the number of the plan in force, which has to be whole."""
    found = current(store)
    assert found.plan is not None
    assert found.folder is not None
    assert not found.problems
    assert (found.folder / "pages" / "de" / "home.html").stat().st_size > 100
    assert fingerprint(found.folder / "source") == found.fingerprint
    return found.plan.head.seq


def finished(store: Path, office: Office, tmp_path: Path) -> None:
    """The next attempt finishes what was begun, and leaves nothing lying about."""
    assert accept(tmp_path / "new", store, office.trust(store)).fresh
    assert whole(store) == 43
    assert {seen.seq for seen in ratchet.load(store).keys.values()} == {43}
    assert not [path for path in store.iterdir() if path.name.startswith(".")]


def test_a_kill_between_any_two_steps_leaves_the_old_plan_or_the_new_one(
    office: Office, tmp_path: Path
) -> None:
    found = killed_on_the_way("steps", 1, office, tmp_path)
    assert [how for how, _ in found] == ["killed"] * (len(STEPS) + 1)
    seqs = []
    for _, store in found:
        seqs.append(whole(store))
        finished(store, office, tmp_path)
    point = [step.name for step in STEPS].index("point") + 1
    assert seqs == [42] * point + [43] * (len(found) - point)
    assert accept(tmp_path / "old", store, office.trust(store)).stopped == "number"


@pytest.mark.timeout(1800)
def test_a_kill_at_a_write_leaves_the_old_plan_or_the_new_one(
    office: Office, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """At each write in the long form; at each 47th in the short one, for the steps are tested above."""
    stride = 1 if request.config.getoption("--long") else 47
    found = killed_on_the_way("writes", stride, office, tmp_path)
    assert found[-1][0] == "done"
    seqs = []
    for _, store in found:
        seqs.append(whole(store))
        finished(store, office, tmp_path)
        shutil.rmtree(store)
    assert seqs == sorted(seqs)
    assert set(seqs) == {42, 43}
