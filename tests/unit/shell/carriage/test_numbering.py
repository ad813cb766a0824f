"""No counter comes twice: not after a stop, nor with a journal that was lost, nor with an older copy."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from notanker.shell import clock
from notanker.shell.carriage.contract import CarrierError
from notanker.shell.carriage.numbering import BLOCK, Numbering
from tests.unit.shell.journal_desk import open_journal

MADE_S = 1_795_000_000.0


class Hands:
    """A clock that the test sets."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.wall_s, self.right = MADE_S, False
        patch.setattr(clock, "wall_s", lambda: self.wall_s)
        patch.setattr(clock, "trusted", lambda: self.right)


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Hands:
    return Hands(monkeypatch)


def drawn(path: Path, count: int, made_s: float = MADE_S) -> list[int]:
    async def life() -> list[int]:
        async with open_journal(path) as store:
            numbering = Numbering(store, lambda: made_s)
            return [await numbering.next() for _ in range(count)]

    return asyncio.run(life())


def test_counters_grow_by_one_and_go_on_after_a_stop(tmp_path: Path, hands: Hands) -> None:
    first = drawn(tmp_path / "journal.sqlite", 2 * BLOCK + 1)
    assert first == list(range(int(MADE_S), int(MADE_S) + 2 * BLOCK + 1))
    second = drawn(tmp_path / "journal.sqlite", 3)
    assert min(second) > max(first)


def test_a_start_with_the_right_time_begins_at_the_present_second(
    tmp_path: Path, hands: Hands
) -> None:
    first = drawn(tmp_path / "journal.sqlite", 5)
    hands.wall_s, hands.right = MADE_S + 86_400, True
    assert drawn(tmp_path / "journal.sqlite", 1) == [int(MADE_S) + 86_400]
    hands.wall_s = MADE_S + 10.0  # and never goes back, whatever the clock does
    assert drawn(tmp_path / "journal.sqlite", 1)[0] > int(MADE_S) + 86_400
    assert max(first) < int(MADE_S) + 86_400


def test_an_older_copy_of_the_journal_goes_on_beyond_what_was_used_since(
    tmp_path: Path, hands: Hands
) -> None:
    path, copy = tmp_path / "journal.sqlite", tmp_path / "copy.sqlite"
    drawn(path, 5)
    shutil.copy(path, copy)
    hands.right = True
    hands.wall_s = MADE_S + 1000
    used = drawn(path, 50)
    hands.wall_s = MADE_S + 5000
    assert min(drawn(copy, 5)) > max(used)


def test_a_lost_journal_begins_at_the_present_second(tmp_path: Path, hands: Hands) -> None:
    hands.wall_s = MADE_S + 5000
    assert drawn(tmp_path / "journal.sqlite", 1) == [int(MADE_S) + 5000]


def test_a_lost_journal_and_a_clock_of_1970_send_nothing(tmp_path: Path, hands: Hands) -> None:
    hands.wall_s = 30.0
    for _ in range(2):
        with pytest.raises(CarrierError, match="set the clock"):
            drawn(tmp_path / "journal.sqlite", 1)
    hands.wall_s = MADE_S + 60
    assert drawn(tmp_path / "journal.sqlite", 1) == [int(MADE_S) + 60]


def test_a_known_journal_goes_on_with_a_clock_of_1970(tmp_path: Path, hands: Hands) -> None:
    first = drawn(tmp_path / "journal.sqlite", 2)
    hands.wall_s = 30.0
    assert min(drawn(tmp_path / "journal.sqlite", 2)) > max(first)
