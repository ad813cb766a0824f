"""SIGKILL of the agent or of a plugin's child at any moment loses nothing and doubles only what says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contract.support.killer import RIGS, Tally, kill_often


@pytest.mark.parametrize("modem", RIGS)
def test_whoever_is_killed_whenever_no_message_is_lost_and_none_doubled_unmarked(
    modem: str, tmp_path: Path
) -> None:
    tally = kill_often(RIGS[modem], tmp_path, kills=10, seed=17)
    assert (tally.lost, tally.unmarked) == ([], [])
    assert tally.messages >= 10
    if modem == "HiLink":  # it keeps a list of what it sent, so there is never a doubt
        assert tally.doubled == []


def test_the_count_sees_what_is_lost_doubled_and_unmarked() -> None:
    tally = Tally()
    sent = ["Nr 1-1", "Nr 2-1", "Nr 2-1r", "Nr 3-1", "Nr 3-1", "Nr 4-1", "Nr 4-1r", "Nr 4-1r"]
    tally.add(5, [f"Ausfall Fulda. {mark}" for mark in sent])
    assert (tally.lost, tally.doubled, tally.unmarked) == (["5-1"], ["2-1"], ["3-1", "4-1"])
