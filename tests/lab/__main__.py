"""Runs the tests of this folder in two capsules side by side: ``python -m tests.lab [OPTIONS OF PYTEST]``."""

import os
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[1]


def main() -> int:
    """Run both parts to their end and give the worse of the two statuses."""
    line = [sys.executable, "-m", "notanker_lab.capsule", "--", "pytest"]
    line += [str(FOLDER.relative_to(ROOT)), *sys.argv[1:]]
    parts = [
        subprocess.Popen(line, cwd=ROOT, env={**os.environ, "NOTANKER_LAB_PART": part})
        for part in ("1", "2")
    ]
    return max(part.wait() for part in parts)


if __name__ == "__main__":
    sys.exit(main())
