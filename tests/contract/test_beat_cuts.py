"""A power cut anywhere uses no counter twice, loses no event and forgets no acknowledgement.

`bench/beat_cuts.py` does the same 10,000 times.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from notanker.shell.journal import engine
from tests.contract.support.beat_cuts import Tally, centre_cuts, site_cuts


def test_a_site_whose_power_is_cut_uses_no_counter_twice() -> None:
    tally = site_cuts(cuts=80, seed=17)
    assert tally == Tally(cuts=80, places=tally.places)


def test_a_centre_whose_power_is_cut_forgets_nothing_that_it_acknowledged() -> None:
    tally = centre_cuts(cuts=80, seed=17)
    assert tally == Tally(cuts=80, places=tally.places)


def test_a_journal_that_syncs_less_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def hasty(path: Path) -> sqlite3.Connection:
        connection = opened(path)
        connection.execute("pragma synchronous=normal")
        return connection

    opened = engine.open_database
    monkeypatch.setattr(engine, "open_database", hasty)
    assert not site_cuts(cuts=80, seed=17).well
