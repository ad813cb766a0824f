"""Fail where the same lines stand twice: one piece of code should serve both places.

Uses pylint's comparison alone; everything else of pylint is ruff's work here.
"""

import subprocess
import sys
from pathlib import Path

LINES = 10
FOLDERS = (
    "agent",
    "central",
    "plugins/cap_webhook/notanker_cap_webhook",
    "plugins/gpio_panel/notanker_gpio_panel",
    "plugins/huawei_lte/notanker_huawei_lte",
    "plugins/modemmanager/notanker_modemmanager",
    "plugins/pbx/notanker_pbx",
    "lab",
    "bench",
)


def main() -> int:
    """Compare all modules with one another."""
    root = Path(__file__).resolve().parents[1]
    files = [str(path) for folder in FOLDERS for path in sorted((root / folder).rglob("*.py"))]
    options = [
        "--disable=all",
        "--enable=duplicate-code",
        f"--min-similarity-lines={LINES}",
        "--ignore-imports=y",
        "--ignore-docstrings=y",
        "--ignore-comments=y",
        "--ignore-signatures=y",
        "--score=n",
    ]
    line = [sys.executable, "-m", "pylint", *options, *files]
    return subprocess.run(line, cwd=root, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
