"""What the journal knows of incidents: each is whole, however much happened since it began."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from notanker.core import incident as incidents
from notanker.core.budget import Band
from notanker.core.facts import (
    BandEntered,
    DeviceTold,
    Fact,
    LineChanged,
    Opened,
    Queued,
    Resolved,
    Settled,
    Started,
)
from notanker.core.moment import Moment
from notanker.core.names import Cause, Line, Outcome, Uplink
from notanker.shell import journal
from notanker.shell.journal import facts


@pytest.fixture
def store(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = journal.open_database(tmp_path / "journal.sqlite")
    yield connection
    connection.close()


def at(number: float) -> Moment:
    return Moment(float(number), 1_790_000_000.0 + number, trusted=True, boot="b1")


def opened(number: int, system: str = "") -> Opened:
    return Opened(at(number), number, Cause.PROVIDER, "icmp 0/3", Line.BACKUP, system=system)


def queued(number: int, place: int = 1) -> Queued:
    mark = f"{number}-{place}"
    return Queued(at(number), number, mark, "T1", "mara", "Mara Beispiel", "+493023125110", "de")


def started(count: int) -> list[Fact]:
    return [Started(at(number), Uplink.PRIMARY, "0.1.0") for number in range(count)]


def write(store: sqlite3.Connection, *given: Fact) -> None:
    with store:
        journal.append(given)(store)


def test_two_open_incidents_outlive_any_number_of_facts_between(store: sqlite3.Connection) -> None:
    write(store, opened(1, "switch"), queued(1), *started(6_000))
    write(store, opened(2), queued(2), *started(6_000))
    known = incidents.fold(journal.past(store).facts)
    assert [one.number for one in known.open] == [2, 1]
    assert [[told.queued.mark for told in one.told] for one in known.open] == [["2-1"], ["1-1"]]


def test_an_incident_that_is_over_stays_over(store: sqlite3.Connection) -> None:
    write(store, opened(1), queued(1), *started(6_000), Resolved(at(9), 1), *started(10))
    known = incidents.fold(journal.past(store).facts)
    assert known.open == ()
    assert [len(one.told) for one in known.done] == [1], "its opening was read with its end"


def test_the_last_number_is_known_however_long_ago_it_was(store: sqlite3.Connection) -> None:
    write(store, opened(1), Resolved(at(2), 1), opened(2), Resolved(at(3), 2), *started(6_000))
    found = journal.past(store).facts
    assert len(found) == facts.HISTORY + 2
    assert [one.number for one in incidents.fold(found).all] == [2]


def test_a_start_reads_facts_in_their_order_and_none_twice(store: sqlite3.Connection) -> None:
    mixed: list[Fact] = [opened(1, "switch"), opened(2), queued(1), queued(2), queued(1, 2)]
    write(store, *mixed, *started(5_000), Settled(at(5), 1, "1-1", Outcome.SENT, 1))
    found = journal.past(store).facts
    assert found[:5] == tuple(mixed)
    assert len(found) == 5 + facts.HISTORY


def test_a_line_that_flaps_for_weeks_does_not_fill_the_memory(
    store: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facts, "FIRST", 10)
    monkeypatch.setattr(facts, "HISTORY", 10)
    flaps = [LineChanged(at(n), Line.BACKUP, 1) for n in range(200)]
    write(store, opened(1), *flaps, queued(1), *flaps, queued(1, 2), *started(20))
    found = journal.past(store).facts
    assert len(found) == 10 + 2 + 10
    (known,) = incidents.fold(found).open
    assert [told.queued.mark for told in known.told] == ["1-1", "1-2"], "no mark is given twice"


def test_one_incident_is_read_whole_however_long_ago_it_was(store: sqlite3.Connection) -> None:
    write(store, opened(1), queued(1), Resolved(at(2), 1), *started(6_000), opened(2))
    assert journal.facts_of(1)(store) == (opened(1), queued(1), Resolved(at(2), 1))
    assert journal.facts_of(3)(store) == ()
    assert journal.incident_numbers(10)(store) == (2, 1)
    assert journal.incident_numbers(1)(store) == (2,)


def test_what_else_befell_the_site_is_found_beside_an_incident(store: sqlite3.Connection) -> None:
    before = [BandEntered(at(0), Band.PLENTY, n, 9) for n in (1, 2)]
    told = DeviceTold(at(2), "lte1", "unplugged")
    write(store, *before, DeviceTold(at(0), "lte1", "before"), opened(1), opened(2), told)
    write(store, Resolved(at(3), 1), DeviceTold(at(4), "lte1", "after"))
    assert journal.facts_beside(1)(store) == (before[1], told)
    assert len(journal.facts_beside(2)(store)) == 3, "it is still open"
    assert journal.facts_beside(3)(store) == ()


def test_incidents_are_found_by_an_index(store: sqlite3.Connection) -> None:
    asked: list[str] = []
    store.set_trace_callback(asked.append)
    journal.facts_of(7)(store)
    journal.incident_numbers(5)(store)
    list(facts._open(store))
    store.set_trace_callback(None)
    for statement in asked:
        plan = " ".join(str(row) for row in store.execute(f"explain query plan {statement}"))
        assert "event_incident" in plan, statement


@pytest.mark.parametrize("fields", ["{", "[]", '{"incident": "x"}', '{"incident": 1e99}', "null"])
def test_a_row_that_somebody_broke_costs_itself_alone(
    store: sqlite3.Connection, fields: str
) -> None:
    write(store, opened(1))
    with store:
        facts.append(store, [("Opened", "b1", 1.0, 1.0, True, fields)])
    past = journal.past(store)
    assert (past.facts, past.unreadable) == ((opened(1),), 1)
    assert 1 in journal.incident_numbers(10)(store)
