"""keepalived as a peer: VRRP with a track script, the way it is set up to watch an internet line."""

from dataclasses import dataclass
from pathlib import Path

from bench.peers import switch
from bench.peers.debian import Unpacked
from bench.peers.peer import Silent

from notanker_lab import Lab, addresses, control

PROGRAM = "usr/sbin/keepalived"
PACKAGE = Unpacked("keepalived", (PROGRAM,), tools=("ping",))
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
  notify_master "{to_primary}"
  notify_fault "{to_lte}"
}}
"""


class Keepalived(Silent):
    """keepalived in the site, as root, with notify scripts that turn the switch."""

    def __init__(self, check: Check) -> None:
        super().__init__()
        self.name = check.name
        self._check = check

    def prepare(self, lab: Lab) -> None:
        """Put rules, scripts and configuration in place."""
        self._lab = lab
        self._folder = lab.scratch("keepalived")
        self._ready = self._folder / "ready"
        switch.make_ready(lab)
        to_lte, to_primary = switch.scripts(self._folder, self._ready)
        text = self._configuration(to_lte, to_primary)
        (self._folder / "keepalived.conf").write_text(text, encoding="ascii")

    def launch(self) -> None:
        """Start it."""
        folder = self._folder
        options = ["--dont-fork", "--log-console", "--vrrp", f"--use-file={folder}/keepalived.conf"]
        options += [f"--pid={folder}/pid", f"--vrrp_pid={folder}/vrrp.pid"]
        self._process = self.lab.popen("site", [str(PACKAGE.path(PROGRAM)), *options])

    def rest(self) -> None:
        """Wait until it is master."""
        what = lambda: f"keepalived is master ({self.said()})"  # noqa: E731
        control.wait_until(self._ready.exists, _READY_S, what)

    def _configuration(self, to_lte: Path, to_primary: Path) -> str:
        check = self._check
        return _CONF.format(
            anchor=addresses.ANCHORS[0],
            interval_s=check.interval_s,
            fall=check.fall,
            rise=check.rise,
            to_lte=to_lte,
            to_primary=to_primary,
        )
