"""What the journal gives back: facts, messages and numbers, in order and over a restart."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from notanker.core.delivery import Delivery
from notanker.core.facts import Queued, Settled
from notanker.core.names import Outcome
from notanker.shell import journal
from notanker.shell.journal import facts
from tests.unit.shell.journal_desk import (
    at,
    live,
    message,
    open_journal,
    opened,
    sql,
    started,
)


def test_facts_and_messages_come_back_in_order(path: Path) -> None:
    async def write() -> None:
        async with open_journal(path) as store:
            await store.do(
                journal.append([started(1), opened(1)], [message("1-1"), message("1-2")])
            )

    async def read() -> None:
        async with open_journal(path) as store:
            past = await store.do(journal.past)
            assert past.facts == (started(1), opened(1))
            assert [delivery.mark for delivery in past.deliveries] == ["1-1", "1-2"]
            assert past.unreadable == 0

    live(write())
    live(read())


def test_a_message_that_is_over_is_not_taken_up_again(path: Path) -> None:
    async def work() -> None:
        async with open_journal(path) as store:
            await store.do(journal.append([], [message("1-1"), message("1-2")]))
            await store.do(journal.update(message("1-1", Outcome.SENT)))
            await store.do(journal.append([Settled(at(2), 1, "1-1", Outcome.SENT, 1)]))
            past = await store.do(journal.past)
            assert [delivery.mark for delivery in past.deliveries] == ["1-2"]

    live(work())


def test_a_message_that_is_over_and_of_whose_end_no_fact_tells_comes_back(path: Path) -> None:
    async def work() -> None:
        async with open_journal(path) as store:
            await store.do(journal.append([], [message("1-1")]))
            await store.do(journal.update(message("1-1", Outcome.SENT)))
            broken = "insert into event values(9, 'Settled', '', 0, 0, 0, 'no JSON')"
            await store.do(sql(broken))
            (found,) = (await store.do(journal.past)).deliveries
            assert (found.mark, found.over) == ("1-1", True)

    live(work())


def test_facts_that_cannot_be_read_are_counted_and_the_others_used(path: Path) -> None:
    async def work() -> None:
        async with open_journal(path) as store:
            await store.do(journal.append([started(1)]))
            insert = "insert into event(kind,boot,boot_s,wall_s,trusted,fields) values(?,?,?,?,?,?)"
            for kind, values in (("Invented", "{}"), ("Started", "{}"), ("Started", "no json")):
                row = (kind, "b1", 1.0, 1.0, 1, values)
                await store.do(sql(insert, row))
            await store.do(journal.append([started(2)]))
            past = await store.do(journal.past)
            assert past.facts == (started(1), started(2))
            assert past.unreadable == 3

    live(work())


def test_a_message_in_a_state_of_another_version_is_taken_up_as_unknown(path: Path) -> None:
    async def work() -> None:
        async with open_journal(path) as store:
            await store.do(journal.append([], [message()]))
            await store.do(sql("update outbox set outcome = 'invented'"))
            past = await store.do(journal.past)
            assert past.deliveries[0].outcome is Outcome.UNKNOWN

    live(work())


def test_only_the_last_facts_are_read_but_always_the_open_incident(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facts, "HISTORY", 10)

    async def work() -> None:
        async with open_journal(path) as store:
            await store.do(journal.append([started(n) for n in range(30)]))
            assert len((await store.do(journal.past)).facts) == 10
            await store.do(journal.append([opened(1)]))
            await store.do(journal.append([started(n) for n in range(30)]))
            facts = (await store.do(journal.past)).facts
            assert facts[0] == opened(1)
            assert len(facts) == 11
            await store.do(journal.append([opened(2)]))
            facts = (await store.do(journal.past)).facts
            assert len(facts) == 11, "the first is still open"
            assert facts[-1] == opened(2)

    live(work())


def test_events_are_read_for_the_centre_from_a_position_on(path: Path) -> None:
    async def work() -> None:
        async with open_journal(path) as store:
            await store.do(journal.append([started(n) for n in range(10)]))
            events = await store.do(journal.events_after(4, 3))
            assert [event.position for event in events] == [5, 6, 7]
            assert events[0].at == at(4)
            assert await store.do(journal.last_position) == 10

    live(work())


def test_a_number_is_remembered(path: Path) -> None:
    async def work() -> None:
        async with open_journal(path) as store:
            assert await store.do(journal.recall("stored", 7)) == 7
            await store.do(journal.note("stored", 41))
            assert await store.do(journal.recall("stored", 7)) == 41

    live(work())


def test_a_message_and_the_fact_of_it_are_written_together_or_not_at_all(path: Path) -> None:
    queued = Queued(at(1), 1, "1-1", "T1", "mara", "Mara Beispiel", "+493023125110", "de")
    broken = Delivery("1-1", 1, "", "", 0.0, attempts=2**70)  # no database holds this number

    async def work() -> None:
        async with open_journal(path) as store:
            with pytest.raises(OverflowError):
                await store.do(journal.append([queued], [broken]))
            past = await store.do(journal.past)
            assert (past.facts, past.deliveries) == ((), ())

    live(work())


def test_a_settled_message_stays_settled_over_a_start(path: Path) -> None:
    settled = Settled(at(2), 1, "1-1", Outcome.SENT, 1)

    async def work() -> None:
        async with open_journal(path) as store:
            await store.do(journal.append([opened(1), settled], [message()]))
            await store.do(journal.update(message(outcome=Outcome.SENT)))

    async def again() -> None:
        async with open_journal(path) as store:
            past = await store.do(journal.past)
            assert past.facts[-1] == settled
            assert past.deliveries == ()

    live(work())
    live(again())


def test_the_journal_is_append_only(path: Path) -> None:
    async def work() -> None:
        async with open_journal(path) as store:
            await store.do(journal.append([started(1)]))
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                await store.do(sql("update event set kind = 'Never'"))
            assert (await store.do(journal.past)).facts == (started(1),)

    live(work())
