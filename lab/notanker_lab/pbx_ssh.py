"""A telephone system with an outage announcement, reached by SSH: a real sshd, with bad manners.

with SshPbx(folder) as pbx:
    pbx.mode = "stays"              # see MODES
    ... ssh -i pbx.key ... pbx "announcement on" ("announcement off", "announcement state") ...
    pbx.on, pbx.orders              # what callers really hear, and what it was told to do

sshd comes from Debian's package, unpacked. It runs without any rights and knows one user, that of the lab.
"""

import contextlib
import os
import shutil
import socket
import socketserver
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Final

from notanker_lab.debian import LIBRARIES, unpacked
from notanker_lab.local_server import LocalServer

MODES = {
    "well": "does what it is told and says so",
    "stays": "says so and does nothing",
    "refuses": "refuses the log-in",
    "stranger": "is another machine, with another host key",
    "fails": "ends with status 3 and does nothing",
    "unknown": "does not know the command",
    "drops": "does it and breaks off before it says so",
    "drops_before": "breaks off before it has done anything",
    "hang": "does it and never says so",
    "silent": "takes the connection and says nothing",
    "closed": "takes the connection and closes it",
    "flood": "does it and prints without an end",
}
NOBODY: Final = 65534
USER: Final = "pbx"

_CONFIG: Final = """\
HostKey {folder}/{host}
AuthorizedKeysFile {folder}/authorized
ForceCommand {folder}/announcement
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
StrictModes no
PidFile none
"""
# PPID is the sshd of this connection: killed, the client sees it break off.
_SCRIPT: Final = """\
#!/bin/sh
cd {folder} || exit 9
mode=$(cat mode)
[ "$mode" != unknown ] || exit 127
order=${{SSH_ORIGINAL_COMMAND#announcement }}
case $order in
  state) cat state; exit ;;
  on|off) echo "$order" >>orders ;;
  *) echo "no such command" >&2; exit 127 ;;
esac
case $mode in
  fails) exit 3 ;;
  stays) echo OK; exit ;;
  drops_before) kill -9 $PPID; exit ;;
esac
echo "$order" >state.new && mv state.new state
case $mode in
  drops) kill -9 $PPID ;;
  hang) while [ -e mode ] && [ "$(cat mode)" = hang ]; do sleep 0.05; done ;;
  flood) yes ;;
  *) echo OK ;;
esac
"""


class SshPbx(LocalServer):
    """The system, on a free port of the loopback; `key` and `known_hosts` in the folder are its client's."""

    def __init__(self, folder: Path) -> None:
        self.key = folder / "key"
        self.known_hosts = folder / "known_hosts"
        # Where the user without rights can get to, unlike most folders of a test.
        self._own = Path(tempfile.mkdtemp(prefix="notanker-pbx."))
        self._processes: list[subprocess.Popen[bytes]] = []
        super().__init__(_Server(("127.0.0.1", 0), _handler(self)))
        self._furnish()

    @property
    def port(self) -> int:
        """Give its port."""
        return int(self.address.rpartition(":")[2])

    @property
    def mode(self) -> str:
        """Give how it behaves, see MODES."""
        return (self._own / "mode").read_text()

    @mode.setter
    def mode(self, mode: str) -> None:
        public = "" if mode == "refuses" else self.key.with_suffix(".pub").read_text()
        (self._own / "authorized").write_text(public)
        (self._own / "mode").write_text(mode)

    @property
    def on(self) -> bool:
        """Give whether the announcement plays."""
        return (self._own / "state").read_text().strip() == "on"

    @property
    def orders(self) -> list[str]:
        """Give all that it was told to do."""
        return (self._own / "orders").read_text().split()

    def reset(self) -> None:
        """Be as at the beginning."""
        self.mode = "well"
        (self._own / "state").write_text("off\n")
        (self._own / "orders").write_text("")

    def serve(self, connection: socket.socket) -> None:
        """Let an sshd of its own have the connection."""
        mode = self.mode
        if mode == "silent":
            self.go.wait(60)
        if mode in ("silent", "closed"):
            return
        host = "stranger" if mode == "stranger" else "host"
        config = self._own / f"{host}.conf"
        line = [str(self._own / "sshd"), "-i", "-f", str(config)]
        with subprocess.Popen(
            [*_as_nobody(), *line],
            stdin=connection.fileno(),
            stdout=connection.fileno(),
            stderr=subprocess.DEVNULL,
            env={
                "LD_PRELOAD": str(self._own / "libnss_wrapper.so"),
                "NSS_WRAPPER_PASSWD": str(self._own / "passwd"),
                "NSS_WRAPPER_GROUP": str(self._own / "group"),
                "PATH": os.environ["PATH"],
            },
        ) as process:
            self._processes.append(process)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.mode = "closed"
        for process in self._processes:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
        super().__exit__(kind, error, trace)
        shutil.rmtree(self._own, ignore_errors=True)

    def _furnish(self) -> None:
        """Make keys, user, configuration and the program that switches."""
        own, uid = self._own, _uid()
        shutil.copy(unpacked("openssh-server", "usr/sbin/sshd"), own)
        shutil.copy(unpacked("libnss-wrapper", f"{LIBRARIES}/libnss_wrapper.so"), own)
        for path in (self.key, own / "host", own / "stranger"):
            line = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path)]
            subprocess.run(line, check=True, stdin=subprocess.DEVNULL)
        for host in ("host", "stranger"):
            (own / f"{host}.conf").write_text(_CONFIG.format(folder=own, host=host))
        public = (own / "host.pub").read_text()
        self.known_hosts.write_text(f"[127.0.0.1]:{self.port} {public}")
        (own / "passwd").write_text(f"{USER}:x:{uid}:{uid}::{own}:/bin/sh\n")
        (own / "group").write_text(f"{USER}:x:{uid}:\n")
        (own / "announcement").write_text(_SCRIPT.format(folder=own))
        (own / "announcement").chmod(0o755)
        self.reset()
        for path in (own, *own.iterdir()):
            shutil.chown(path, uid, uid)
        own.chmod(0o755)


def _uid() -> int:
    return os.getuid() or NOBODY


def _as_nobody() -> list[str]:
    if os.getuid():
        return []
    return ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Say nothing: connections that break off are what this is for."""


def _handler(pbx: SshPbx) -> type[socketserver.BaseRequestHandler]:
    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            pbx.serve(self.request)

    return Handler
