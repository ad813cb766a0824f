"""Measures notanker beside its peers in the simulated site, and prints one table.

``python bench/failover.py`` enters a capsule of its own; it needs root. See bench/README.md.
"""

import sys
from pathlib import Path

from notanker_lab import capsule
from notanker_lab.errors import LabError

CHECKOUT = Path(__file__).resolve().parents[1]


def main() -> int:
    """Run the command line, inside a capsule."""
    sys.path.insert(0, str(CHECKOUT))
    from bench import options, session
    from bench.peers import PEERS

    wanted = options.parse()
    try:
        if capsule.inside():
            return session.run(wanted)
        for package in {PEERS[name].package for name in wanted.peers}:
            if package is not None:
                package.check()
        return capsule.run([sys.executable, str(Path(__file__).resolve()), *sys.argv[1:]])
    except LabError as error:
        print(error, file=sys.stderr)
        return 125


if __name__ == "__main__":
    sys.exit(main())
