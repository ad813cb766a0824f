"""Copies of the centre's database: made while it is written, brought back while it stands still."""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.unit.central.conftest import Makers
from tests.unit.central.test_serving import Running, centre, toml

from notanker.cli.central import central
from notanker_central.backup import DAY_S, BackupError, back_up, restore
from notanker_central.store import Store

__all__ = ["centre", "toml"]  # fixtures

NOW_S = 1_795_330_000.0


@pytest.fixture
def url(tmp_path: Path, store: Store) -> str:
    return str(store.engine.url)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "copies"
    made.mkdir()
    return made


def names(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir())


def counter_in(copy: Path) -> int:
    with closing(sqlite3.connect(copy)) as database:
        return int(database.execute("SELECT counter FROM site WHERE id = 'nord'").fetchone()[0])


def run(toml: Path, *words: str) -> Result:
    return CliRunner().invoke(central, ["--config", str(toml), *words], env={"LANG": "en"})


def test_a_copy_is_whole_while_beats_come_in(
    url: str, store: Store, make: Makers, folder: Path
) -> None:
    begun, ending, stored = threading.Event(), threading.Event(), [0]

    def report() -> None:
        while not ending.is_set():
            counter = stored[0] + 1
            store.take(make.beat(counter, events=(make.event(counter),)), NOW_S)
            stored[0] = counter
            begun.set()

    thread = threading.Thread(target=report)
    thread.start()
    try:
        assert begun.wait(30)
        before = stored[0]
        copy = back_up(url, folder, 14.0, NOW_S)
    finally:
        ending.set()
        thread.join()
    assert before <= counter_in(copy) <= stored[0]
    assert copy.name == "central-20261122T064640Z.sqlite"
    assert copy.stat().st_mode & 0o777 == 0o600
    assert names(folder) == [copy.name]


def test_old_copies_go_when_a_new_one_is_there_and_other_files_stay(
    url: str, store: Store, folder: Path
) -> None:
    old, kept = (back_up(url, folder, 14.0, NOW_S - days * DAY_S) for days in (14.1, 13.9))
    (folder / "notes.txt").write_text("not ours")
    new = back_up(url, folder, 14.0, NOW_S)
    assert not old.exists()
    assert names(folder) == sorted([kept.name, new.name, "notes.txt"])


def test_what_cannot_be_copied_costs_no_copy_that_is_there(
    url: str, store: Store, folder: Path, tmp_path: Path
) -> None:
    kept = back_up(url, folder, 14.0, NOW_S - 99 * DAY_S)
    with pytest.raises(BackupError, match=r"absent\.sqlite"):
        back_up(f"sqlite:///{tmp_path}/absent.sqlite", folder, 14.0, NOW_S)
    (tmp_path / "broken.sqlite").write_bytes(b"no database at all" * 1000)
    with pytest.raises(BackupError, match="not a database"):
        back_up(f"sqlite:///{tmp_path}/broken.sqlite", folder, 14.0, NOW_S)
    assert names(folder) == [kept.name]


def test_a_copy_comes_back_and_what_was_in_force_is_kept(
    url: str, store: Store, make: Makers, folder: Path
) -> None:
    store.take(make.beat(3), NOW_S)
    copy = back_up(url, folder, 14.0, NOW_S)
    store.take(make.beat(9), NOW_S)
    store.close()
    before = restore(url, copy, NOW_S)
    assert before is not None
    assert counter_in(before) == 9
    again = Store(url)
    ack, newest = again.take(make.beat(5), NOW_S)
    assert (ack.counter, newest) == (5, True)
    again.close()


def test_a_fresh_machine_gets_its_database_from_the_copy(
    url: str, store: Store, make: Makers, folder: Path, tmp_path: Path
) -> None:
    store.take(make.beat(3), NOW_S)
    copy = back_up(url, folder, 14.0, NOW_S)
    state = tmp_path / "state"
    state.mkdir()
    its_user = 65534 if os.geteuid() == 0 else os.geteuid()
    os.chown(state, its_user, -1)
    assert restore(f"sqlite:///{state}/fresh.sqlite", copy, NOW_S) is None
    assert counter_in(state / "fresh.sqlite") == 3
    assert (state / "fresh.sqlite").stat().st_uid == its_user


def test_nothing_is_brought_back_under_a_centre_that_runs(
    url: str, store: Store, make: Makers, folder: Path
) -> None:
    store.take(make.beat(3), NOW_S)
    copy = back_up(url, folder, 14.0, NOW_S)
    store.take(make.beat(9), NOW_S)
    with pytest.raises(BackupError, match="still running"):
        restore(url, copy, NOW_S)
    assert store.take(make.beat(10), NOW_S)[0].counter == 10


@pytest.mark.parametrize(
    "script",
    [
        "",
        "CREATE TABLE other (x)",
        "CREATE TABLE schema_version (version); INSERT INTO schema_version VALUES (0)",
    ],
)
def test_what_is_no_copy_of_a_centre_changes_nothing(
    url: str, store: Store, make: Makers, tmp_path: Path, script: str
) -> None:
    store.take(make.beat(9), NOW_S)
    store.close()
    wrong = tmp_path / "wrong.sqlite"
    with closing(sqlite3.connect(wrong)) as database:
        database.executescript(script)
    with pytest.raises(BackupError):
        restore(url, wrong, NOW_S)
    assert counter_in(Path(str(store.engine.url.database))) == 9


def test_the_commands_copy_a_running_centre_and_bring_it_back(
    centre: Running, make: Makers, folder: Path
) -> None:
    centre.post(make.beat(3))
    done = run(centre.toml, "backup", str(folder))
    assert done.exit_code == 0, done.output
    (copy,) = folder.iterdir()
    assert str(copy) in done.output
    refused = run(centre.toml, "restore", str(copy))
    assert refused.exit_code == 2
    assert "systemctl stop notanker-central" in refused.output
    centre.end()
    done = run(centre.toml, "restore", str(copy))
    assert done.exit_code == 0, done.output
    assert ".before-" in done.output


def test_a_centre_that_cannot_start_says_so_in_a_sentence(tmp_path: Path, toml: Path) -> None:
    text = toml.read_text()
    toml.write_text(text.replace(f"{tmp_path}/central.sqlite", f"{tmp_path}/absent/central.sqlite"))
    done = run(toml)
    assert done.exit_code == 2, done.output
    assert "The centre's database cannot be used" in done.output
    assert done.exception is None or isinstance(done.exception, SystemExit)
