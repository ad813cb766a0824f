"""A plan from a folder or a stick: real folders, real sticks that are pulled, a process that is killed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from notanker.config.plan_source import SourceConfig
from notanker.shell.sources import errand as errands
from tests.contract.support.plan_site import PlanSite, codes
from tests.unit.plan.signing import Office

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return Office.open(tmp_path_factory.mktemp("office"))


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    return tmp_path / "stick" / "plan"


@pytest.fixture
def site(office: Office, stick: Path, tmp_path: Path) -> PlanSite:
    return PlanSite(tmp_path / "box", office, sources=[SourceConfig(kind="stick", path=str(stick))])


def rewritten(office: Office, folder: Path) -> int:
    """Make number 43, with other contacts and measures; return how many files are new."""
    office.plan(folder, 43)
    files = [folder / "contacts.toml", *folder.rglob("measures/*.md")]
    for path in files:
        path.write_text(path.read_text() + "\n# Neu\n")
    office.pack(folder, "anna")
    return len(files) + 1


def test_a_stick_in_a_pocket_is_no_fault_and_a_folder_that_is_gone_is_one(
    site: PlanSite, stick: Path
) -> None:
    site.sources.append(SourceConfig(kind="folder", path=str(stick)))
    away, gone = site.fetch()
    assert (away.result, away.problems) == ("absent", ())
    assert (gone.result, codes(gone)) == ("failed", ["nothing-there"])


def test_a_stick_brings_a_plan_and_an_older_one_in_it_later_does_nothing(
    site: PlanSite, stick: Path, office: Office
) -> None:
    office.signed(stick, "anna", seq=43)
    assert (site.fetch_one().result, site.seq) == ("accepted", 43)
    assert site.arrivals.stat().st_mode & 0o777 == 0o700
    assert not list((site.arrivals / "files").iterdir())
    office.signed(stick, "anna", seq=42)
    assert (site.fetch_one().result, site.seq) == ("older", 43)


def test_the_newest_of_several_sources_comes_into_force(
    site: PlanSite, stick: Path, office: Office, tmp_path: Path
) -> None:
    office.signed(stick, "anna", seq=43)
    office.signed(tmp_path / "folder", "anna", seq=42)
    site.sources.insert(0, SourceConfig(kind="folder", path=str(tmp_path / "folder")))
    assert [one.result for one in site.fetch()] == ["accepted", "accepted"]
    assert site.seq == 43


@pytest.mark.parametrize("lost", ["plan.toml", "i18n"])
def test_a_stick_that_is_pulled_in_the_middle_leaves_the_old_plan_and_what_came_is_kept(
    site: PlanSite, stick: Path, office: Office, lost: str, tmp_path: Path
) -> None:
    office.signed(stick, "anna", seq=42)
    assert site.fetch_one().result == "accepted"
    changed = rewritten(office, stick)
    shutil.move(stick / lost, tmp_path / lost)
    told = site.fetch_one()
    assert (told.result, codes(told), site.seq) == ("failed", ["not-reached"], 42)
    kept = len(list((site.arrivals / "files").iterdir()))
    assert kept > 0
    shutil.move(tmp_path / lost, stick / lost)
    again = site.fetch_one()
    assert (again.result, site.seq) == ("accepted", 43)
    assert again.files == changed - kept


def test_other_content_than_was_signed_is_refused(
    site: PlanSite, stick: Path, office: Office
) -> None:
    office.signed(stick, "anna", seq=42)
    page = stick / "pages" / "ruhe.md"
    page.write_bytes(page.read_bytes().swapcase())
    told = site.fetch_one()
    assert (told.result, codes(told), site.seq) == ("failed", ["other-content"], 0)
    assert told.problems[0].place.file == "pages/ruhe.md"


def test_a_truncated_and_an_endless_file_are_refused(
    site: PlanSite, stick: Path, office: Office
) -> None:
    office.signed(stick, "anna", seq=42)
    page = stick / "pages" / "ruhe.md"
    page.write_bytes(page.read_bytes()[:-1])
    assert codes(site.fetch_one()) == ["other-content"]
    page.unlink()
    page.symlink_to("/dev/zero")
    assert codes(site.fetch_one()) == ["not-reached"]
    page.unlink()
    os.mkfifo(page)
    assert codes(site.fetch_one()) == ["odd-answer"]


def test_ten_thousand_files_beside_a_plan_are_not_looked_at(
    site: PlanSite, stick: Path, office: Office
) -> None:
    office.signed(stick, "anna", seq=42)
    for number in range(10_000):
        (stick / "pages" / f"x{number}.md").touch()
    assert (site.fetch_one().result, site.seq) == ("accepted", 42)


def test_a_manifest_of_ten_thousand_files_is_refused(
    site: PlanSite, stick: Path, office: Office
) -> None:
    from notanker.plan.trust.sshsig import sign

    office.signed(stick, "anna", seq=42)
    manifest = stick / "manifest.json"
    rows = ",".join(f'"pages/x{n}.md":{{"sha256":"{"0" * 64}","size":1}}' for n in range(2000))
    text = manifest.read_text().replace('"files": {', '"files": {' + rows + ",", 1)
    manifest.write_text(text)
    sign(manifest, office.folder / "anna", stick / "manifest.json.sig")
    told = site.fetch_one()
    assert (told.result, codes(told)) == ("refused", ["bad-manifest"])


def test_a_card_that_is_full_leaves_the_old_plan(
    site: PlanSite, stick: Path, office: Office
) -> None:
    office.signed(stick, "anna", seq=42)
    assert site.fetch_one().result == "accepted"
    office.signed(stick, "anna", seq=43)
    shutil.rmtree(site.arrivals / "files")
    (site.arrivals / "files").symlink_to("/dev/full")
    done = subprocess.run(
        [sys.executable, "-m", "notanker.cli", "plan", "fetch", "--errand"],
        input=errands.encode(site.errand()), capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert site.seq == 42


def test_a_kill_at_a_write_leaves_the_old_plan_or_the_new_one(
    site: PlanSite, stick: Path, office: Office
) -> None:
    """From the first byte that arrives to the last that is cleared away."""
    office.signed(stick, "anna", seq=42)
    assert site.fetch_one().result == "accepted"
    rewritten(office, stick)
    done = subprocess.run(
        [sys.executable, "-m", "tests.contract.support.killed_fetch", "47", str(site.folder)],
        input=errands.encode(site.errand()), capture_output=True, check=True, cwd=ROOT,
    )  # fmt: skip
    told = [line.split() for line in done.stdout.decode().splitlines()]
    boxes = [PlanSite(Path(folder), office, sources=site.sources) for _, folder in told]
    assert told[-1][0] == "done"
    seqs = [box.seq for box in boxes]
    assert seqs == sorted(seqs)
    assert set(seqs) == {42, 43}
    for box in boxes[:: len(boxes) // 2]:
        assert box.fetch_one().result in ("accepted", "unchanged")
        assert box.seq == 43
        assert not [path for path in box.store.iterdir() if path.name.startswith(".")]
