"""A plan from a git repository: a real git, of which nothing but files is believed."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from notanker.config.plan_source import SourceConfig
from notanker_lab.pbx_ssh import USER
from tests.contract.support.plan_site import PlanSite, codes
from tests.contract.support.sftp_host import SftpHost
from tests.unit.plan.signing import Office

NAMES = {
    "GIT_AUTHOR_NAME": "Mara Beispiel",
    "GIT_AUTHOR_EMAIL": "mara@ankerruf.example",
    "GIT_COMMITTER_NAME": "Mara Beispiel",
    "GIT_COMMITTER_EMAIL": "mara@ankerruf.example",
    "GIT_CONFIG_GLOBAL": "/dev/null",
}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return Office.open(tmp_path_factory.mktemp("office"))


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(
        ["git", "-C", str(folder), *arguments],
        check=True, capture_output=True, env={**os.environ, **NAMES},
    )  # fmt: skip


def commit(repository: Path, office: Office, seq: int) -> None:
    """Put a signed plan of that number into the repository's folder `plan`."""
    office.signed(repository / "plan", "anna", seq=seq)
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", f"plan {seq}")


@pytest.fixture
def repository(office: Office, tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    commit(folder, office, 42)
    return folder


@pytest.fixture
def site(repository: Path, office: Office, tmp_path: Path) -> PlanSite:
    source = SourceConfig(kind="git", url=str(repository), path="plan")
    return PlanSite(tmp_path / "box", office, sources=[source])


def test_a_commit_brings_a_plan_and_the_next_one_what_has_changed(
    site: PlanSite, repository: Path, office: Office
) -> None:
    assert (site.fetch_one().result, site.seq) == ("accepted", 42)
    assert site.fetch_one().result == "unchanged"
    commit(repository, office, 43)
    told = site.fetch_one()
    assert (told.result, told.files, site.seq) == ("accepted", 1, 43)


def test_a_rewritten_history_brings_no_older_plan(
    site: PlanSite, repository: Path, office: Office
) -> None:
    commit(repository, office, 43)
    assert site.fetch_one().result == "accepted"
    git(repository, "reset", "-q", "--hard", "HEAD~1")
    assert (site.fetch_one().result, site.seq) == ("older", 43)


def test_no_hook_filter_or_setting_of_theirs_is_run(
    site: PlanSite, repository: Path, office: Office, tmp_path: Path
) -> None:
    trap = tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\ncat\n")
    trap.chmod(0o755)
    for name in ("post-checkout", "post-merge", "reference-transaction", "post-update"):
        (repository / ".git" / "hooks" / name).symlink_to(trap)
    git(repository, "config", "uploadpack.packObjectsHook", str(trap))
    git(repository, "config", "filter.trap.smudge", str(trap))
    (repository / ".gitattributes").write_text("* filter=trap\n")
    (tmp_path / "sprung").unlink(missing_ok=True)
    commit(repository, office, 43)
    (tmp_path / "sprung").unlink(missing_ok=True)  # a commit of theirs may run what is theirs
    assert (site.fetch_one().result, site.seq) == ("accepted", 43)
    assert not (tmp_path / "sprung").exists()


def test_other_content_than_was_signed_is_refused(site: PlanSite, repository: Path) -> None:
    page = repository / "plan" / "pages" / "ruhe.md"
    page.write_bytes(page.read_bytes() + b"\nMehr.\n")
    git(repository, "commit", "-q", "-am", "nobody signed this")
    told = site.fetch_one()
    assert (told.result, codes(told), site.seq) == ("failed", ["other-content"], 0)


def test_a_link_to_a_file_of_the_box_is_no_file(site: PlanSite, repository: Path) -> None:
    page = repository / "plan" / "pages" / "ruhe.md"
    page.unlink()
    page.symlink_to("/etc/passwd")
    git(repository, "commit", "-q", "-am", "a link")
    assert codes(site.fetch_one()) == ["other-content"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"branch": "other"}, "not-reached"),
        ({"path": "elsewhere"}, "not-reached"),
        ({"path": ""}, "nothing-there"),
        ({"url": "/nowhere"}, "not-reached"),
    ],
)
def test_what_is_not_there_is_told(
    site: PlanSite, repository: Path, change: dict[str, str], code: str
) -> None:
    known = {"url": str(repository), "path": "plan"}
    site.sources = [SourceConfig(kind="git", **{**known, **change})]  # type: ignore[arg-type]
    told = site.fetch_one()
    assert (told.result, codes(told)) == ("failed", [code])


@pytest.fixture
def host(tmp_path: Path) -> Iterator[SftpHost]:
    with SftpHost(tmp_path) as machine:
        yield machine


def test_a_repository_over_ssh_is_taken_from_the_host_with_the_right_key_alone(
    site: PlanSite, repository: Path, host: SftpHost
) -> None:
    host.serve_plan(repository)
    for path in (host.plan, *host.plan.rglob("*")):
        shutil.chown(path, *owner_of(host.plan.parent))
    url = f"ssh://{USER}@127.0.0.1:{host.port}{host.plan}"
    site.sources = [
        SourceConfig(kind="git", url=url, path="plan", key=host.key, known_hosts=host.known_hosts)
    ]
    host.mode = "stranger"
    assert codes(site.fetch_one()) == ["other-host"]
    host.mode = "refuses"
    assert codes(site.fetch_one()) == ["not-let-in"]
    host.mode = "well"
    assert (site.fetch_one().result, site.seq) == ("accepted", 42)


def owner_of(path: Path) -> tuple[int, int]:
    info = path.stat()
    return info.st_uid, info.st_gid


def test_a_repository_over_the_line_is_not_asked_over_lte(site: PlanSite) -> None:
    site.limit_bytes = 250_000
    key = site.folder / "key"
    site.sources = [
        SourceConfig(kind="git", url="git@git.example:plan.git", key=key, known_hosts=key)
    ]
    told = site.fetch_one()
    assert (told.result, codes(told)) == ("waits", ["not-over-lte"])


def test_a_repository_whose_packs_are_too_large_is_left(site: PlanSite, repository: Path) -> None:
    (repository / "film").write_bytes(os.urandom(90_000_000))
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "a film")
    told = site.fetch_one()
    assert (told.result, codes(told), site.seq) == ("failed", ["not-reached"], 0)
