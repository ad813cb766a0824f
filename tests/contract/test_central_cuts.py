"""A power cut of the centre anywhere: what was confirmed is stored, once, and nothing old is taken for new.

`bench/central_cuts.py` does the same thousands of times.
"""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event

from notanker_central import database
from notanker_central import store as storing
from tests.contract.support import central_cuts
from tests.contract.support.central_cuts import cut_often, record


def test_a_power_cut_anywhere_loses_no_confirmed_event_and_stores_none_twice() -> None:
    tally = cut_often(record(), cuts=60, seed=17)
    assert (tally.lost, tally.forgotten, tally.wrong) == ([], [], [])
    assert tally.cuts == 60


def test_a_database_that_syncs_less_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def hasty(url: str) -> Any:
        engine = opened(url)
        event.listen(engine, "connect", lambda c, _: c.execute("pragma synchronous=normal"))
        return engine

    opened = database.open_engine
    monkeypatch.setattr(storing, "open_engine", hasty)
    tally = cut_often(record(), cuts=60, seed=17)
    assert tally.lost or tally.forgotten


def test_an_answer_before_the_commit_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    log = record()
    # As if each answer had gone out before the batch that it is for was synced.
    for place in [n for n, one in enumerate(log) if isinstance(one, central_cuts.Told)]:
        log.insert(max(place - 12, 0), log.pop(place))
    tally = cut_often(log, cuts=60, seed=3)
    assert tally.lost or tally.forgotten
