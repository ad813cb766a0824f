"""A plan from a real sshd by SFTP: only from the host whose key is written down."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from notanker.shell.sources import fetch
from notanker.shell.sources.contract import SourceError
from notanker.shell.sources.errand import Way
from notanker.shell.sources.sftp import SftpSource
from tests.contract.support.plan_site import PlanSite, codes
from tests.contract.support.sftp_host import SftpHost
from tests.unit.plan.signing import Office


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return Office.open(tmp_path_factory.mktemp("office"))


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SftpHost]:
    with SftpHost(tmp_path_factory.mktemp("host")) as host:
        yield host


@pytest.fixture
def host(machine: SftpHost, office: Office, tmp_path: Path) -> SftpHost:
    machine.reset()
    machine.serve_plan(office.signed(tmp_path / "plan", "anna"))
    return machine


@pytest.fixture
def site(host: SftpHost, office: Office, tmp_path: Path) -> PlanSite:
    return PlanSite(tmp_path / "box", office, sources=[host.source()])


def test_a_plan_comes_by_sftp_and_later_only_what_has_changed(
    site: PlanSite, host: SftpHost, office: Office, tmp_path: Path
) -> None:
    whole = site.fetch_one()
    assert (whole.result, site.seq) == ("accepted", 42)
    host.serve_plan(office.signed(tmp_path / "new", "anna", seq=43))
    told = site.fetch_one()
    assert (told.result, told.files, site.seq) == ("accepted", 1, 43)
    assert 0 < told.wire_bytes < whole.wire_bytes
    assert site.fetch_one().result == "unchanged"


@pytest.mark.parametrize(
    ("mode", "code"),
    [("stranger", "other-host"), ("refuses", "not-let-in"), ("closed", "not-reached")],
)
def test_a_host_that_is_not_as_it_should_be_is_left(
    site: PlanSite, host: SftpHost, mode: str, code: str
) -> None:
    host.mode = mode
    told = site.fetch_one()
    assert (told.result, codes(told), site.seq) == ("failed", [code], 0)


def test_a_host_that_nobody_knows_is_not_believed_the_first_time_either(
    site: PlanSite, host: SftpHost, tmp_path: Path
) -> None:
    empty = tmp_path / "known_hosts"
    empty.write_text("")
    site.sources = [host.source(known_hosts=empty)]
    assert codes(site.fetch_one()) == ["other-host"]
    assert empty.read_text() == ""
    site.sources = [host.source(known_hosts=tmp_path / "none")]
    assert codes(site.fetch_one()) == ["other-host"]


def test_a_key_that_is_not_there_is_told(site: PlanSite, host: SftpHost, tmp_path: Path) -> None:
    site.sources = [host.source(key=tmp_path / "none")]
    assert site.fetch_one().result == "failed"


def test_a_host_that_never_greets_is_left_in_time(
    host: SftpHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    from notanker.shell.sources import sftp

    monkeypatch.setattr(sftp, "IO_S", 0.5)
    host.mode = "silent"
    with (
        pytest.raises(SourceError, match="does not answer"),
        SftpSource(host.source(), Way()),
    ):
        pass
    host.mode = "closed"


def test_a_folder_without_a_plan_and_one_with_ten_thousand_names(
    site: PlanSite, host: SftpHost
) -> None:
    for number in range(10_000):
        (host.plan / f"x{number}").touch()
    told = site.fetch_one()
    # whichever two thousand names come first: the plan is among them, or it is told that none is
    assert (told.result, site.seq) in (("accepted", 42), ("failed", 0))
    shutil.rmtree(host.plan)
    host.plan.mkdir(mode=0o755)
    assert codes(site.fetch_one()) == ["nothing-there"]
    host.plan.rmdir()
    assert codes(site.fetch_one()) == ["nothing-there"]


def test_other_content_and_an_endless_file_are_refused(site: PlanSite, host: SftpHost) -> None:
    page = host.plan / "pages" / "ruhe.md"
    page.write_bytes(page.read_bytes() + b"x" * 1_000_000)
    told = site.fetch_one()
    assert (told.result, codes(told), site.seq) == ("failed", ["other-content"], 0)
    page.unlink()
    page.symlink_to("/dev/zero")
    told = site.fetch_one()
    assert (told.result, site.seq) == ("failed", 0)


def test_without_paramiko_a_sentence_says_what_to_install(
    host: SftpHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "paramiko", None)
    with pytest.raises(SourceError, match=r"pip install notanker\[sftp\]"):
        SftpSource(host.source(), Way())


def test_a_source_that_takes_for_ever_is_left(
    site: PlanSite, host: SftpHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    from notanker.core.moment import Moment
    from notanker.shell.sources.arrivals import Arrivals

    monkeypatch.setattr(fetch, "SOURCE_S", 0.5)
    host.mode = "silent"
    job = fetch.Job(site.errand(), Arrivals(site.arrivals), Moment(1.0, 1.0), None, None)
    [told] = fetch.fetch(job).sources
    assert (told.result, codes(told)) == ("failed", ["too-slow"])
    host.mode = "closed"
