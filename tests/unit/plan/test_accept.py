"""Taking a plan into force: wholly or not at all."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

import pytest
from tests.unit.plan.conftest import SAMPLE, Edit

from notanker.plan import store as disk
from notanker.plan.accept import accept
from notanker.plan.accepted import current
from notanker.plan.fingerprint import fingerprint


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


def changed(folder: Path, version: str) -> Path:
    path = folder / "plan.toml"
    lines = path.read_text("utf-8").splitlines()
    path.write_text(
        "\n".join(f'version = "{version}"' if x.startswith("version") else x for x in lines)
    )
    return folder


def plans_in(store: Path) -> set[str]:
    return {path.name for path in store.iterdir()} - {"current"}


def test_an_accepted_plan_lies_in_the_store_whole(store: Path) -> None:
    taken = accept(SAMPLE, store)
    assert taken.fresh
    assert taken.problems == ()
    assert taken.folder == store / fingerprint(SAMPLE)
    assert fingerprint(store / "current/source") == fingerprint(SAMPLE)
    assert (store / "current/pages/de/home.html").is_file()
    assert (store / "current/pages/en/home.html").is_file()
    assert plans_in(store) == {taken.fingerprint}


def test_the_current_plan_is_the_accepted_one(store: Path) -> None:
    taken = accept(SAMPLE, store)
    now = current(store)
    assert now.plan == taken.plan
    assert now.fingerprint == taken.fingerprint


def test_an_empty_store_has_no_plan(store: Path) -> None:
    now = current(store)
    assert now.plan is None
    assert [problem.code for problem in now.problems] == ["no-plan"]


def test_a_plan_with_errors_does_not_replace_a_good_one(store: Path, edit: Edit) -> None:
    before = accept(SAMPLE, store)
    folder = edit("contacts.toml", 'kind = "person"', 'kind = "robot"')
    after = accept(folder, store)
    assert not after.fresh
    assert after.plan == before.plan
    assert "refused" in {problem.code for problem in after.problems}
    assert current(store).fingerprint == before.fingerprint


def test_where_there_is_no_plan_one_with_errors_is_better_than_none(
    store: Path, edit: Edit
) -> None:
    folder = edit("contacts.toml", 'kind = "person"', 'kind = "robot"')
    taken = accept(folder, store)
    assert taken.fresh
    assert taken.problems
    plan = current(store).plan
    assert plan is not None
    assert plan.contact("jonas-muster") is not None


def test_a_plan_with_fewer_errors_replaces_one_with_more(store: Path, edit: Edit) -> None:
    accept(edit("contacts.toml", 'kind = "person"', 'kind = "robot"'), store)
    assert accept(SAMPLE, store).fresh


def test_what_is_no_plan_leaves_the_old_one(store: Path, tmp_path: Path) -> None:
    before = accept(SAMPLE, store)
    (tmp_path / "empty").mkdir()
    for source in (tmp_path / "empty", tmp_path / "nowhere"):
        after = accept(source, store)
        assert after.plan == before.plan
        assert after.problems


@pytest.mark.parametrize(
    ("reason", "step"),
    [(errno.ENOSPC, step) for step in range(27)]
    + [(reason, 0) for reason in (errno.EROFS, errno.EACCES, errno.EIO)],
)
def test_a_disk_that_fails_at_any_step_keeps_the_old_plan(
    reason: int, step: int, store: Path, plan_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = accept(SAMPLE, store)
    changed(plan_folder, "new")
    calls = iter(range(10_000))
    whole = disk.write

    def failing(path: Path, content: bytes) -> None:
        if next(calls) == step:
            raise OSError(reason, os.strerror(reason))
        whole(path, content)

    monkeypatch.setattr(disk, "write", failing)
    after = accept(plan_folder, store)
    assert after.plan == before.plan
    [problem] = after.problems
    assert problem.code == "not-stored"
    assert os.strerror(reason) in problem.en.what
    assert current(store).fingerprint == before.fingerprint
    assert plans_in(store) == {before.fingerprint}


@pytest.mark.parametrize("name", ["publish", "point", "sync"])
def test_a_failure_while_switching_keeps_the_old_plan(
    name: str, store: Path, plan_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = accept(SAMPLE, store)
    changed(plan_folder, "new")

    def failing(*_: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(disk, name, failing)
    after = accept(plan_folder, store)
    assert not after.fresh
    assert after.fingerprint == before.fingerprint
    monkeypatch.undo()
    assert current(store).plan == before.plan
    assert accept(plan_folder, store).fresh


def test_a_store_that_cannot_be_made_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    taken = accept(SAMPLE, tmp_path / "file" / "store")
    assert not taken.fresh
    assert [problem.code for problem in taken.problems] == ["not-stored"]


def test_a_plan_that_changes_while_it_is_read_is_not_taken(
    store: Path, plan_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = accept(SAMPLE, store)
    changed(plan_folder, "new")
    copy = disk.copy_in

    def slow(files: object, folder: Path) -> None:
        changed(plan_folder, "newer")
        copy(files, folder)  # type: ignore[arg-type]

    monkeypatch.setattr(disk, "copy_in", slow)
    after = accept(plan_folder, store)
    assert [problem.code for problem in after.problems] == ["not-stored"]
    assert current(store).fingerprint == before.fingerprint


def test_the_last_three_plans_are_kept(store: Path, plan_folder: Path) -> None:
    names = []
    for number in range(6):
        names.append(accept(changed(plan_folder, f"v{number}"), store).fingerprint)
        for age, name in enumerate(reversed(names)):
            if (store / name).is_dir():
                os.utime(store / name, (1000 - age, 1000 - age))
    assert plans_in(store) == set(names[-4:])
    assert (store / "current").readlink() == Path(names[-1])


def test_what_a_power_cut_left_is_cleared_away(store: Path, plan_folder: Path) -> None:
    accept(SAMPLE, store)
    (store / ".new-77/source").mkdir(parents=True)
    (store / ".new-link-77").symlink_to("nowhere")
    accept(changed(plan_folder, "new"), store)
    assert not [path for path in store.iterdir() if path.name.startswith(".")]


def test_damaged_files_in_the_store_are_told_and_mended_by_accepting_again(store: Path) -> None:
    taken = accept(SAMPLE, store)
    (store / "current/source/pages/ruhe.md").write_text("+++\nid='ruhe'\ntitle='x'\n+++\nweg")
    assert "damaged" in {problem.code for problem in current(store).problems}
    again = accept(SAMPLE, store)
    assert again.fresh
    assert current(store).problems == ()
    assert plans_in(store) == {taken.fingerprint}


def test_lost_pages_come_back_by_accepting_again(store: Path) -> None:
    accept(SAMPLE, store)
    shutil.rmtree(store / "current/pages")
    accept(SAMPLE, store)
    assert (store / "current/pages/de/home.html").is_file()
