"""What a status gives people to look after."""

from __future__ import annotations

import pytest

from notanker.core.budget import ALLOWANCES, Band, Tally
from notanker.core.findings import findings
from notanker.core.moment import Moment
from notanker.core.names import Line
from notanker.core.status import BudgetStatus, Status

NOW = Moment(1000.0, 1_795_330_000.0)


def with_data(band: Band) -> Status:
    budget = BudgetStatus("2026-11-05", 760_000_000, Tally(), None, 10**9, band, ALLOWANCES[band])
    return Status("musterhafen", NOW, Line.PRIMARY, NOW, budget=budget)


def test_plenty_of_lte_data_is_no_finding() -> None:
    assert findings(with_data(Band.PLENTY)) == ()


@pytest.mark.parametrize("band", [Band.WARNED, Band.SCARCE, Band.SPENT])
def test_lte_data_that_runs_low_is_one_with_its_figures(band: Band) -> None:
    ((german, english),) = findings(with_data(band))
    assert german.startswith("LTE-Datenbudget: 760 von 1000 MB, ")
    assert english.startswith("LTE data budget: 760 of 1000 MB, ")
