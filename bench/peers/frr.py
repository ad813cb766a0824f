"""FRR's bfdd as a peer: BFD (RFC 5883, multihop) with a cooperating bfdd at the provider's end of the line.

Debian 12's FRR 8.4 has no static route that follows BFD (that came with 8.5), so a script follows the
daemon's log and turns the same policy rule as the others. As a route that follows BFD would, it begins on
LTE until the session is up.
"""

from pathlib import Path

from bench.peers import switch
from bench.peers.debian import Unpacked
from bench.peers.peer import Silent, script

from notanker_lab import Lab, addresses, control
from notanker_lab.debian import LIBRARIES

_FOLDER = "usr/lib/frr"
PACKAGE = Unpacked("frr", (f"{_FOLDER}/bfdd", f"{_FOLDER}/zebra"), libraries=f"{LIBRARIES}/frr")
PROVIDER = "198.18.1.1"
_READY_S = 20.0

_BFD = """
debug bfd peer
bfd
 peer {peer} multihop local-address {local}
  detect-multiplier 3
  receive-interval 300
  transmit-interval 300
  no shutdown
"""

# BFD has no use for address translation: the answers come to a port of their own.
_UNTRANSLATED = f"""
table ip bench_bfd {{
  chain keep {{
    type nat hook postrouting priority srcnat - 10
    ip saddr {addresses.SITE_PRIMARY} udp dport 4784 snat to {addresses.SITE_PRIMARY}
  }}
}}
"""

# The package would have made these groups; FRR ends if they are not there, or root is not in them. Each
# `ip netns exec` has mounts of its own, so nothing outside sees this.
_START = """#!/bin/sh
mount --bind {folder}/group /etc/group && mkdir -p /run/frr && mount -t tmpfs tmpfs /run/frr || exit 1
options="-u root -g root -z {folder}/zserv --vty_socket {folder} -P 0 --log stdout"
{bin}/zebra $options -f {folder}/zebra.conf -i {folder}/zebra.pid &
until [ -S {folder}/zserv ]; do sleep 0.05; done
{bin}/bfdd $options --log-level debug -f {folder}/bfdd.conf -i {folder}/bfdd.pid \\
  --bfdctl {folder}/bfdd.sock | {follow}
"""

_FOLLOW = """#!/bin/sh
{to_lte}
while read -r line; do
  case "$line" in
    *state-change*"up -> down"*) {to_lte} ;;
    *state-change*"-> up"*) {to_primary} ;;
  esac
done
"""


class Frr(Silent):
    """zebra and bfdd in the site and at the provider's end, three times 300 ms."""

    name = "frr-bfd"

    def prepare(self, lab: Lab) -> None:
        """Put rules, scripts and configuration in place, and start the provider's end."""
        self._lab = lab
        switch.make_ready(lab)
        # Its own packets must stay on the primary, or the session could never come back from LTE.
        own = (
            "rule",
            "add",
            "priority",
            str(switch.PRIORITY - 1),
            "to",
            PROVIDER,
            "lookup",
            "main",
        )
        lab.topology.ip("site", *own)
        lab.topology.nft("router", _UNTRANSLATED)
        folder = lab.scratch("frr-site")
        self._ready = folder / "ready"
        to_lte, to_primary = switch.scripts(folder, self._ready)
        follow = script(folder / "follow", _FOLLOW.format(to_lte=to_lte, to_primary=to_primary))
        self._start = _daemons(folder, addresses.SITE_PRIMARY, PROVIDER, str(follow))
        provider = _daemons(lab.scratch("frr-inet"), PROVIDER, addresses.SITE_PRIMARY, "cat")
        lab.popen("inet", [str(provider)], env=PACKAGE.env)

    def launch(self) -> None:
        """Start the site's end."""
        self._process = self.lab.popen("site", [str(self._start)], env=PACKAGE.env)

    def rest(self) -> None:
        """Wait until the session is up."""
        what = lambda: f"the BFD session is up ({self.said()})"  # noqa: E731
        control.wait_until(self._ready.exists, _READY_S, what)


def _daemons(folder: Path, local: str, peer: str, follow: str) -> Path:
    """Write all that zebra and bfdd of one end need; give the script that runs them."""
    (folder / "group").write_text("root:x:0:\nfrr:x:0:\nfrrvty:x:0:\n", encoding="ascii")
    (folder / "zebra.conf").write_text("", encoding="ascii")
    (folder / "bfdd.conf").write_text(_BFD.format(peer=peer, local=local), encoding="ascii")
    text = _START.format(folder=folder, bin=PACKAGE.path(_FOLDER), follow=follow)
    return script(folder / "start", text)
