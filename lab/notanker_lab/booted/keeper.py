"""The process above a running system: serves its packages, and sees to it that all of it ends together.

`python -m notanker_lab.booted keeper SPEC.json`. A container gets a mount namespace and a control group of
its own: its file system and its cgroup tree are mounted there alone, so that nothing of them can stay on the
host, whatever layout of cgroups the host has.
"""

import contextlib
import json
import os
import subprocess
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

from notanker_lab import kernel
from notanker_lab.booted import courier, recipe

_URGENT_NICE: Final = -10
_LEAVING_S: Final = 5.0
_CGROUPS: Final = Path("/sys/fs/cgroup")
# The system ends when its keeper does, even by SIGKILL.
_BOUND: Final = ("setpriv", "--pdeathsig", "KILL")
_INTO_CGROUP: Final = 'echo $$ >"$0/cgroup.procs" && exec "$@"'


@dataclass(frozen=True, slots=True)
class Layers:
    """The file system of a container: an image, what it writes over it, and where both are one."""

    lower: str
    upper: str
    work: str
    merged: str


@dataclass(frozen=True, slots=True)
class Spec:
    """What a keeper keeps.

    Args:
        name: of the system.
        argv: the system's own command.
        log: what it prints goes there.
        pid_file: its process id goes there.
        namespace: a network namespace in which the courier stands, or ""
        socket: a Unix socket at which the courier stands, or ""
        folder: where it runs.
        urgent: whether it comes before others: a guest kernel has deadlines, and panics when emulation
            is starved.
        layers: of a container.
        aides: commands that run beside it.
    """

    name: str
    argv: list[str]
    log: str
    pid_file: str
    namespace: str = ""
    socket: str = ""
    folder: str = "/"
    urgent: bool = False
    layers: Layers | None = None
    aides: list[list[str]] = field(default_factory=list)

    def write(self, path: Path) -> None:
        """Write it where a keeper will read it."""
        path.write_text(json.dumps(asdict(self)), encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> "Spec":
        """Read what ``write`` wrote."""
        told = json.loads(path.read_text(encoding="utf-8"))
        told["layers"] = Layers(**told["layers"]) if told["layers"] else None
        return cls(**told)


def main(argv: Sequence[str]) -> int:
    """Keep one system until it has ended, and give its status."""
    spec = Spec.read(Path(argv[0]))
    if spec.urgent:
        _come_first()
    line = spec.argv
    group = _CGROUPS / f"notanker-booted-{spec.name}"
    if spec.layers:
        _mount(spec.layers)
        _sweep_groups()
        group.mkdir()
        line = ["sh", "-c", _INTO_CGROUP, str(group), *line]
    _open_courier(spec)
    with Path(spec.log).open("ab") as log:
        status = _keep(spec, line, log.fileno())
    # What was in it is dead, but may not be gone yet.
    end_s = time.monotonic() + _LEAVING_S
    while not _remove(group) and time.monotonic() < end_s:
        time.sleep(0.01)
    return status


def _keep(spec: Spec, line: list[str], log: int) -> int:
    env = {**os.environ, "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"}

    def start(command: list[str]) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [*_BOUND, *command],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=env,
            cwd=spec.folder,
        )

    aides = [start(aide) for aide in spec.aides]
    system = start(line)
    pid_file = Path(spec.pid_file)
    pid_file.write_text(str(system.pid), encoding="ascii")
    status = system.wait()
    pid_file.unlink(missing_ok=True)
    for aide in aides:
        aide.kill()
        aide.wait()
    return status


def _come_first() -> None:
    # Its session is a group of its own for the scheduler, where there are such groups.
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, _URGENT_NICE)
        Path("/proc/self/autogroup").write_text(str(_URGENT_NICE), encoding="ascii")


def _mount(layers: Layers) -> None:
    kernel.unshare(kernel.CLONE_NEWNS)
    kernel.mount("none", "/", "", kernel.MS_REC | kernel.MS_PRIVATE)
    parts = f"lowerdir={layers.lower},upperdir={layers.upper},workdir={layers.work}"
    kernel.mount("overlay", layers.merged, "overlay", 0, parts)
    kernel.mount("cgroup2", str(_CGROUPS), "cgroup2")


def _open_courier(spec: Spec) -> None:
    if spec.namespace:
        with kernel.in_network(spec.namespace):
            listener = courier.tcp_listener(recipe.COURIER, recipe.COURIER_PORT)
    else:
        listener = courier.unix_listener(Path(spec.socket))
    courier.in_background(listener)


def _sweep_groups() -> None:
    """Remove control groups whose keepers were killed; one in use cannot be removed."""
    for group in _CGROUPS.glob("notanker-booted-*"):
        _remove(group)


def _remove(group: Path) -> bool:
    """Remove a tree of control groups, which goes from its leaves alone; say whether it is gone."""
    for folder, _, _ in os.walk(group, topdown=False):
        with contextlib.suppress(OSError):
            Path(folder).rmdir()
    return not group.exists()
