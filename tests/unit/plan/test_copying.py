"""The copy that is checked and used: made once, of nothing but files, and never larger than a plan may be."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.unit.plan.conftest import SAMPLE

from notanker.plan import copying
from notanker.plan.copying import MAX_ENTRIES, copy
from notanker.plan.files import MAX_BYTES, MAX_FILES, files_of
from notanker.plan.fingerprint import fingerprint


def codes(source: Path, target: Path) -> list[str]:
    return [problem.code for problem in copy(source, target)[1]]


def names(folder: Path) -> set[str]:
    return {str(p.relative_to(folder)) for p in folder.rglob("*") if not p.is_dir()}


def test_a_copy_holds_the_same_files(tmp_path: Path) -> None:
    files, problems = copy(SAMPLE, tmp_path / "copy")
    assert problems == []
    assert [(f.name, f.size_bytes) for f in files] == [
        (f.name, f.size_bytes) for f in files_of(SAMPLE)[0]
    ]
    assert fingerprint(tmp_path / "copy") == fingerprint(SAMPLE)


def test_a_copy_shares_nothing_with_its_source(plan_folder: Path, tmp_path: Path) -> None:
    os.link(plan_folder / "roles.toml", plan_folder / "pages" / "twin.md")
    files, _ = copy(plan_folder, tmp_path / "copy")
    inodes = {file.path.stat().st_ino for file in files}
    assert len(inodes) == len(files)
    assert not inodes & {path.stat().st_ino for path in plan_folder.rglob("*")}


def listening(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(path))


@pytest.mark.parametrize(
    "make",
    [
        lambda path: path.symlink_to("/etc/passwd"),
        lambda path: path.symlink_to("/etc"),
        lambda path: path.symlink_to("roles.toml"),
        os.mkfifo,
        listening,
    ],
)
def test_what_is_no_file_is_told_and_not_touched(
    make: Callable[[Path], None], plan_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(plan_folder / "odd.md")
    opened: list[str] = []
    whole = os.open

    def noted(path: str, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        opened.append(str(path))
        return whole(path, flags, mode, dir_fd=dir_fd)

    monkeypatch.setattr(os, "open", noted)
    assert codes(plan_folder, tmp_path / "copy") == ["no-regular-file"]
    assert "odd.md" not in opened
    assert not (tmp_path / "copy" / "odd.md").exists()


@pytest.mark.parametrize("folder", [False, True])
def test_a_link_that_is_swapped_in_between_look_and_open_is_not_followed(
    folder: bool, plan_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "inner.md").write_text("secret")
    name = "pages" if folder else "roles.toml"
    target = tmp_path / "secret" / ("." if folder else "inner.md")
    look = copying._mode

    def late(seen: str, handle: int) -> int:
        mode = look(seen, handle)
        if seen == name and not (plan_folder / name).is_symlink():
            (plan_folder / name).rename(tmp_path / "away")
            (plan_folder / name).symlink_to(target)
        return mode

    monkeypatch.setattr(copying, "_mode", late)
    assert codes(plan_folder, tmp_path / "copy") == ["no-regular-file"]
    assert not any("inner" in path or path == name for path in names(tmp_path / "copy"))


def test_a_file_of_a_terabyte_ends_the_copy_at_the_bound(plan_folder: Path, tmp_path: Path) -> None:
    with (plan_folder / "large.md").open("wb") as stream:
        os.truncate(stream.fileno(), 2**40)
    assert "plan-too-large" in codes(plan_folder, tmp_path / "copy")
    written = sum(path.stat().st_size for path in (tmp_path / "copy").rglob("*") if path.is_file())
    assert written <= MAX_BYTES


def test_a_file_that_grows_while_it_is_copied_counts_as_what_was_read(
    plan_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = copying._read
    endless = b"x" * 65536

    def growing(handle: int) -> bytes:
        return read(handle) or endless

    monkeypatch.setattr(copying, "_read", growing)
    assert codes(plan_folder, tmp_path / "copy") == ["plan-too-large"]
    written = sum(path.stat().st_size for path in (tmp_path / "copy").rglob("*") if path.is_file())
    assert written <= MAX_BYTES


def test_ten_thousand_files_end_the_copy_at_the_bound(tmp_path: Path) -> None:
    source = tmp_path / "source"
    for number in range(10_000):
        path = source / f"d{number % 20}" / f"f{number}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    assert codes(source, tmp_path / "copy") == ["too-many-files"]
    assert len(names(tmp_path / "copy")) == MAX_FILES


def test_folders_in_folders_end_the_copy_at_a_bound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for one in range(60):
        for two in range(60):
            (tmp_path / "source" / f"a{one}" / f"b{two}").mkdir(parents=True)
    looked: list[str] = []
    look = copying._mode

    def noted(name: str, handle: int) -> int:
        looked.append(name)
        return look(name, handle)

    monkeypatch.setattr(copying, "_mode", noted)
    assert codes(tmp_path / "source", tmp_path / "copy") == ["too-many-files"]
    assert len(looked) <= MAX_ENTRIES


def test_a_source_that_breaks_off_is_told_with_its_place(
    plan_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stick that is pulled: reads end with an input/output error."""
    read = copying._read
    left = iter(range(1000))

    def pulled(handle: int) -> bytes:
        if next(left) < 8:
            return read(handle)
        raise copying._ReadError(OSError(5, "Input/output error"))

    monkeypatch.setattr(copying, "_read", pulled)
    problems = copy(plan_folder, tmp_path / "copy")[1]
    assert {problem.code for problem in problems} == {"file-not-read"}
    assert all(problem.place.file for problem in problems)
    assert all("Input/output error" in problem.en.what for problem in problems)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert codes(tmp_path / "nowhere", tmp_path / "copy") == ["no-folder"]
