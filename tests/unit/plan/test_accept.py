"""Taking a plan into force: wholly or not at all."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

import pytest
from tests.unit.plan.conftest import SAMPLE, Edit

from notanker.errors import Place, Problem
from notanker.plan import store as disk
from notanker.plan.accept import accept
from notanker.plan.accepted import current
from notanker.plan.fingerprint import fingerprint
from notanker.plan.model import Plan
from notanker.plan.steps import STEPS, Step, Work
from notanker.plan.trust.catalogue import CATALOGUE as TRUST


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


def failing(reason: int) -> Step:
    def do(work: Work) -> bool:
        raise OSError(reason, os.strerror(reason))

    return Step("failing", do)


POINTED = [step.name for step in STEPS].index("point") + 1


@pytest.mark.parametrize(
    ("reason", "place"),
    [(errno.ENOSPC, place) for place in range(POINTED)]
    + [(reason, POINTED - 1) for reason in (errno.EROFS, errno.EACCES, errno.EIO)],
)
def test_a_disk_that_fails_before_any_step_keeps_the_old_plan(
    reason: int, place: int, store: Path, plan_folder: Path
) -> None:
    before = accept(SAMPLE, store)
    changed(plan_folder, "new")
    steps = (*STEPS[:place], failing(reason), *STEPS[place:])
    after = accept(plan_folder, store, steps=steps)
    assert after.plan == before.plan
    assert after.stopped == "failing"
    [problem] = after.problems
    assert problem.code == "not-stored"
    assert os.strerror(reason) in problem.en.what
    assert current(store).fingerprint == before.fingerprint
    assert accept(plan_folder, store).fresh
    assert len(plans_in(store)) == 2


def test_a_store_in_use_is_left_alone(store: Path, plan_folder: Path) -> None:
    before = accept(SAMPLE, store)
    with disk.alone(store):
        after = accept(changed(plan_folder, "new"), store)
    assert [problem.code for problem in after.problems] == ["under-way"]
    assert current(store).fingerprint == before.fingerprint


def test_a_store_that_cannot_be_made_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    taken = accept(SAMPLE, tmp_path / "file" / "store")
    assert not taken.fresh
    assert [problem.code for problem in taken.problems] == ["not-stored"]


def test_pages_that_the_portal_does_not_show_keep_the_old_plan(
    store: Path, plan_folder: Path
) -> None:
    before = accept(SAMPLE, store)
    seen: list[Path] = []

    def viewer(room: Path, plan: Plan) -> list[Problem]:
        seen.append(room)
        assert (room / "current/pages/de/home.html").is_file()
        return [TRUST.problem("not-shown", Place(), page="/de/", reason=f"500 {plan.head.id}")]

    after = accept(changed(plan_folder, "new"), store, viewer=viewer)
    assert (after.stopped, after.fingerprint) == ("view", before.fingerprint)
    assert plans_in(store) == {before.fingerprint}
    assert seen


def test_the_same_plan_is_not_written_again(store: Path) -> None:
    accept(SAMPLE, store)
    before = [path.stat().st_ino for path in sorted((store / "current/").rglob("*"))]
    assert accept(SAMPLE, store).fresh
    assert [path.stat().st_ino for path in sorted((store / "current/").rglob("*"))] == before


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
    assert again.fingerprint == taken.fingerprint
    assert plans_in(store) == {f"{taken.fingerprint}.2"}
    assert fingerprint(store / "current/source") == fingerprint(SAMPLE)


def test_lost_pages_come_back_by_accepting_again(store: Path) -> None:
    accept(SAMPLE, store)
    shutil.rmtree(store / "current/pages")
    accept(SAMPLE, store)
    assert (store / "current/pages/de/home.html").is_file()
