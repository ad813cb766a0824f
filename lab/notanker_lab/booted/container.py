"""Debian with its own systemd in a container: up in half a second, at the machine's own speed.

For all that needs no kernel of its own: packages, units, roles, several boxes at once. It has no kernel
modules (no radio, no USB), and silently ignores MemoryMax=, a negative OOMScoreAdjust= and IPAddressDeny=:
what needs those is tried on a Machine.
"""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar, Final, Self

from notanker_lab import control
from notanker_lab.booted import image, keeper, pipe, recipe
from notanker_lab.booted.system import Booted, join
from notanker_lab.errors import LabError
from notanker_lab.topology import command as run_here

_BOOT_S: Final = 60.0
_PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Container(Booted):
    """Debian in systemd-nspawn, in a network namespace of its own."""

    kind: ClassVar[str] = "container"

    def up(self) -> Self:
        """Make it anew from its image, boot it and wait until systemd has done its work.

        Raises:
            LabError: it did not come up; the text has its last words.
        """
        root = image.root(self.suite)
        self._prepare({"image": str(root)})
        for name in ("upper", "work", "merged"):
            (self.disk / name).mkdir()
        (self.disk / "image").symlink_to(root)
        self._write_ssh_config()
        return self.start()

    def start(self) -> Self:
        """Boot it with the disk that it has.

        Raises:
            LabError: it is on, or did not come up; the text has its last words.
        """
        if self.running:
            raise LabError(f"{self.name} is on already.")
        self.links.lay()
        run_here(
            ["ip", "-n", self.links.near, "address", "add", f"{recipe.COURIER}/32", "dev", "lo"]
        )
        self._start_keeper(
            keeper.Spec(
                name=self.name,
                argv=self._nspawn(),
                log=str(self.folder / "console.log"),
                pid_file=str(self.folder / "pid"),
                namespace=self.links.near,
                layers=keeper.Layers(
                    str((self.disk / "image").resolve()),
                    *(str(self.disk / name) for name in ("upper", "work", "merged")),
                ),
                aides=self.links.leases(),
            )
        )
        control.wait_until(
            self._booted, _BOOT_S, lambda: f"{self.name} boots\n{self._last_words()}"
        )
        return self

    def plug(self, interface: str, namespace: str) -> None:
        """Take an interface out of another namespace, in the place of its own of that name.

        What is at its other end is there from now on, until the system is cut or stopped.
        """
        own = ["ip", "-n", self.links.near, "link", "delete", interface]
        # There is none if another one was plugged in before, and taken out.
        subprocess.run(own, capture_output=True, check=False)
        run_here(["ip", "-n", namespace, "link", "set", interface, "netns", self.links.near])

    def unplug(self, interface: str, namespace: str) -> None:
        """Take an interface that was plugged in out again, and put it back where it came from."""
        run_here(["ip", "-n", self.links.near, "link", "set", interface, "netns", namespace])

    def cut(self) -> None:
        """End everything in it at once; what the kernel has of its files stays as it is."""
        for pid in (self._leader(), self._pid()):
            if pid is not None:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        self._await_end()
        self.links.lift()

    def stop(self, timeout_s: float = 60.0) -> None:
        """Shut it down in order."""
        super().stop(timeout_s)
        self.links.lift()

    def console(self) -> str:
        """Give what it has printed on its console since it was made."""
        try:
            return (self.folder / "console.log").read_text(errors="replace")
        except OSError:
            return ""

    @property
    def _ssh_way(self) -> Mapping[str, str]:
        way = ["nsenter", f"--net=/run/netns/{self.links.near}", sys.executable, "-S", "-E"]
        return {"ProxyCommand": join([*way, Path(pipe.__file__), "127.0.0.1", "22"])}

    def _line(self, command: str) -> list[str]:
        # Not by SSH: it works as well when what was installed has shut SSH out.
        leader = self._leader()
        if leader is None:
            raise LabError(f"{self.name} is off.")
        enter = ["nsenter", "-t", str(leader), "-a", f"--wd=/proc/{leader}/root"]
        env = ["env", "-i", f"PATH={_PATH}", "HOME=/root", "USER=root", "LANG=C.UTF-8"]
        return [*enter, *env, "sh", "-c", command]

    def _nspawn(self) -> list[str]:
        return [
            # From inside the namespace, of whose interfaces its /sys shall tell.
            *("nsenter", f"--net=/run/netns/{self.links.near}"),
            *("systemd-nspawn", "--quiet", f"--directory={self.disk / 'merged'}"),
            *(f"--machine={self.name}", "--boot", "--register=no", "--keep-unit"),
            f"--network-namespace-path=/run/netns/{self.links.near}",
            "--capability=CAP_NET_ADMIN,CAP_NET_RAW",
            *("--console=pipe", "--link-journal=no", "--resolv-conf=off", "--timezone=off"),
        ]

    def _leader(self) -> int | None:
        """Give the process id of its systemd: the only child of systemd-nspawn."""
        pid = self._pid()
        with contextlib.suppress(OSError, IndexError):
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
            return int(children.split()[0])
        return None

    def _booted(self) -> bool:
        if not self.running:
            raise LabError(f"{self.name} ended while booting:\n{self._last_words()}")
        if self._leader() is None:
            return False
        # While systemd's bus is not there yet, this fails at once; then it waits for the boot's end.
        state = self.run("systemctl is-system-running --wait", check=False, timeout_s=_BOOT_S)
        return state.strip() in ("running", "degraded")
