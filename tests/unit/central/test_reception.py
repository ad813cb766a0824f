"""One queue for all carriers: nobody is answered before the commit, and nobody pays for another's beat."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import msgspec
import pytest
from sqlalchemy import event, select
from tests.unit.central.conftest import Hands, Makers, ack_of

from notanker.beat.keys import SiteKey
from notanker.core.heartbeat import Beat
from notanker.core.names import Cause, Line
from notanker.shell.sealing import SiteSeal
from notanker_central import reception as receiving
from notanker_central import tables as t
from notanker_central import views
from notanker_central.opening import Opener
from notanker_central.reception import NotStoredError, Reception
from notanker_central.states import State
from notanker_central.store import Plain, Store
from notanker_central.taken import Taken

WAIT_S = 20.0


@pytest.fixture
def waiting(store: Store, opener: Opener, hands: Hands) -> Iterator[Reception]:
    """A reception whose writer is started by the test, so that beats wait together."""
    reception = Reception(store, opener, hands.clock)
    yield reception
    reception.close()


def counters(answers: list[bytes | None], beats: list[Beat]) -> list[int | None]:
    """Return which beats were acknowledged, None for each that was not."""
    return [
        None if answer is None else ack_of(answer, beat).counter
        for answer, beat in zip(answers, beats, strict=True)
    ]


def state_of(store: Store, site: str = "nord") -> views.SiteView:
    with store.read() as connection:
        view = views.one(connection, site)
    assert view is not None
    return view


def test_what_waits_is_stored_in_one_transaction(
    waiting: Reception, store: Store, make: Makers
) -> None:
    beats = [make.beat(1), make.beat(2), make.beat(7, site="sued")]
    carriers = ("udp", "udp", "https")
    pending = [
        waiting.submit(make.sealed(beat), by) for beat, by in zip(beats, carriers, strict=True)
    ]
    begun: list[object] = []
    event.listen(store.engine, "begin", begun.append)
    waiting.start()
    assert counters([one.result(WAIT_S) for one in pending], beats) == [1, 2, 7]
    assert len(begun) == 1
    assert waiting.by_carrier == {("udp", "stored"): 2, ("https", "stored"): 1}


def test_nobody_is_answered_before_the_commit(
    reception: Reception, store: Store, make: Makers
) -> None:
    with store.write():  # the writer has to wait for this
        pending = reception.submit(make.sealed(make.beat(1)), "udp")
        with pytest.raises(TimeoutError):
            pending.result(0.05)
    assert ack_of(pending.result(WAIT_S), make.beat(1)).counter == 1


def test_a_bad_beat_is_refused_alone(reception: Reception, make: Makers) -> None:
    stranger = SiteSeal(SiteKey(1, bytes(32))).seal(make.beat(5))
    given = [b"\0", make.sealed(make.beat(1)), stranger, b"{}", b""]
    answers = reception.submit_all(given, "udp").result(WAIT_S)
    assert [answer is not None for answer in answers] == [False, True, False, False, False]
    assert reception.counts == {"stored": 1, "not-authentic": 1, "malformed": 3}


def test_a_refused_beat_says_why(reception: Reception) -> None:
    pending = reception.submit(b"{}", "https")
    assert pending.result(WAIT_S) is None
    assert pending.reason == "malformed"


def test_a_beat_that_comes_again_gets_the_same_answer_again(
    reception: Reception, make: Makers
) -> None:
    sealed = make.sealed(make.beat(1))
    first = reception.submit(sealed, "udp").result(WAIT_S)
    assert reception.submit(sealed, "udp").result(WAIT_S) == first
    assert reception.counts == {"stored": 1, "repeated": 1}


def test_within_a_batch_the_newest_wins_and_each_change_is_recorded(
    waiting: Reception, store: Store, make: Makers
) -> None:
    beats = [
        make.beat(1),
        make.beat(3, line=Line.BACKUP, cause=Cause.PROVIDER),
        make.beat(2, line=Line.ISOLATED),
        make.beat(4),
        make.beat(4, line=Line.ISOLATED),
    ]
    pending = waiting.submit_all([make.sealed(beat) for beat in beats], "udp")
    waiting.start()
    assert counters(pending.result(WAIT_S), beats) == [1, 3, None, 4, None]
    with store.read() as connection:
        flips = [(f.before, f.after) for f in views.last_flips(connection, "nord")]
    assert flips == [("backup", "ok"), ("ok", "backup"), ("never", "ok")]
    assert (state_of(store).state, state_of(store).old_beats) == (State.OK, 2)
    assert waiting.counts == {"stored": 3, "replayed": 2}


def test_events_that_come_twice_in_a_batch_are_stored_once(
    waiting: Reception, store: Store, make: Makers
) -> None:
    first = make.beat(1, events=(make.event(1), make.event(2)))
    again = make.beat(2, events=(make.event(2), make.event(3)))
    late = make.beat(3, events=(make.event(6),))
    other = make.beat(9, site="sued", events=(make.event(1),))
    beats = [first, again, late, other]
    pending = waiting.submit_all([make.sealed(beat) for beat in beats], "udp")
    waiting.start()
    answers = zip(pending.result(WAIT_S), beats, strict=True)
    assert [ack_of(one, beat).stored_to for one, beat in answers] == [3, 3, 3, 1]
    with store.read() as connection:
        stored = connection.execute(select(t.event.c.site, t.event.c.position)).all()
    assert sorted(map(tuple, stored)) == [("nord", n) for n in (1, 2, 3, 6)] + [("sued", 1)]


def test_one_beat_of_a_batch_that_contradicts_the_journal_holds_back_no_other(
    waiting: Reception, store: Store, make: Makers
) -> None:
    old = make.beat(1, events=(make.event(1), make.event(2)))
    new = make.beat(2, events=(make.event(2, boot="boot-2"),))
    pending = waiting.submit_all([make.sealed(beat) for beat in (old, new)], "udp")
    waiting.start()
    answers = zip(pending.result(WAIT_S), (old, new), strict=True)
    assert [ack_of(one, beat).stored_to for one, beat in answers] == [2, 1]
    assert state_of(store).conflict


def test_a_database_that_fails_answers_nobody_and_loses_nothing(
    reception: Reception, store: Store, make: Makers
) -> None:
    with store.write() as connection:
        connection.exec_driver_sql("ALTER TABLE event RENAME TO gone")
    beats = (make.beat(1, events=(make.event(1),)), make.beat(1, site="sued"))
    one, other = map(make.sealed, beats)
    with pytest.raises(NotStoredError, match="not-stored"):
        reception.submit_all([one, other], "udp").result(WAIT_S)
    with store.write() as connection:
        connection.exec_driver_sql("ALTER TABLE gone RENAME TO event")
    answers = reception.submit_all([one, other], "udp").result(WAIT_S)
    acks = [ack_of(answer, beat) for answer, beat in zip(answers, beats, strict=True)]
    assert [ack.stored_to for ack in acks] == [1, 0]
    assert reception.counts == {"not-stored": 2, "stored": 2}


class Trusting:
    """Opens whatever is a beat, and passes on what a check should have caught."""

    def open(self, sealed: bytes) -> Plain:
        if sealed == b"bug":
            raise ZeroDivisionError
        beat = msgspec.json.decode(sealed, type=Beat)
        return Plain(beat.site, beat.counter, beat)

    def answer(self, opened: Plain, taken: Taken) -> bytes:
        return msgspec.json.encode(taken.ack)


def test_one_beat_that_no_database_takes_does_not_keep_out_the_others(
    store: Store, make: Makers, hands: Hands
) -> None:
    reception = Reception(store, Trusting(), hands.clock)
    beats = [make.beat(1), make.beat(2**63, site="sued"), make.beat(2), make.beat(1, site="west")]
    pending = reception.submit_all([msgspec.json.encode(beat) for beat in beats], "udp")
    reception.start()
    answers = pending.result(WAIT_S)
    assert [answer is not None for answer in answers] == [True, False, True, False]
    assert reception.counts == {"stored": 2, "not-storable": 2}
    reception.close()


def test_a_fault_of_our_own_ends_neither_the_writer_nor_the_batch(
    store: Store, make: Makers, hands: Hands
) -> None:
    reception = Reception(store, Trusting(), hands.clock)
    reception.start()
    pending = reception.submit_all([b"bug", msgspec.json.encode(make.beat(1))], "udp")
    assert pending.result(WAIT_S)[1] is not None
    assert reception.counts == {"not-opened": 1, "stored": 1}
    reception.close()


def test_what_is_too_much_is_turned_away_at_once_and_counted(
    waiting: Reception, make: Makers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "MOST_WAITING", 3)
    beats = [make.sealed(make.beat(n)) for n in range(1, 5)]
    kept = waiting.submit_all(beats, "udp")
    with pytest.raises(NotStoredError, match="overload"):
        waiting.submit(beats[0], "https").result(0)
    assert waiting.by_carrier == {("https", "overload"): 1}
    waiting.start()
    assert None not in kept.result(WAIT_S)


def test_what_waits_at_the_end_is_stored_and_what_comes_later_is_turned_away(
    waiting: Reception, store: Store, make: Makers
) -> None:
    last = waiting.submit(make.sealed(make.beat(5)), "udp")
    waiting.start()
    waiting.close()
    assert ack_of(last.result(0), make.beat(5)).counter == 5
    with pytest.raises(NotStoredError, match="ending"):
        waiting.submit(make.sealed(make.beat(6)), "udp").result(0)


def test_many_threads_hand_in_and_each_gets_its_own_answer(
    reception: Reception, store: Store, make: Makers
) -> None:
    got: dict[int, int | None] = {}

    def site(first: int) -> None:
        for counter in range(first, 101, 4):
            beat = make.beat(counter)
            answer = reception.submit(make.sealed(beat), "https").result(WAIT_S)
            got[counter] = counters([answer], [beat])[0]

    threads = [threading.Thread(target=site, args=(1 + n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {counter for counter, told in got.items() if told not in (counter, None)} == set()
    assert reception.counts["stored"] == len([told for told in got.values() if told])
    newest = state_of(store).beat
    assert newest is not None
    assert newest.counter == 100
