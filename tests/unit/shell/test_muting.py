"""A centre that is mute: told by the few that it chose, once, and its end to those who heard of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from notanker.core.delivery import Delivery
from notanker.plugin.sms import text as sms
from notanker.shell.journal import Journal
from notanker.shell.muting import Muting
from tests.unit.shell.journal_desk import open_journal

NUMBERS = ("+493023125110", "+493023125111")


def muting(
    store: Journal, sent: list[Delivery], language: str = "de", site: str = "nord"
) -> Muting:
    outbox = SimpleNamespace(add=lambda delivery, _: sent.append(delivery))
    return Muting(NUMBERS, site, language, store, outbox)  # type: ignore[arg-type]


def live(path: Path, work: Callable[[Journal, list[Delivery]], Awaitable[None]]) -> list[Delivery]:
    sent: list[Delivery] = []

    async def whole() -> None:
        async with open_journal(path / "journal.sqlite") as store:
            await work(store, sent)

    asyncio.run(whole())
    return sent


def test_the_few_tell_each_of_the_people_once_and_when_it_is_over(tmp_path: Path) -> None:
    async def work(store: Journal, sent: list[Delivery]) -> None:
        one = muting(store, sent)
        await one.chosen(herald=True)
        for mute in (False, True, True, True, False, False):
            await one.look(mute=mute)

    sent = live(tmp_path, work)
    assert [delivery.number for delivery in sent] == [*NUMBERS, *NUMBERS]
    assert "Zentrale stumm" in sent[0].text
    assert "wieder" in sent[2].text
    assert len({delivery.mark for delivery in sent}) == 4


def test_all_other_sites_say_nothing_by_sms(tmp_path: Path) -> None:
    async def work(store: Journal, sent: list[Delivery]) -> None:
        for herald in (None, False):
            one = muting(store, sent)
            if herald is not None:
                await one.chosen(herald=herald)
            for mute in (True, False):
                await one.look(mute=mute)

    assert live(tmp_path, work) == []


def test_a_restart_forgets_neither_the_choice_nor_what_was_told(tmp_path: Path) -> None:
    async def work(store: Journal, sent: list[Delivery]) -> None:
        await muting(store, sent).chosen(herald=True)
        for mute in (True, True, False, False):
            await muting(store, sent).look(mute=mute)

    assert len(live(tmp_path, work)) == 2 * len(NUMBERS)


def test_who_heard_of_it_hears_the_end_even_from_a_site_that_is_chosen_no_more(
    tmp_path: Path,
) -> None:
    async def work(store: Journal, sent: list[Delivery]) -> None:
        one = muting(store, sent)
        await one.chosen(herald=True)
        await one.look(mute=True)
        await one.chosen(herald=False)
        await one.look(mute=False)

    assert len(live(tmp_path, work)) == 2 * len(NUMBERS)


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_words_are_one_segment_with_their_mark(tmp_path: Path, language: str) -> None:
    async def work(store: Journal, sent: list[Delivery]) -> None:
        one = muting(store, sent, language, site="n" * 64)
        await one.chosen(herald=True)
        await one.look(mute=True)
        await one.look(mute=False)

    for delivery in live(tmp_path, work):
        assert sms.units(delivery.text) <= sms.SINGLE_UNITS
        assert delivery.text.endswith(f"Nr {delivery.mark}")
