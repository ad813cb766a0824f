"""What the SMS bench needs of a program: start it on a modem, give it one SMS, see what it costs."""

import os
import signal
import subprocess
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import ClassVar, Final

from notanker_lab.debian import LIBRARIES, UNPACKED
from notanker_lab.errors import LabError

_TICKS: Final = os.sysconf("SC_CLK_TCK")
_END: Final = b"\0"


class Program(ABC):
    """One program on one modem.

    Args:
        port: The modem's port, by a path that stays.
        folder: For all that it writes.

    Attributes:
        name: As the table heads its column.
        version: The same.
        log: What it takes for its log file; its lines are counted and thrown away.
        settle_s: So long it is left alone before it gets an SMS.
    """

    name: ClassVar[str]
    version: ClassVar[str] = ""
    settle_s: ClassVar[float] = 12.0

    def __init__(self, port: Path, folder: Path) -> None:
        self.port = port
        self.folder = folder
        self.log = folder / "log"
        self._process: subprocess.Popen[bytes] | None = None
        self._lines = 0
        self._reader = -1

    def start(self) -> None:
        """Start it."""
        # A pipe: a program whose modem is gone can write 30 MB in a second.
        os.mkfifo(self.log)
        self._reader = os.open(self.log, os.O_RDWR)
        threading.Thread(target=self._count, daemon=True).start()
        self.prepare()
        with (self.folder / "output").open("wb") as output:
            self._process = subprocess.Popen(
                self.command(), stdout=output, stderr=output, stdin=subprocess.DEVNULL,
                env={**os.environ, **self.environment()}, cwd=self.folder, start_new_session=True,
            )  # fmt: skip

    def check(self) -> None:
        """Make sure that it runs.

        Raises:
            LabError: it has ended.
        """
        if self._process is None or self._process.poll() is not None:
            said = (self.folder / "output").read_text(errors="replace")[-500:]
            raise LabError(f"{self.name} has ended: {said}")

    def stop(self) -> None:
        """End it and all it started."""
        if self._process is not None:
            for signum in (signal.SIGTERM, signal.SIGKILL):
                with suppress(ProcessLookupError, subprocess.TimeoutExpired):
                    os.killpg(self._process.pid, signum)
                    self._process.wait(5)
        os.write(self._reader, _END)

    def cpu_s(self) -> float:
        """Give the processor time that it and its children have used."""
        assert self._process is not None
        return sum(_cpu_s(path, self._process.pid) for path in Path("/proc").glob("[0-9]*/stat"))

    def log_lines(self) -> int:
        """Count what it has logged."""
        return self._lines

    @abstractmethod
    def prepare(self) -> None:
        """Write its configuration."""

    def environment(self) -> Mapping[str, str]:
        """Give what its environment needs."""
        return {}

    @abstractmethod
    def command(self) -> list[str]:
        """Give its command line."""

    @abstractmethod
    def send(self, number: str, text: str, serial: int) -> None:
        """Hand it one SMS, as its users do; ``serial`` is another one for each."""

    def _count(self) -> None:
        while data := os.read(self._reader, 1 << 16):
            self._lines += data.count(b"\n")
            if data.endswith(_END):
                break
        os.close(self._reader)


def _cpu_s(path: Path, session: int) -> float:
    with suppress(OSError, IndexError, ValueError):
        fields = path.read_text().rpartition(")")[2].split()
        if int(fields[3]) == session:
            return sum(map(int, fields[11:15])) / _TICKS
    return 0.0


def libraries(*packages: str) -> Mapping[str, str]:
    """Give the environment in which programs find the libraries of unpacked packages."""
    places = ("usr/lib", LIBRARIES, LIBRARIES.removeprefix("usr/"))
    found = [str(UNPACKED / package / place) for package in packages for place in places]
    return {"LD_LIBRARY_PATH": ":".join(found)}


def drop(path: Path, text: str) -> None:
    """Let a file appear whole in a spool folder."""
    new = path.parent.parent / f"new-{time.monotonic_ns()}"
    new.write_text(text, encoding="utf-8")
    new.rename(path)
