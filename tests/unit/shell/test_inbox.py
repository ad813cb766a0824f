"""The inbox: every SMS is on disk before its device forgets it, and is handed on once."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from notanker.plugin import Inbound
from notanker.shell import journal
from notanker.shell.inbox import Inbox, Sms
from notanker.shell.journal import Journal
from notanker.shell.logs import QUIET
from tests.unit.shell.pdus import deliver

MARA = "+491713920010"
LONG = "Die Hauptleitung ist seit 10:42 Uhr aus, wir arbeiten über LTE weiter. " * 5
EMOJI = "😀" * 100


@dataclass
class Desk:
    """An inbox at work on a real journal, and what it handed on."""

    store: Journal
    inbox: Inbox
    heard: list[Sms]
    told: asyncio.Event


def live(path: Path, story: Callable[[Desk], Coroutine[Any, Any, None]]) -> list[Sms]:
    heard: list[Sms] = []

    async def work() -> None:
        told = asyncio.Event()

        async def hear(sms: Sms) -> None:
            heard.append(sms)
            told.set()

        store = Journal(path)
        store.start()
        inbox = Inbox(store, hear, QUIET)
        task = asyncio.create_task(inbox.run())
        try:
            await story(Desk(store, inbox, heard, told))
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await asyncio.to_thread(store.close)

    asyncio.run(work())
    return heard


def inbound(*pdus: str) -> tuple[Inbound, ...]:
    return tuple(Inbound(name=f"SM:{n}", pdu=pdu) for n, pdu in enumerate(pdus, 1))


def take(path: Path, *batches: tuple[Inbound, ...]) -> list[Sms]:
    async def story(desk: Desk) -> None:
        for batch in batches:
            await desk.inbox.take("lte1", batch)

    return live(path, story)


def test_an_sms_is_handed_on_with_sender_and_text(path: Path) -> None:
    assert take(path, inbound(*deliver(MARA, "OK 17"))) == [Sms("lte1", MARA, "OK 17")]


def test_the_same_sms_is_handed_on_once_whatever_it_is_called(path: Path) -> None:
    (pdu,) = deliver(MARA, "OK 17")
    other = (Inbound(name="ME:9", pdu=pdu.lower()),)
    assert len(take(path, inbound(pdu), inbound(pdu), other)) == 1
    assert take(path, inbound(pdu)) == []  # nor after a restart


def test_two_sms_that_say_the_same_at_different_times_are_two(path: Path) -> None:
    first, second = (deliver(MARA, "OK 17", second=n)[0] for n in (1, 2))
    assert len(take(path, inbound(first, second))) == 2


@pytest.mark.parametrize("text", [LONG, EMOJI])
def test_a_long_sms_is_joined_in_any_order_and_over_a_restart(path: Path, text: str) -> None:
    parts = deliver(MARA, text)
    assert len(parts) >= 3
    assert take(path, inbound(parts[2], parts[0])) == []
    heard = take(path, inbound(parts[0]), *(inbound(part) for part in parts[1:]))
    assert [sms.text for sms in heard] == [text]
    assert take(path, inbound(*parts)) == []


def test_a_part_that_never_comes_leaves_a_gap(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from notanker.plugin.sms import parts as collecting
    from notanker.shell import inbox

    monkeypatch.setattr(inbox, "LOOK_S", 0.01)
    monkeypatch.setattr(collecting.Collector.__init__, "__defaults__", (0.05, 64))
    parts = deliver(MARA, LONG)

    async def story(desk: Desk) -> None:
        await desk.inbox.take("lte1", inbound(parts[0], *parts[2:]))
        await asyncio.wait_for(desk.told.wait(), 10)

    (sms,) = live(path, story)
    assert f"[2/{len(parts)}?]" in sms.text


@pytest.mark.parametrize("pdu", ["", "zz", "00", "07", "FF" * 200, "0011000B91"])
def test_what_cannot_be_read_is_kept_and_told_and_stops_nothing(path: Path, pdu: str) -> None:
    good = deliver(MARA, "OK 17")
    heard = take(path, (Inbound(name="SM:1", pdu=pdu or "0"), *inbound(*good)))
    assert heard[-1].text == "OK 17"
    assert heard[0].reason
    assert (heard[0].sender, heard[0].text) == ("", "")


def test_a_name_as_sender_is_known_as_one(path: Path) -> None:
    (sms,) = take(path, inbound(*deliver("Mara", "OK 17", name=True)))
    assert (sms.sender, sms.alphanumeric) == ("Mara", True)


def test_a_device_that_hides_pdus_is_heard_as_well(path: Path) -> None:
    item = Inbound(name="40001", sender=MARA, text="OK 17", sent="2026-11-25 10:42:07")
    again = Inbound(name="40007", sender=MARA, text="OK 17", sent="2026-11-25 10:42:07")
    assert [sms.text for sms in take(path, (item,), (again,))] == ["OK 17"]


def test_half_a_character_does_not_keep_an_sms_out(path: Path) -> None:
    (sms,) = take(path, (Inbound(name="1", sender=MARA, text="OK \ud83d 17"),))
    assert sms.text == "OK ? 17"


def test_what_was_written_down_but_not_handed_on_is_handed_on_at_the_next_start(
    path: Path,
) -> None:
    async def crash(sms: Sms) -> None:
        raise KeyboardInterrupt

    async def work() -> None:
        store = Journal(path)
        store.start()
        try:
            await Inbox(store, crash, QUIET).take("lte1", inbound(*deliver(MARA, "OK 17")))
        except KeyboardInterrupt:
            pass
        finally:
            await asyncio.to_thread(store.close)

    asyncio.run(work())

    async def wait(desk: Desk) -> None:
        await asyncio.wait_for(desk.told.wait(), 10)
        assert await desk.store.do(journal.unhandled) == ()

    assert [sms.text for sms in live(path, wait)] == ["OK 17"]


def test_five_hundred_sms_through_twenty_slots_are_all_heard_once(path: Path) -> None:
    pdus = [deliver(MARA, f"Nr {n}", second=n % 60)[0] for n in range(500)]
    batches = [inbound(*pdus[n : n + 20]) for n in range(0, 500, 20)]
    # Each batch is read twice: by its notice, and by the poll that follows.
    heard = take(path, *(batch for batch in batches for _ in range(2)))
    assert [sms.text for sms in heard] == [f"Nr {n}" for n in range(500)]


def at_once(path: Path, work: Callable[[Journal], Coroutine[Any, Any, None]]) -> None:
    """Do the work on a real journal."""

    async def all_of_it() -> None:
        store = Journal(path)
        store.start()
        try:
            await work(store)
        finally:
            await asyncio.to_thread(store.close)

    asyncio.run(all_of_it())


async def let_others_run(store: Journal) -> None:
    """Give everybody else, the journal's thread too, the time for some steps."""
    for _ in range(5):
        await store.do(lambda _: None)


