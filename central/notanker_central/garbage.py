"""Has Python look for garbage less often than it would by itself.

Nearly all that a beat needs is gone with its answer, without any search: what the search is for are circles,
which the board's pages leave behind. Python's own rhythm, each 700 objects, is a tenth of what a beat costs.
"""

from __future__ import annotations

import gc
from typing import Final

NEW: Final = 50_000
"""Objects more than before, until the young ones are searched: ten to twenty megabytes that could be less."""
ROUNDS: Final = 20
"""Searches of the young ones to one of the older."""


def search_rarely() -> None:
    """Spare what is there now the search for good, and look at the rest less often.

    Call it when all has been loaded, from any thread.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW, ROUNDS, ROUNDS)
