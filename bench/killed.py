"""Kills the outbox and its plugin's child at random moments, and prints what became of the messages.

``python bench/killed.py --kills 200`` needs no root. The agent's real journal, outbox and plugin process send
through one of the lab's modems, which counts what left on the air.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

CHECKOUT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT))

from bench.table import aligned  # noqa: E402 - found from the checkout
from tests.contract.support.killer import RIGS, kill_often  # noqa: E402

HEADS: Final = [
    "modem",
    "kills of the agent",
    "of its child",
    "messages",
    "lost",
    "doubled, marked",
    "doubled, not marked",
    "s",
]


def main() -> int:
    """Run and print the table; the status is 1 if anything was lost or doubled without a mark."""
    parser = argparse.ArgumentParser(description="kill the outbox and its plugin's child")
    parser.add_argument("--kills", type=int, default=200, help="of each, at least")
    parser.add_argument("--modem", choices=RIGS, default="HiLink")
    parser.add_argument("--seed", type=int, default=1, help="of the moments")
    options = parser.parse_args()
    begun_s = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        tally = kill_often(RIGS[options.modem], Path(folder), options.kills, options.seed)
    row = [
        options.modem,
        str(tally.kills["agent"]),
        str(tally.kills["child"]),
        str(tally.messages),
        str(len(tally.lost)),
        str(len(tally.doubled)),
        str(len(tally.unmarked)),
        f"{time.monotonic() - begun_s:.0f}",
    ]
    print(aligned([HEADS, row]))
    return 1 if tally.lost or tally.unmarked else 0


if __name__ == "__main__":
    sys.exit(main())
