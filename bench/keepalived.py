"""keepalived as a peer: VRRP with a track script, the way it is set up to watch an internet line.

Run as a module it fetches Debian's package into the checkout's cache, unpacked and not installed,
because an installed one would start a service.
"""

import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.measure import tail, tree

from notanker_lab import Lab, addresses, control
from notanker_lab.errors import LabError
from notanker_lab.reach import CHECKOUT

NAME = "keepalived"
CACHE = CHECKOUT / ".cache" / "bench"
PACKAGES = CHECKOUT / "bench" / "packages.txt"
BINARY = CACHE / NAME / "usr" / "sbin" / NAME
TABLE = 1742
PRIORITY = 1742
SWITCH = PRIORITY + 4
"""Table and rules have the numbers that notanker uses by default: both peers turn the same switch."""

_READY_S = 20.0


@dataclass(frozen=True, slots=True)
class Check:
    """How often the script asks, and how many answers in a row count."""

    name: str
    interval_s: int
    fall: int
    rise: int


DEFAULT = Check("keepalived", 1, 1, 1)
USUAL = Check("keepalived-2x3", 2, 3, 3)

_CONF = """
global_defs {{
  router_id bench
  enable_script_security
  script_user root
}}
vrrp_script line {{
  script "/usr/bin/ping -c1 -W1 -I eth0 {anchor}"
  interval {interval_s}
  fall {fall}
  rise {rise}
}}
vrrp_instance primary {{
  interface eth0
  virtual_router_id 51
  priority 100
  track_script {{
    line
  }}
  notify_master "{folder}/to-primary"
  notify_fault "{folder}/to-lte"
}}
"""

_STANDING = (
    "rule add priority {p0} lookup main suppress_prefixlength 0 protocol 142",
    "rule add priority {p1} oif eth0 lookup main protocol 142",
    "rule add priority {p2} oif lte0 lookup {table} protocol 142",
)

_TO_LTE = """#!/bin/sh
ip rule add priority {switch} lookup {table} protocol 142
ip -6 rule add priority {switch} lookup {table} protocol 142
"""

# At its start keepalived announces itself as master too: there is no rule to delete then.
_TO_PRIMARY = """#!/bin/sh
ip rule del priority {switch} lookup {table} protocol 142
ip -6 rule del priority {switch} lookup {table} protocol 142
touch {folder}/ready
"""


class Keepalived:
    """keepalived in the site, as root, with notify scripts that turn the switch."""

    tells_people = False

    def __init__(self, check: Check) -> None:
        self.name = check.name
        self._check = check
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, lab: Lab) -> None:
        """Put rules, scripts and configuration in place, start it, and wait until it is master."""
        self._lab = lab
        folder = lab.scratch(NAME)
        _standing_rules(lab)
        values = {"switch": SWITCH, "table": TABLE, "folder": folder}
        for name, text in (("to-lte", _TO_LTE), ("to-primary", _TO_PRIMARY)):
            (folder / name).write_text(text.format(**values), encoding="ascii")
            (folder / name).chmod(0o700)
        conf = folder / "keepalived.conf"
        conf.write_text(self._configuration(folder), encoding="ascii")
        pids = [f"--pid={folder}/pid", f"--vrrp_pid={folder}/vrrp.pid"]
        line = [str(BINARY), "--dont-fork", "--log-console", "--vrrp", f"--use-file={conf}", *pids]
        self._process = lab.popen("site", line)
        what = lambda: f"keepalived is master ({self.said()})"  # noqa: E731
        control.wait_until((folder / "ready").exists, _READY_S, what)

    def stop(self) -> None:
        """End it."""
        if self._process is not None:
            self._lab.end(self._process)

    def pids(self) -> dict[str, list[int]]:
        """Give the parent, the VRRP child, and the scripts that run just now."""
        return {"agent": [] if self._process is None else tree(self._process.pid)}

    def said(self) -> str:
        """Give the end of its log."""
        return "" if self._process is None else tail(self._lab, self._process)

    def _configuration(self, folder: Path) -> str:
        check = self._check
        return _CONF.format(
            anchor=addresses.ANCHORS[0],
            interval_s=check.interval_s,
            fall=check.fall,
            rise=check.rise,
            folder=folder,
        )


def _standing_rules(lab: Lab) -> None:
    """Make LTE ready in a table of its own, as notanker does when it starts."""
    values = {"p0": PRIORITY, "p1": PRIORITY + 1, "p2": PRIORITY + 2, "table": TABLE}
    for family, gateway in (("-4", addresses.STICK), ("-6", addresses.STICK6)):
        for line in _STANDING:
            lab.topology.ip("site", family, *line.format(**values).split())
        route = ["route", "add", "default", "via", gateway, "dev", "lte0", "table", str(TABLE)]
        lab.topology.ip("site", family, *route)


def provide() -> None:
    """Have Debian's keepalived unpacked in the cache.

    Raises:
        LabError: it cannot be fetched, or a library that it needs is missing.
    """
    if not BINARY.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        _run(["apt-get", "download", NAME], "try apt-get update first")
        _run(["dpkg", "-x", str(next(CACHE.glob(f"{NAME}_*.deb"))), NAME], "")
    missing = [line.split()[0] for line in _libraries() if "not found" in line]
    if missing or shutil.which("ping") is None:
        names = " ".join(packages())
        lacks = ", ".join(missing) or "ping"
        raise LabError(f"keepalived lacks {lacks}: apt-get install --no-install-recommends {names}")


def version() -> str:
    """Give the version in use, for the table's heading."""
    done = subprocess.run([BINARY, "--version"], capture_output=True, text=True, check=False)
    words = (done.stderr or done.stdout).split()
    return words[1].lstrip("v") if len(words) > 1 else "unknown"


def packages() -> list[str]:
    """Give the Debian packages that keepalived and its check need."""
    lines = PACKAGES.read_text(encoding="utf-8").splitlines()
    return [line.split("#")[0].strip() for line in lines if line.split("#")[0].strip()]


def _libraries() -> list[str]:
    done = subprocess.run(["ldd", BINARY], capture_output=True, text=True, check=False)
    return done.stdout.splitlines()


def _run(argv: Sequence[str], advice: str) -> None:
    done = subprocess.run(argv, cwd=CACHE, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        said = done.stderr.strip()
        raise LabError(f"{' '.join(argv)} failed: {said} ({advice})" if advice else said)


if __name__ == "__main__":
    try:
        provide()
    except LabError as error:
        sys.exit(str(error))
