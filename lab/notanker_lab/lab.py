"""The simulated site as one object."""

import os
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from notanker_lab import addresses, capsule, control, names, processes
from notanker_lab.atctl import AtControl
from notanker_lab.errors import LabError
from notanker_lab.faults import Faults
from notanker_lab.hilinkctl import HilinkControl
from notanker_lab.smsc import Smsc
from notanker_lab.topology import Topology, command
from notanker_lab.traffic import Traffic
from notanker_lab.wirectl import WireControl

_START_TIMEOUT_S = 15.0
_CAPS = ("net_admin", "net_raw")
_USERS_UID = 3000
_RESOLV_CONF = f"nameserver {addresses.ROUTER}\nnameserver {addresses.STICK}\noptions timeout:2\n"


class _Parts:
    """What can be had of a lab from any process of its capsule."""

    def __init__(self, prefix: str, *, lan: bool = False, advertised: bool = False) -> None:
        self.tmp = capsule.HOME / prefix
        self.topology = Topology(prefix, lan=lan, advertised=advertised)
        self.wires = WireControl(self.tmp / "wire.sock")
        self.faults = Faults(self.topology, self.wires)
        self.smsc = Smsc(self.tmp / "smsc.sock", self.tmp / "smsc.jsonl")
        self.hilink = HilinkControl(self.tmp / "hilink.sock")
        self.at = AtControl(self.tmp / "at.sock", capsule.PORTS / f"notanker-{prefix}")

    def exec(
        self,
        ns: str,
        argv: Sequence[str],
        *,
        uid: int | None = None,
        ambient_caps: Sequence[str] = _CAPS,
        check: bool = False,
        **options: Any,
    ) -> subprocess.CompletedProcess[str]:
        """Run ``argv`` in namespace ``ns`` to its end.

        ``uid`` and ``ambient_caps`` as for popen, ``options`` as for subprocess.run (by default the
        output is captured as text and 60 s are the limit).
        """
        options = {"capture_output": True, "text": True, "timeout": 60, **options}
        env = processes.environment(options.pop("env", None))
        line = self._inside(ns, argv, uid, ambient_caps)
        return subprocess.run(line, env=env, check=check, **options)

    def _inside(
        self, ns: str, argv: Sequence[str], uid: int | None, caps: Sequence[str]
    ) -> list[str]:
        who = [] if uid is None else processes.as_user(uid, caps)
        return ["ip", "netns", "exec", self.topology.namespace(ns), *who, *argv]


class Attached(_Parts):
    """A lab that another process of this capsule built; leaves it as it is.

    Raises:
        LabError: there is none.
    """

    def __init__(self, prefix: str = "lab") -> None:
        super().__init__(prefix)
        if not self.tmp.is_dir():
            raise LabError(f"No lab {prefix!r} runs in this capsule.")


