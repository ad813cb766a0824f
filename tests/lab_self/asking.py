"""Questions the tests ask from inside a namespace."""

import json
import re
import sys
from pathlib import Path
from typing import Any

from notanker_lab import Lab

_HERE = Path(__file__).parent


def rtts_ms(
    lab: Lab, address: str, *, via: str = "", count: int = 5, ns: str = "site"
) -> list[float]:
    """Give the round trips of ``count`` ICMP echoes; lost ones are missing."""
    bind = ["-I", via] if via else []
    pace = ["-c", str(count), "-i", "0.05", "-W", "0.3"]
    said = lab.exec(ns, ["ping", "-n", *bind, *pace, address]).stdout
    return [float(text) for text in re.findall(r"time=([0-9.]+) ms", said)]


def answers(lab: Lab, *checks: str) -> dict[str, bool | str]:
    """Try checks from the site, see site_probe.py, and give what each found."""
    done = lab.exec("site", [sys.executable, str(_HERE / "site_probe.py"), *checks])
    found: dict[str, bool | str] = json.loads(done.stdout)
    return found


def stick(lab: Lab, *steps: str, password: str = "") -> list[Any]:
    """Let the real huawei-lte-api do ``steps``, see stick_user.py; errors come as texts."""
    line = [sys.executable, str(_HERE / "stick_user.py"), password, *steps]
    done = lab.exec("site", line)
    assert done.returncode == 0, done.stderr
    found: list[Any] = json.loads(done.stdout)
    return found
