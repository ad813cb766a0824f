"""Cuts the power of a box 10,000 times, anywhere between two writes or syncs of its journal, and counts.

``python bench/power_cuts.py`` needs no root. The journal, outbox, inbox and collector are the agent's own;
the disk keeps what was synced, and of the rest what chance has it; the modem is a double that no cut reaches.
"""

import argparse
import sys
import time
from pathlib import Path
from typing import Final

CHECKOUT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT))

from bench.table import aligned  # noqa: E402 - found from the checkout
from tests.contract.support.cuts import Tally, cut_often  # noqa: E402
from tests.contract.support.radio import PROOFS  # noqa: E402

PER_LIFE: Final = 500
"""Then another life is recorded: no two take the same steps at the same time."""
HEADS: Final = [
    "the modem proves by",
    "cuts",
    "places in a life",
    "alerts lost",
    "in doubt",
    "answers forgotten",
    "cuts that doubled one, marked",
    "more than one",
    "not marked",
    "s",
]


def main() -> int:
    """Run and print the table; the status is 1 if a promise was broken."""
    parser = argparse.ArgumentParser(description="cut the power of a box again and again")
    parser.add_argument("--cuts", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1, help="of what the cuts leave")
    options = parser.parse_args()
    rows, well = [HEADS], True
    for number, proof in enumerate(PROOFS):
        begun_s = time.monotonic()
        wanted = options.cuts // len(PROOFS) + (number < options.cuts % len(PROOFS))
        lives = [
            cut_often(proof, min(PER_LIFE, wanted - done), options.seed + done)
            for done in range(0, wanted, PER_LIFE)
        ]
        rows.append([proof, *_cells(lives), f"{time.monotonic() - begun_s:.0f}"])
        well = well and all(life.well for life in lives)
    print(aligned(rows))
    return 0 if well else 1


def _cells(lives: list[Tally]) -> list[str]:
    places = sorted(life.places for life in lives)
    more = sum(cuts for life in lives for doubled, cuts in life.doubled.items() if doubled > 1)
    return [
        str(sum(life.cuts for life in lives)),
        f"{places[0]} to {places[-1]}",
        str(sum(len(life.lost) for life in lives)),
        str(sum(len(life.in_doubt) for life in lives)),
        str(sum(len(life.forgotten) for life in lives)),
        str(sum(life.doubled[1] for life in lives)),
        str(more),
        str(sum(len(life.unmarked) for life in lives)),
    ]


if __name__ == "__main__":
    sys.exit(main())