class Lab(_Parts):
    """A running site; ``with Lab() as lab`` builds it and takes it down again.

    Args:
        prefix: begins the names of its namespaces; several labs of one capsule need several.
        hilink: settings of the modem emulator (tokens, login, password; see hilink.Settings).
        at: adds an AT modem with these settings ({} as it is; vendor, tcp, rfc2217; see at_modem).
        lan: adds a LAN with one client ("client") behind the site, which forwards and masquerades.
        advertised: the site has no IPv6 of its own and learns it from router and stick (RFC 4861).
    """

    def __init__(
        self,
        prefix: str = "lab",
        hilink: Mapping[str, str] | None = None,
        *,
        at: Mapping[str, str] | None = None,
        lan: bool = False,
        advertised: bool = False,
    ) -> None:
        super().__init__(prefix, lan=lan, advertised=advertised)
        self._advertised = advertised
        self._at_settings = None if at is None else dict(at)
        self._hilink_settings = dict(hilink or {})
        self._processes = processes.Processes(self.tmp / "log")
        self.traffic = Traffic(self)
        self._open = False

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def start(self) -> None:
        """Build all and wait until everything answers.

        Raises:
            LabError: not in a capsule, a tool is missing, or something does not come up.
        """
        if not capsule.inside():
            raise LabError(
                "The lab builds only inside a capsule, so that nothing of it can stay behind: "
                "python -m notanker_lab.capsule -- COMMAND."
            )
        if self.tmp.exists():
            raise LabError(f"A lab with the prefix {self.tmp.name!r} runs already.")
        (self.tmp / "log").mkdir(parents=True)
        self._open = True
        try:
            self.topology.build()
            self._start_services()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End every process and delete every namespace; a second call does nothing."""
        if not self._open:
            return
        self._open = False
        self._processes.end_all()
        self.topology.destroy()
        shutil.rmtree(self.tmp, ignore_errors=True)
        shutil.rmtree(self.at.dev, ignore_errors=True)

    def popen(
        self,
        ns: str,
        argv: Sequence[str],
        *,
        uid: int | None = None,
        ambient_caps: Sequence[str] = _CAPS,
        env: Mapping[str, str] | None = None,
        pass_fds: Sequence[int] = (),
        cwd: str | Path | None = None,
    ) -> subprocess.Popen[bytes]:
        """Start ``argv`` in namespace ``ns``; its pid is the command's own.

        Args:
            ns: "site", "router", "lte", "inet", "centre", or "client" with a LAN.
            argv: the command.
            uid: run as this numeric user and group, with ``ambient_caps`` alone; None: as root.
            ambient_caps: what it may, without CAP_; () for nothing at all.
            env: added to this process's environment.
            pass_fds: file descriptors the command inherits.
            cwd: its working directory.
        """
        line = self._inside(ns, argv, uid, ambient_caps)
        name = f"{ns}-{Path(argv[0]).name}"
        return self._processes.start(line, name, env=env, pass_fds=pass_fds, cwd=cwd)

    def end(self, process: subprocess.Popen[bytes], grace_s: float = 2.0) -> int:
        """End a process (TERM, after ``grace_s`` KILL) and give its exit status."""
        return self._processes.end(process, grace_s)

    def logs(self, process: subprocess.Popen[bytes]) -> tuple[Path, Path]:
        """Give the files with what ``process`` wrote to stdout and stderr."""
        return self._processes.logs(process)

    def module(self, ns: str, name: str, *args: str, **options: Any) -> subprocess.Popen[bytes]:
        """Start one of the lab's own modules in ``ns``; ``options`` as for popen."""
        return self.popen(ns, [*processes.module(name), *args], **options)

    def forward(self, fd: int, ns: str, address: str, port: int) -> subprocess.Popen[bytes]:
        """Serve the listening socket ``fd`` (of the host) from ``address``:``port`` in ``ns``."""
        return self.module(ns, "proxy", str(fd), address, str(port), pass_fds=[fd])

    def scratch(self, name: str, uid: int = 0) -> Path:
        """Make a folder in the lab's temporary folder that belongs to ``uid``."""
        folder = self.tmp / name
        folder.mkdir(mode=0o755)
        os.chown(folder, uid, uid)
        return folder

    def _start_services(self) -> None:
        (capsule.HOME / "resolv.conf").write_text(_RESOLV_CONF)
        wires = (
            f"primary:p-near:p-far:{addresses.PRIMARY_DELAY_MS}",
            f"lte:l-near:l-far:{addresses.LTE_DELAY_MS}",
        )
        self.module("wire", "wire", str(self.tmp / "wire.sock"), *wires)
        self.module("inet", "smsc", str(self.tmp / "smsc.sock"), str(self.tmp / "smsc.jsonl"))
        if self._advertised:
            for ns, interface, prefix, _own, _metric in addresses.ADVERTISERS:
                self.popen(ns, names.advertiser(interface, prefix))
        self.popen("inet", names.authority())
        self.module("router", "resolver", addresses.ROUTER, addresses.ROUTER6)
        self.module("lte", "resolver", addresses.STICK, addresses.STICK6)
        self.module("inet", "services", "inet")
        self.module("router", "services", "portal")
        self._await_socket("smsc.sock")
        settings = [f"{key}={value}" for key, value in self._hilink_settings.items()]
        self.module("lte", "hilink", str(self.tmp), *settings)
        self._await_socket("wire.sock")
        self._await_socket("hilink.sock")
        if self._at_settings is not None:
            settings = [f"{key}={value}" for key, value in self._at_settings.items()]
            self.module("lte", "at_modem", str(self.tmp), f"dev={self.at.dev}", *settings)
            self._await_socket("at.sock")
        self._await_internet()

    def _await_socket(self, name: str) -> None:
        path = self.tmp / name
        what = lambda: f"{name} appears ({self._sayings()})"  # noqa: E731
        control.wait_until(path.exists, _START_TIMEOUT_S, what)

    def _await_internet(self) -> None:
        check = processes.module("check")
        end_s = time.monotonic() + _START_TIMEOUT_S
        while (done := self.exec("site", check)).returncode != 0:
            if time.monotonic() > end_s:
                raise LabError(f"The lab does not come up: {done.stderr.strip()} {self._sayings()}")

    def _sayings(self) -> str:
        """Give the last line each process wrote to stderr."""
        found = []
        for path in sorted((self.tmp / "log").glob("*.err")):
            lines = path.read_text(errors="replace").splitlines()
            found += [f"{path.stem}: {lines[-1]}"] if lines else []
        return "; ".join(found)


def processes_of(namespace: str) -> list[int]:
    """Give the ids of the processes in a namespace (kernel's name)."""
    return [int(text) for text in command(["ip", "netns", "pids", namespace]).split()]