def test_what_is_being_handed_on_is_not_found_on_disk_and_handed_on_again(path: Path) -> None:
    heard: list[str] = []

    async def work(store: Journal) -> None:
        begun = asyncio.Event()

        async def hear(sms: Sms) -> None:
            heard.append(sms.text)
            begun.set()
            await let_others_run(store)

        inbox = Inbox(store, hear, QUIET)
        taking = asyncio.create_task(inbox.take("lte1", inbound(*deliver(MARA, "OK 17"))))
        await begun.wait()
        running = asyncio.create_task(inbox.run())
        await taking
        await let_others_run(store)
        running.cancel()

    at_once(path, work)
    assert heard == ["OK 17"]


def test_a_modem_that_is_heard_for_the_first_time_does_not_disturb_the_looking_through(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from notanker.plugin.sms import parts as collecting
    from notanker.shell import inbox as module

    monkeypatch.setattr(module, "LOOK_S", 0.0)
    monkeypatch.setattr(collecting.Collector.__init__, "__defaults__", (0.0, 64))
    parts = deliver(MARA, LONG)
    heard: list[str] = []

    async def work(store: Journal) -> None:
        others: list[asyncio.Task[None]] = []

        async def hear(sms: Sms) -> None:
            heard.append(sms.text)
            if not others:
                others.append(asyncio.create_task(inbox.take("lte2", inbound(parts[1]))))
                await let_others_run(store)

        inbox = Inbox(store, hear, QUIET)
        await inbox.take("lte1", inbound(parts[0]))
        running = asyncio.create_task(inbox.run())
        while len(heard) < 2 and not running.done():
            await let_others_run(store)
        assert not running.done(), running.exception()
        running.cancel()

    at_once(path, work)
    assert len(heard) == 2


def test_what_a_fault_of_the_disk_kept_from_being_handed_on_is_taken_up_without_a_restart(
    path: Path,
) -> None:
    heard: list[str] = []
    faults = [sqlite3.OperationalError("full")]

    async def work(store: Journal) -> None:
        async def hear(sms: Sms) -> None:
            if faults:
                raise faults.pop()
            heard.append(sms.text)

        inbox = Inbox(store, hear, QUIET)
        two = inbound(*(deliver(MARA, text)[0] for text in ("OK 17", "OK 18")))
        with pytest.raises(sqlite3.OperationalError):
            await inbox.take("lte1", two)
        await inbox.take("lte1", two)

    at_once(path, work)
    assert heard == ["OK 17", "OK 18"]


def test_what_was_waited_for_in_vain_survives_a_fault_of_the_disk_too(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from notanker.plugin.sms import parts as collecting

    monkeypatch.setattr(collecting.Collector.__init__, "__defaults__", (0.0, 64))
    parts = deliver(MARA, LONG)
    heard: list[str] = []
    faults = [sqlite3.OperationalError("full")]

    async def work(store: Journal) -> None:
        told = asyncio.Event()

        async def hear(sms: Sms) -> None:
            if faults:
                raise faults.pop()
            heard.append(sms.text)
            told.set()

        inbox = Inbox(store, hear, QUIET)
        await inbox.take("lte1", inbound(parts[0]))
        with pytest.raises(sqlite3.OperationalError):
            await inbox.run()
        again = asyncio.create_task(inbox.run())  # as the agent begins a part again that failed
        await asyncio.wait_for(told.wait(), 30)
        again.cancel()

    at_once(path, work)
    assert len(heard) == 1
