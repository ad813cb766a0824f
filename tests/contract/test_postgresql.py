"""Several receivers on one PostgreSQL: no event twice, no counter back, one watch among them."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from notanker.core.heartbeat import Beat
from notanker.core.moment import Moment
from notanker.core.names import Cause, Line
from notanker_central import orders, rolling, views
from notanker_central import tables as t
from notanker_central.backup import BackupError, back_up, restore
from notanker_central.lease import Lease, run_as_one
from notanker_central.states import State
from notanker_central.store import Store
from notanker_central.watcher import Watcher
from notanker_lab.debian import LIBRARIES, unpacked
from notanker_lab.postgresql import Postgresql, postgresql
from tests.unit.central.conftest import Hands, make_beat, make_event, make_site

SITES = ("nord", "sued", *(f"site-{n:02d}" for n in range(20)))
WAIT_S = 30.0


@pytest.fixture(scope="module")
def server() -> Iterator[Postgresql]:
    with postgresql("fsync=off") as server:
        yield server


@pytest.fixture
def store(server: Postgresql) -> Iterator[Store]:
    store = Store(server.url.replace("+psycopg", ""))
    with store.write() as connection:
        for table in reversed(t.metadata.sorted_tables):
            if table is not t.schema:
                connection.execute(table.delete())
    store.list_sites([make_site(name) for name in SITES])
    yield store
    store.close()


@pytest.fixture
def other(store: Store) -> Iterator[Store]:
    """Another receiver on the same database."""
    other = Store(str(store.engine.url.render_as_string(hide_password=False)))
    yield other
    other.close()


def took(store: Store, beat: Beat, now_s: float) -> tuple[int, int, bool]:
    ack, newest = store.take(beat, now_s)
    return ack.counter, ack.stored_to, newest


def positions(store: Store, site: str = "nord") -> list[int]:
    query = select(t.event.c.position).where(t.event.c.site == site)
    with store.read() as connection:
        return sorted(connection.execute(query).scalars())


def seen(store: Store, site: str = "nord") -> views.SiteView:
    with store.read() as connection:
        view = views.one(connection, site)
    assert view is not None
    return view


def test_the_newest_beat_wins_and_an_older_one_changes_nothing(store: Store) -> None:
    newest = make_beat(7, line=Line.BACKUP, cause=Cause.PROVIDER)
    assert took(store, newest, 1.0) == (7, 0, True)
    assert took(store, make_beat(6), 2.0) == (6, 0, False)
    assert (seen(store).state, seen(store).old_beats, seen(store).beat) == ("backup", 1, newest)


def test_events_are_stored_once_and_a_gap_holds_the_acknowledgement_back(store: Store) -> None:
    assert store.take(make_beat(1, events=(make_event(1), make_event(2))), 1.0)[0].stored_to == 2
    assert store.take(make_beat(2, events=(make_event(2), make_event(4))), 2.0)[0].stored_to == 2
    assert store.take(make_beat(3, events=(make_event(3),)), 3.0)[0].stored_to == 4
    assert positions(store) == [1, 2, 3, 4]


def test_another_journal_is_told_from_the_old_one_and_may_begin_anew(store: Store) -> None:
    store.take(make_beat(900, events=(make_event(1), make_event(2))), 1.0)
    new = make_beat(901, events=(make_event(1, boot="boot-2"),))
    assert took(store, new, 2.0) == (901, 0, True)
    assert seen(store).conflict
    assert store.begin_anew("nord")
    assert took(store, new, 3.0) == (901, 1, True)


def test_texts_with_everything_in_them_come_back_as_they_were(store: Store) -> None:
    odd = "tab\t line\n back\\ quote' \" \\N {} ü 🛰"
    beat = make_beat(1, operator=odd, line_since=Moment(0.1, 1.1, trusted=False, boot=odd))
    store.take(beat, 1.0)
    assert seen(store).beat == beat


def test_a_batch_is_taken_in_the_order_in_which_it_came(store: Store) -> None:
    beats = [make_beat(1), make_beat(3, line=Line.BACKUP), make_beat(2), make_beat(1, site="sued")]
    taken = store.take_all([*beats, make_beat(1, site="nowhere")], 1.0)
    assert [one and one.newest for one in taken] == [True, True, False, True, None]
    with store.read() as connection:
        flips = [(f.before, f.after) for f in views.last_flips(connection, "nord")]
    assert flips == [("ok", "backup"), ("never", "ok")]


def test_a_site_that_is_back_closes_its_alarm_and_an_order_rides_until_it_is_answered(
    store: Store,
) -> None:
    hands = Hands()
    store.take(make_beat(1), hands.wall_s)
    watcher = Watcher(store, hands.clock)
    for _ in range(25):
        watcher.look()
        hands.move(10)
    assert seen(store).state is State.SILENT
    with store.write() as connection:
        assert orders.place(connection, "nord", 17, "Ida", "centre", 1.0, 2.0)
    ack, _ = store.take(make_beat(2), hands.wall_s)
    assert [order.incident for order in ack.orders] == [17]
    with store.read() as connection:
        assert views.open_alarms(connection) == 0


def test_hours_are_settled_as_with_sqlite(store: Store) -> None:
    store.take(make_beat(1), 3600.0 * 1000)
    store.take(make_beat(2, line=Line.ISOLATED), 3600.0 * 1000 + 600)
    for _ in range(2):
        with store.write() as connection:
            assert rolling.settle(connection, 1000) is None
    query = select(t.roll_up.c.ok_s, t.roll_up.c.isolated_s).where(t.roll_up.c.site == "nord")
    with store.read() as connection:
        assert tuple(connection.execute(query).one()) == (600.0, 3000.0)


def test_receivers_side_by_side_store_each_event_once_and_wait_for_nobody_for_ever(
    store: Store, other: Store
) -> None:
    failures: list[BaseException] = []

    def receive(receiver: Store, turn: int) -> None:
        try:
            for round_ in range(1, 16):
                names = SITES if turn else tuple(reversed(SITES))
                events = (make_event(round_), make_event(round_ + 1))
                beats = [make_beat(2 * round_ + turn, site, events=events) for site in names]
                assert None not in receiver.take_all(beats, float(round_))
        except BaseException as error:  # noqa: BLE001 - told below, in the test's own thread
            failures.append(error)

    threads = [
        threading.Thread(target=receive, args=(one, n)) for n, one in enumerate((store, other))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT_S)
    assert failures == []
    for site in SITES:
        assert positions(store, site) == list(range(1, 17))
        view = seen(store, site)
        assert (view.stored_to, view.beat and view.beat.counter) == (16, 31)


def test_a_counter_is_newest_at_one_receiver_only(store: Store, other: Store) -> None:
    newest = [store.take(make_beat(5), 1.0)[1], other.take(make_beat(5), 1.0)[1]]
    assert newest == [True, False]


def test_many_receivers_that_start_at_once_make_one_set_of_tables(server: Postgresql) -> None:
    first = Store(server.url)
    with first.write() as connection:
        t.metadata.drop_all(connection)
    first.close()
    stores: list[Store] = []
    threads = [threading.Thread(target=lambda: stores.append(Store(server.url))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT_S)
    with stores[0].read() as connection:
        assert connection.execute(select(func.count()).select_from(t.schema)).scalar() == 1
    for store in stores:
        store.close()
    assert len(stores) == 4


def test_one_centre_watches_and_the_other_takes_over_when_it_is_gone(
    store: Store, other: Store
) -> None:
    first, second = Lease(store), Lease(other)
    assert first.hold()
    assert not second.hold()
    assert second.elsewhere
    assert first.hold()
    first.release()
    # The server ends the first one's session in its own time.
    deadline_s = time.monotonic() + WAIT_S
    while not second.hold() and time.monotonic() < deadline_s:
        time.sleep(0.05)
    assert second.hold()
    assert not first.hold()
    second.release()


def test_the_watch_stops_where_the_lease_is_lost_and_begins_where_it_is_got(
    store: Store, other: Store
) -> None:
    working = [threading.Event(), threading.Event()]
    stops = [threading.Event(), threading.Event()]

    def work(number: int, ending: threading.Event) -> None:
        working[number].set()
        ending.wait()
        working[number].clear()

    def centre(number: int, at: Store) -> threading.Thread:
        works = [lambda ending: work(number, ending)]
        thread = threading.Thread(target=run_as_one, args=(Lease(at), works, stops[number]))
        thread.start()
        return thread

    threads = [centre(0, store)]
    assert working[0].wait(WAIT_S)
    threads.append(centre(1, other))
    assert not working[1].wait(1.5)
    stops[0].set()
    assert working[1].wait(WAIT_S)
    assert not working[0].is_set()
    stops[1].set()
    for thread in threads:
        thread.join(WAIT_S)


@pytest.fixture
def tools(monkeypatch: pytest.MonkeyPatch) -> None:
    programs = unpacked("postgresql-client-15", "usr/lib/postgresql/15/bin")
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    monkeypatch.setenv("LD_LIBRARY_PATH", str(unpacked("libpq5", LIBRARIES)))


def test_a_copy_of_the_database_comes_back_and_never_under_a_centre_that_runs(
    server: Postgresql, store: Store, other: Store, tmp_path: Path, tools: None
) -> None:
    store.take(make_beat(3, events=(make_event(1),)), 1.0)
    copy = back_up(server.url, tmp_path, 14.0, 1.8e9)
    store.take(make_beat(9, events=(make_event(2),)), 2.0)
    lease = Lease(other)
    assert lease.hold()
    with pytest.raises(BackupError, match="still running"):
        restore(server.url, copy, 1.8e9)
    assert sorted(positions(store)) == [1, 2]
    lease.release()
    restore(server.url, copy, 1.8e9)
    assert positions(store) == [1]
    assert took(store, make_beat(5), 3.0) == (5, 1, True)


def test_a_copy_that_is_cut_short_leaves_the_database_as_it_was(
    server: Postgresql, store: Store, tmp_path: Path, tools: None
) -> None:
    store.take(make_beat(3), 1.0)
    copy = back_up(server.url, tmp_path, 14.0, 1.8e9)
    copy.write_bytes(copy.read_bytes()[:-200])
    store.take(make_beat(9), 2.0)
    with pytest.raises(BackupError):
        restore(server.url, copy, 1.8e9)
    assert took(store, make_beat(8), 3.0)[2] is False


def test_the_password_is_in_no_command_line(
    server: Postgresql, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program in pg_dump's place writes down what it was called with."""
    fake = tmp_path / "pg_dump"
    fake.write_text(
        f'#!/bin/sh\necho "$@" > {tmp_path}/words\necho "$PGPASSWORD" > {tmp_path}/secret\nexit 1\n'
    )
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    url = "postgresql://centre:gehe1m%21@db.example:5433/centre?sslmode=verify-full"
    with pytest.raises(BackupError):
        back_up(url, tmp_path, 14.0, 1.8e9)
    words = (tmp_path / "words").read_text()
    assert "gehe1m" not in words
    for part in ("host=db.example", "port=5433", "user=centre", "sslmode=verify-full"):
        assert part in words
    assert (tmp_path / "secret").read_text() == "gehe1m!\n"


def test_a_database_that_was_restarted_is_used_again(server: Postgresql, store: Store) -> None:
    store.take(make_beat(1), 1.0)
    lease = Lease(store)
    assert lease.hold()
    server.end(signal.SIGQUIT)
    with pytest.raises(OperationalError):
        store.take(make_beat(2), 2.0)
    assert not lease.hold()
    server.start()
    assert took(store, make_beat(2), 3.0) == (2, 0, True)
    assert lease.hold()
    lease.release()
