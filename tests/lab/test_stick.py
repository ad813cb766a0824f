"""A stick that is pulled while a plan is read from it: real file systems that vanish in the middle."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from notanker.config.plan_source import SourceConfig
from notanker.shell.sources import errand as errands
from notanker.shell.sources import report
from notanker.shell.sources.report import Fetched
from tests.contract.support.plan_site import PlanSite, codes
from tests.unit.plan.signing import Office

IMAGE_BYTES = 16_000_000
SOON_S = 60.0

pytestmark = pytest.mark.usefixtures("in_a_capsule")


@dataclass
class Stick:
    """A file system of its own at a place where sticks are mounted."""

    place: Path
    mounted: bool = False

    def prepare(self) -> None:
        """Make the file system."""

    def mount(self) -> None:
        """Plug it in; what was read of it before is forgotten."""
        raise NotImplementedError

    def pull(self) -> None:
        """Take it away, whoever reads."""
        raise NotImplementedError

    def unmount(self) -> None:
        """Take it out as one should; a stick that was pulled is let go of."""
        _run("umount", "-l", self.place)


class Unmounted(Stick):
    """The system takes the mount away: each name is gone at once, what is open can be read on."""

    def mount(self) -> None:
        """Give it memory."""
        if not self.mounted:
            _run("mount", "-t", "tmpfs", "-o", "size=16m", "none", self.place)
            self.mounted = True

    def pull(self) -> None:
        """Unmount it lazily, as udisks does for a device that has gone."""
        _run("umount", "-l", self.place)
        self.mounted = False


class Gone(Stick):
    """The mount stays and the device is gone: each read of what is not in memory fails with EIO."""

    @property
    def image(self) -> Path:
        """The device."""
        return self.place.with_name(f"{self.place.name}.image")

    def prepare(self) -> None:
        """Make an ext4 in a file."""
        with self.image.open("wb") as file:
            file.truncate(IMAGE_BYTES)
        _run("mkfs.ext4", "-q", "-F", self.image)

    def mount(self) -> None:
        """Mount the file."""
        if self.mounted:
            _run("umount", self.place)
        _run("mount", "-o", "loop", self.image, self.place)
        self.mounted = True

    def pull(self) -> None:
        """Take the device from under it."""
        os.truncate(self.image, 0)


def _run(*words: str | Path) -> None:
    subprocess.run(words, check=True, capture_output=True)


@contextmanager
def plugged(kind: type[Stick], place: Path) -> Iterator[Stick]:
    place.mkdir()
    stick = kind(place)
    stick.prepare()
    stick.mount()
    try:
        yield stick
    finally:
        if stick.mounted:
            stick.unmount()


def pulled_while_read(site: PlanSite, pull: Callable[[], None]) -> Fetched:
    """Fetch, and pull once the first file has come; return what is told."""
    process = subprocess.Popen(
        [sys.executable, "-m", "notanker.cli", "plan", "fetch", "--errand", "--bounded"],
        stdin=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdin is not None
    process.stdin.write(errands.encode(site.errand()))
    process.stdin.close()
    files, end_s = site.arrivals / "files", time.monotonic() + SOON_S
    while not (files.is_dir() and any(files.iterdir())):
        assert process.poll() is None, "nothing has come"
        assert time.monotonic() < end_s
    os.kill(process.pid, signal.SIGSTOP)
    pull()
    os.kill(process.pid, signal.SIGCONT)
    process.wait(SOON_S)
    told = report.read(site.arrivals)
    assert told is not None
    [source] = told.sources
    return source


@pytest.mark.parametrize("kind", [Unmounted, Gone])
def test_a_stick_that_is_pulled_while_it_is_read_leaves_the_old_plan_and_the_reason_is_told(
    kind: type[Stick], tmp_path: Path
) -> None:
    (tmp_path / "office").mkdir()
    office = Office.open(tmp_path / "office")
    place = tmp_path / "stick"
    source = SourceConfig(kind="stick", path=str(place / "plan"))
    site = PlanSite(tmp_path / "box", office, sources=[source])
    with plugged(kind, place) as stick:
        office.signed(place / "plan", "anna", seq=42)
        assert (site.fetch_one().result, site.seq) == ("accepted", 42)
        office.plan(place / "plan", 43)
        for page in (place / "plan").rglob("*.md"):
            page.write_text(page.read_text() + "\n")
        office.pack(place / "plan", "anna")
        stick.mount()
        told = pulled_while_read(site, stick.pull)
    assert (told.result, codes(told), site.seq) == ("failed", ["not-reached"], 42)
    reason = told.problems[0].sentence("en")
    assert "No such file" in reason if kind is Unmounted else "Input/output error" in reason
    with plugged(kind, tmp_path / "stick2"):
        again = tmp_path / "stick2" / "plan"
        site.sources[:] = [SourceConfig(kind="stick", path=str(again))]
        office.signed(again, "anna", seq=44)
        assert (site.fetch_one().result, site.seq) == ("accepted", 44)
