"""Processes of a lab: started in a namespace, as a user of one's choice, and ended for certain."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO

_PACKAGE_ROOT = Path(__file__).resolve().parents[1]
_GRACE_S = 2.0


def module(name: str) -> list[str]:
    """Give the command line that runs the lab's module ``name``, wherever it is run."""
    return [sys.executable, "-P", "-m", f"notanker_lab.{name}"]


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Give this process's environment, with the lab importable, plus ``extra``."""
    env = {**os.environ, "PYTHONUNBUFFERED": "1", **(extra or {})}
    paths = [str(_PACKAGE_ROOT), env.get("PYTHONPATH", "")]
    env["PYTHONPATH"] = ":".join(filter(None, paths))
    return env


def as_user(uid: int, ambient_caps: Iterable[str]) -> list[str]:
    """Give the command prefix that becomes ``uid`` (gid the same, no groups, no way back up).

    ``ambient_caps`` are capabilities it keeps, without the CAP_ ("net_admin"). The number need
    not belong to a user of this machine.
    """
    caps = ",".join(["-all", *(f"+{cap}" for cap in ambient_caps)])
    who = ["--reuid", str(uid), "--regid", str(uid), "--clear-groups", "--no-new-privs"]
    bounds = [f"--bounding-set={caps}", f"--inh-caps={caps}", f"--ambient-caps={caps}"]
    return ["setpriv", *who, *bounds]


class Processes:
    """All processes one lab started; each has a session of its own and a log in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._started: list[subprocess.Popen[bytes]] = []

    def start(
        self,
        argv: Sequence[str],
        name: str,
        env: Mapping[str, str] | None = None,
        pass_fds: Sequence[int] = (),
        cwd: str | Path | None = None,
        stdin: int | IO[bytes] = subprocess.DEVNULL,
    ) -> subprocess.Popen[bytes]:
        """Start ``argv``; what it prints goes to FOLDER/<n>-<name>.out and .err."""
        base = self._folder / f"{len(self._started):03d}-{name}"
        with base.with_suffix(".out").open("wb") as out, base.with_suffix(".err").open("wb") as err:
            process = subprocess.Popen(
                argv,
                env=environment(env),
                stdin=stdin,
                stdout=out,
                stderr=err,
                pass_fds=pass_fds,
                cwd=cwd,
                start_new_session=True,
            )
        self._started.append(process)
        return process

    def logs(self, process: subprocess.Popen[bytes]) -> tuple[Path, Path]:
        """Give the files with what ``process`` wrote to stdout and stderr."""
        number = self._started.index(process)
        out = next(self._folder.glob(f"{number:03d}-*.out"))
        return out, out.with_suffix(".err")

    def end(self, process: subprocess.Popen[bytes], grace_s: float = _GRACE_S) -> int:
        """End one process and its session: TERM, after ``grace_s`` KILL; give its exit status."""
        self._end_all([process], grace_s)
        return process.wait()

    def end_all(self) -> None:
        """End every process, the youngest first."""
        self._end_all(self._started[::-1], _GRACE_S)

    def _end_all(self, which: Sequence[subprocess.Popen[bytes]], grace_s: float) -> None:
        for process in which:
            _signal(process, signal.SIGTERM)
        end_s = time.monotonic() + grace_s
        for process in which:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, end_s - time.monotonic()))
        for process in which:
            _signal(process, signal.SIGKILL)
            process.wait()


def _signal(process: subprocess.Popen[bytes], signum: int) -> None:
    # The session's id is the process's own; it stays taken while any child of it lives.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signum)
