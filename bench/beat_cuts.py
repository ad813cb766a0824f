"""Cuts the power of a site that reports and of a centre that stores, 10,000 times each, and counts.

``python bench/beat_cuts.py`` needs no root. Journal, counters, store and keys are the real ones; a cut comes
anywhere between two writes or syncs, and of what was not synced chance keeps what it likes.
"""

import argparse
import sys
import time
from pathlib import Path
from typing import Final

CHECKOUT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT))

from bench.table import aligned  # noqa: E402 - found from the checkout
from tests.contract.support.beat_cuts import centre_cuts, site_cuts  # noqa: E402

HEADS: Final = [
    "whose power is cut",
    "cuts",
    "places",
    "counters reused",
    "events lost",
    "acknowledgements forgotten",
    "beats taken twice",
    "s",
]


def main() -> int:
    """Run and print the table; the status is 1 if a promise was broken."""
    parser = argparse.ArgumentParser(description="cut the power of site and centre again and again")
    parser.add_argument("--cuts", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1, help="of what the cuts leave")
    options = parser.parse_args()
    rows, well = [HEADS], True
    for name, cut in (("a site's", site_cuts), ("the centre's", centre_cuts)):
        begun_s = time.monotonic()
        tally = cut(options.cuts, options.seed)
        counts = (tally.reused, tally.lost, tally.forgotten, tally.replayed)
        spent = f"{time.monotonic() - begun_s:.0f}"
        rows.append([name, str(tally.cuts), str(tally.places), *map(str, counts), spent])
        well = well and tally.well
    print(aligned(rows))
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
