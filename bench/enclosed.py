"""Runs a bench inside a capsule of its own; the command line is read outside, so a wrong one ends at once."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from notanker_lab import capsule
from notanker_lab.errors import LabError


def enclosed(
    parse: Callable[[], argparse.Namespace], run: Callable[[argparse.Namespace], int]
) -> int:
    """Run the command line, inside a capsule, and return the status to end with."""
    try:
        wanted = parse()
        if capsule.inside():
            return run(wanted)
        return capsule.run([sys.executable, str(Path(sys.argv[0]).resolve()), *sys.argv[1:]])
    except LabError as error:
        print(error, file=sys.stderr)
        return 125
