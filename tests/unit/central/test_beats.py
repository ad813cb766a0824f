"""What is stored of a beat, what of it is acknowledged, and what a site that begins anew gets."""

from __future__ import annotations

import dataclasses

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.central.conftest import Makers

from notanker.core.heartbeat import Ack
from notanker.core.moment import Moment
from notanker.core.names import Cause, Line
from notanker_central import views
from notanker_central.journals import complete_to
from notanker_central.states import State
from notanker_central.store import Store
from notanker_central.tables import NO_POSITION
from notanker_central.taking import LONGEST_INTERVAL_S, patience_s


def seen(store: Store, site: str = "nord") -> views.SiteView:
    with store.read() as connection:
        view = views.one(connection, site)
    assert view is not None
    return view


def positions(store: Store, site: str = "nord") -> list[int]:
    with store.read() as connection:
        return sorted(row.position for row in views.last_events(connection, site))


def test_the_newest_beat_wins_and_an_older_one_has_no_effect(store: Store, make: Makers) -> None:
    assert store.take(make.beat(7, line=Line.BACKUP), 1.0) == (Ack(7, 0, herald=True), True)
    assert not store.take(make.beat(6), 2.0)[1]
    assert not store.take(make.beat(7), 3.0)[1]
    view = seen(store)
    assert (view.state, view.received_s, view.old_beats) == (State.BACKUP, 1.0, 2)


def test_an_event_is_stored_once_however_often_it_comes(store: Store, make: Makers) -> None:
    events = (make.event(1), make.event(2))
    for counter in (1, 2, 3):
        ack, _ = store.take(make.beat(counter, events=events), 1.0)
        assert ack.stored_to == 2
    assert positions(store) == [1, 2]


def test_nothing_of_an_old_beat_is_stored(store: Store, make: Makers) -> None:
    store.take(make.beat(5, events=(make.event(1),)), 1.0)
    assert not store.take(make.beat(4, events=(make.event(2),)), 2.0)[1]
    assert positions(store) == [1]


def test_a_missing_position_holds_the_acknowledgement_back_until_it_has_come(
    store: Store, make: Makers
) -> None:
    store.take(make.beat(1, events=(make.event(1),)), 1.0)
    assert store.take(make.beat(2, events=(make.event(3),)), 2.0)[0].stored_to == 1
    assert store.take(make.beat(3, events=(make.event(2),)), 3.0)[0].stored_to == 3


def test_the_first_events_that_a_fresh_centre_sees_begin_the_journal(
    store: Store, make: Makers
) -> None:
    assert store.take(make.beat(1), 1.0)[0].stored_to == 0
    assert store.take(make.beat(2, events=(make.event(501),)), 2.0)[0].stored_to == 501
    assert store.take(make.beat(3), 3.0)[0].stored_to == 501


def test_a_new_journal_is_not_taken_for_the_old_one(store: Store, make: Makers) -> None:
    old = tuple(make.event(n) for n in range(1, 6))
    store.take(make.beat(900, events=old), 1.0)
    new = tuple(make.event(n, boot="boot-2") for n in range(1, 3))
    ack, newest = store.take(make.beat(901, events=new), 2.0)
    assert (ack.stored_to, newest) == (0, True)  # the site keeps what it has
    assert seen(store).conflict


def test_an_operator_lets_a_site_with_a_new_card_begin_anew(store: Store, make: Makers) -> None:
    store.take(make.beat(900, events=(make.event(1), make.event(2))), 1.0)
    new = (make.event(1, boot="boot-2"),)
    store.take(make.beat(1, events=new), 2.0)
    assert store.begin_anew("nord")
    assert store.take(make.beat(2, events=new), 3.0) == (Ack(2, 1, herald=True), True)
    assert not seen(store).conflict
    assert positions(store) == [1, 1, 2]  # the old journal is kept


def test_only_a_known_site_can_begin_anew(store: Store) -> None:
    assert not store.begin_anew("nowhere")


