"""The dead man's switch: who is called silent, when, and who never is."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.central.conftest import Hands, Makers

from notanker_central import views
from notanker_central.config import Alarm
from notanker_central.notice import NAMED, SETTLE_S, SPACING_S, Untold, content, next_notice
from notanker_central.states import State
from notanker_central.store import Store
from notanker_central.teller import Teller, run_command
from notanker_central.watch import PAUSE_S, STEP_S, Look, Watched, decide
from notanker_central.watcher import Watcher

LOOK = Look(1000.0, 500.0)
SOON = Look(1001.0, 501.0)


@pytest.mark.parametrize(
    ("state", "due_s", "silent"),
    [
        (State.OK, 1001.0, True),
        (State.OK, 1001.5, False),
        (State.BACKUP, 900.0, True),
        (State.ISOLATED, 900.0, True),
        (State.SILENT, 900.0, False),
        (State.NEVER, 900.0, False),
        (State.OK, None, False),
    ],
)
def test_an_overdue_site_is_silent_once(state: State, due_s: float | None, silent: bool) -> None:
    assert bool(decide(LOOK, SOON, [Watched("nord", state, due_s)]).silent) is silent


@pytest.mark.parametrize(
    ("last", "now"),
    [
        (None, LOOK),
        (LOOK, Look(1100.0, 600.0)),  # nobody looked for 100 s
        (LOOK, Look(4600.0, 501.0)),  # the clock was put forward
        (LOOK, Look(100.0, 501.0)),  # or back
        (LOOK, Look(1060.0, 501.0)),  # the machine slept: the steady clock stood still
    ],
)
def test_the_centre_blames_no_site_for_its_own_absence(last: Look | None, now: Look) -> None:
    decision = decide(last, now, [Watched("nord", State.OK, 0.0)])
    assert decision.fresh_grace
    assert decision.silent == ()


_moment = st.floats(0, 1e6)


@given(
    st.floats(0, PAUSE_S),
    st.floats(-STEP_S / 2, STEP_S / 2),
    st.sampled_from(State),
    _moment | st.none(),
)
def test_exactly_the_overdue_sites_that_are_waited_for_fall_silent(
    passed: float, drift: float, state: State, due_s: float | None
) -> None:
    now = Look(LOOK.wall_s + passed + drift, LOOK.steady_s + passed)
    waited_for = state not in (State.SILENT, State.NEVER)
    expected = waited_for and due_s is not None and due_s <= now.wall_s
    assert decide(LOOK, now, [Watched("nord", state, due_s)]).silent == (
        ("nord",) if expected else ()
    )


@given(st.floats(-1e9, 1e9), st.floats(0, 1e9))
def test_a_jump_of_the_wall_clock_alone_silences_nobody(jump: float, passed: float) -> None:
    now = Look(LOOK.wall_s + passed + jump, LOOK.steady_s + passed)
    decision = decide(LOOK, now, [Watched("nord", State.OK, LOOK.wall_s + passed + 2 * STEP_S)])
    assert decision.silent == ()


def alarms(store: Store) -> list[views.AlarmView]:
    with store.read() as connection:
        return views.alarms(connection)


def state_of(store: Store, site: str = "nord") -> State:
    with store.read() as connection:
        view = views.one(connection, site)
    assert view is not None
    return view.state


def watch_for(watcher: Watcher, hands: Hands, seconds: float) -> None:
    for _ in range(int(seconds)):
        hands.move(1.0)
        watcher.look()


@pytest.fixture
def watcher(store: Store, hands: Hands) -> Watcher:
    watcher = Watcher(store, hands.clock)
    watcher.look()
    return watcher


def test_a_silent_site_opens_one_alarm_and_its_next_beat_closes_it(
    store: Store, make: Makers, hands: Hands, watcher: Watcher
) -> None:
    store.take(make.beat(1), hands.wall_s)
    watch_for(watcher, hands, 149)
    assert state_of(store) is State.OK
    watch_for(watcher, hands, 60)
    assert state_of(store) is State.SILENT
    assert [alarm.closed_s for alarm in alarms(store)] == [None]
    store.take(make.beat(2), hands.wall_s)
    assert state_of(store) is State.OK
    assert [alarm.closed_s for alarm in alarms(store)] == [hands.wall_s]


def test_a_replayed_beat_wakes_no_silent_site(
    store: Store, make: Makers, hands: Hands, watcher: Watcher
) -> None:
    store.take(make.beat(1), hands.wall_s)
    watch_for(watcher, hands, 160)
    store.take(make.beat(1), hands.wall_s)
    assert state_of(store) is State.SILENT


def test_a_site_that_never_reported_is_no_alarm(
    store: Store, hands: Hands, watcher: Watcher
) -> None:
    watch_for(watcher, hands, 300)
    assert alarms(store) == []


def test_after_a_restart_every_site_has_its_whole_patience_again(
    store: Store, make: Makers, hands: Hands, watcher: Watcher
) -> None:
    store.take(make.beat(1), hands.wall_s)
    hands.move(100_000.0)  # the centre was down
    again = Watcher(store, hands.clock)
    again.look()
    watch_for(again, hands, 149)
    assert alarms(store) == []
    watch_for(again, hands, 2)
    assert len(alarms(store)) == 1


def test_an_open_alarm_survives_a_restart_and_is_opened_once(
    store: Store, make: Makers, hands: Hands, watcher: Watcher
) -> None:
    store.take(make.beat(1), hands.wall_s)
    watch_for(watcher, hands, 151)
    hands.move(1000.0)
    again = Watcher(store, hands.clock)
    again.look()
    watch_for(again, hands, 300)
    assert len(alarms(store)) == 1


def test_many_sites_fall_silent_in_bounded_steps(
    store: Store, make: Makers, hands: Hands, watcher: Watcher
) -> None:
    names = [f"s{n}" for n in range(2500)]
    store.list_sites([make.site(name) for name in names])
    for name in names:
        store.take(make.beat(1, site=name), hands.wall_s)
    hands.move(1.0)
    watcher.look()
    hands.steady_s += 150  # as if time had passed with a look each second
    hands.wall_s += 150
    watcher._last = Look(hands.wall_s - 1, hands.steady_s - 1)
    assert watcher.look() is True
    assert watcher.look() is False
    with store.read() as connection:
        assert views.open_alarms(connection) == 2500


def test_a_failing_database_ends_no_watch(store: Store, hands: Hands, watcher: Watcher) -> None:
    with store.write() as connection:
        connection.exec_driver_sql("ALTER TABLE site RENAME TO gone")
    stop = Countdown(looks=3)
    watcher.run(stop)
    assert stop.looks == 0


class Countdown(threading.Event):
    """Stops the watch after some looks, without waiting in between."""

    def __init__(self, looks: int) -> None:
        super().__init__()
        self.looks = looks

    def is_set(self) -> bool:
        return self.looks == 0

    def wait(self, timeout: float | None = None) -> bool:
        self.looks -= 1
        return self.looks == 0


def untold(number: int, opened_s: float = 1000.0, closed_s: float | None = None) -> Untold:
    return Untold(number, f"s{number}", f"Site {number}", "", opened_s, closed_s)


def test_three_hundred_silent_sites_make_one_notice() -> None:
    many = [untold(n) for n in range(300)]
    assert next_notice(many, None, 1000.0 + SETTLE_S - 1) is None
    notice = next_notice(many, None, 1000.0 + SETTLE_S)
    assert notice is not None
    message: dict[str, Any] = content(notice, 300)
    assert message["silent"]["count"] == 300
    assert len(message["silent"]["sites"]) == NAMED
    assert "alle 300" in message["text"]["de"]


@given(st.lists(st.tuples(_moment, _moment | st.none()), max_size=20), _moment | st.none(), _moment)
def test_a_notice_is_never_late_and_never_two_in_a_minute(
    times: list[tuple[float, float | None]], tried_s: float | None, now_s: float
) -> None:
    items = [untold(n, opened, closed) for n, (opened, closed) in enumerate(times)]
    notice = next_notice(items, tried_s, now_s)
    if notice is not None:
        assert len(notice.silent) + len(notice.back) == len(items) > 0
        assert tried_s is None or not 0 <= now_s - tried_s < SPACING_S
    elif items and (tried_s is None or now_s - tried_s >= SPACING_S):
        assert any(now_s - SETTLE_S < (o if c is None else c) <= now_s for o, c in times)


def recorder(tmp_path: Path, code: int = 0) -> tuple[Alarm, Path]:
    target = tmp_path / "told.jsonl"
    script = (
        f"import sys; open({str(target)!r}, 'a').write(sys.stdin.read() + '\\n'); sys.exit({code})"
    )
    return Alarm(command=(sys.executable, "-c", script)), target


def test_people_are_told_once_that_a_site_is_silent_and_once_that_it_is_back(
    store: Store, make: Makers, hands: Hands, watcher: Watcher, tmp_path: Path
) -> None:
    alarm, target = recorder(tmp_path)
    teller = Teller(store, alarm, hands.clock)
    store.take(make.beat(1), hands.wall_s)
    watch_for(watcher, hands, 160)
    assert teller.tell() is True
    assert teller.tell() is False
    store.take(make.beat(2), hands.wall_s)
    hands.move(SPACING_S)
    assert teller.tell() is True
    assert teller.tell() is False
    told = [json.loads(line) for line in target.read_text().splitlines()]
    assert [(t["silent"]["count"], t["back"]["count"]) for t in told] == [(1, 0), (0, 1)]
    assert told[0]["text"] == {"de": "1 Standort stumm: Nord.", "en": "1 site silent: Nord."}


def test_a_notice_that_failed_is_tried_again_even_by_the_next_process(
    store: Store, make: Makers, hands: Hands, watcher: Watcher, tmp_path: Path
) -> None:
    broken, _ = recorder(tmp_path, code=3)
    store.take(make.beat(1), hands.wall_s)
    watch_for(watcher, hands, 160)
    assert Teller(store, broken, hands.clock).tell() is False
    works, target = recorder(tmp_path)
    assert Teller(store, works, hands.clock).tell() is True
    assert len(target.read_text().splitlines()) == 2


def test_of_a_silence_that_nobody_was_told_of_the_end_is_not_told_either(
    store: Store, make: Makers, hands: Hands, watcher: Watcher, tmp_path: Path
) -> None:
    alarm, target = recorder(tmp_path)
    store.take(make.beat(1), hands.wall_s)
    watch_for(watcher, hands, 151)
    store.take(make.beat(2), hands.wall_s)
    hands.move(100.0)
    assert Teller(store, alarm, hands.clock).tell() is False
    assert not target.exists()


def test_a_program_that_hangs_is_ended_with_all_it_started() -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        run_command(["sh", "-c", "sleep 600 & wait"], b"{}", limit_s=0.2)


def test_a_program_that_is_missing_ends_nothing(
    store: Store, make: Makers, hands: Hands, watcher: Watcher
) -> None:
    store.take(make.beat(1), hands.wall_s)
    watch_for(watcher, hands, 160)
    assert Teller(store, Alarm(command=("/nonexistent/program",)), hands.clock).tell() is False
