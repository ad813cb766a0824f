"""Cuts the power of a centre 3,000 times, anywhere between two writes or syncs of its database, and counts.

``python bench/central_cuts.py`` needs no root. Reception and store are the centre's own; the disk keeps what
was synced, and of the rest what chance has it (`tests/contract/support/platter.py`).
"""

import argparse
import sys
import time
from pathlib import Path
from typing import Final

CHECKOUT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT))

from bench.table import aligned  # noqa: E402 - found from the checkout
from tests.contract.support.central_cuts import cut_often, record  # noqa: E402

PER_LIFE: Final = 500
"""Then another life is recorded: no two take the same steps."""
HEADS: Final = [
    "cuts",
    "places in a life",
    "events lost",
    "beats taken twice",
    "journals wrong",
    "s",
]


def main() -> int:
    """Run and print the table; the status is 1 if a promise was broken."""
    parser = argparse.ArgumentParser(description="cut the power of a centre again and again")
    parser.add_argument("--cuts", type=int, default=3_000)
    parser.add_argument("--seed", type=int, default=1, help="of what the cuts leave")
    options = parser.parse_args()
    begun_s = time.monotonic()
    lives = [
        cut_often(record(), min(PER_LIFE, options.cuts - done), options.seed + done)
        for done in range(0, options.cuts, PER_LIFE)
    ]
    places = sorted(life.places for life in lives)
    cells = [
        str(sum(life.cuts for life in lives)),
        f"{places[0]} to {places[-1]}",
        *(
            str(sum(len(getattr(life, key)) for life in lives))
            for key in ("lost", "forgotten", "wrong")
        ),
        f"{time.monotonic() - begun_s:.0f}",
    ]
    print(aligned([HEADS, cells]))
    return 0 if all(life.well for life in lives) else 1


if __name__ == "__main__":
    sys.exit(main())