def test_events_that_are_dated_anew_are_still_the_same_events(store: Store, make: Makers) -> None:
    first = make.event(1)
    later = type(first)(
        1, first.kind, Moment(first.at.boot_s, 5.0, True, first.at.boot), first.fields
    )
    store.take(make.beat(1, events=(first,)), 1.0)
    assert store.take(make.beat(2, events=(later,)), 2.0)[0].stored_to == 1


def test_a_change_of_state_is_recorded_once(store: Store, make: Makers) -> None:
    store.take(make.beat(1), 1.0)
    store.take(make.beat(2, line=Line.HOLD_OFF), 2.0)
    store.take(make.beat(3, line=Line.BACKUP, cause=Cause.PROVIDER), 3.0)
    store.take(make.beat(4, line=Line.WAIT_TO_RESTORE), 4.0)
    with store.read() as connection:
        flips = [(f.before, f.after, f.cause) for f in views.last_flips(connection, "nord")]
    assert flips == [("ok", "backup", "provider"), ("never", "ok", "")]


def test_since_is_what_the_site_says_unless_its_clock_is_not_trusted(
    store: Store, make: Makers
) -> None:
    now_s = make.start_s + 50
    store.take(make.beat(1, line_since=Moment(1.0, make.start_s)), now_s)
    assert seen(store).since_s == make.start_s
    lying = Moment(1.0, 9e15)
    store.take(make.beat(1, site="sued", line_since=lying), now_s)
    assert seen(store, "sued").since_s == now_s


def test_what_a_beat_leaves_out_is_as_in_the_one_before(store: Store, make: Makers) -> None:
    whole = make.beat(1, operator="Musternetz", plan_seq=7, cause=Cause.PROVIDER)
    store.take(whole, 1.0)
    blank = make.beat(2, version="", same=True, findings=3)
    store.take(blank, 2.0)
    assert seen(store).beat == dataclasses.replace(whole, counter=2, findings=3)
    later = dataclasses.replace(blank, counter=3, events=(make.event(1),))
    store.take_all([dataclasses.replace(whole, counter=2, operator="old"), later], 3.0)
    assert seen(store).beat == dataclasses.replace(whole, counter=3, findings=3)
    store.take(make.beat(1, site="sued", version="", same=True), 1.0)
    assert seen(store, "sued").beat == make.beat(1, site="sued", version="")


def test_beats_survive_a_reopening_of_the_database(store: Store, make: Makers) -> None:
    store.take(make.beat(3, events=(make.event(1),)), 1.0)
    again = Store(str(store.engine.url))
    assert seen(again).beat == make.beat(3)
    assert positions(again) == [1]
    again.close()


def test_a_site_that_is_no_longer_listed_is_not_shown_but_its_history_stays(
    store: Store, make: Makers
) -> None:
    store.take(make.beat(1, events=(make.event(1),)), 1.0)
    store.list_sites([make.site("sued")])
    with store.read() as connection:
        assert views.one(connection, "nord") is None
    store.list_sites([make.site("nord"), make.site("sued")])
    assert positions(store) == [1]
    assert store.take(make.beat(1), 2.0)[1] is False


def test_the_database_syncs_to_disk_before_each_acknowledgement(store: Store) -> None:
    with store.write() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2  # FULL
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


@given(st.integers(0, 50), st.sets(st.integers(1, 200)))
def test_below_the_acknowledged_position_there_is_no_gap(start: int, above: set[int]) -> None:
    ordered = sorted(n for n in above if n > start)
    result = complete_to(start, ordered)
    assert all(n in above for n in range(start + 1, result + 1))
    assert result + 1 not in above
    assert complete_to(NO_POSITION, ordered) == complete_to(min(ordered, default=0) - 1, ordered)


def test_a_site_may_ask_for_patience_but_not_mute_the_switch() -> None:
    assert patience_s(60, 90, 10) == 150
    assert patience_s(60, 90, 900) == 990
    assert patience_s(60, 90, 1e12) == LONGEST_INTERVAL_S + 90
