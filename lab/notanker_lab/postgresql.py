"""PostgreSQL on loopback, unpacked and not installed: a database of its own in a folder of its own.

It refuses to run as root, so there it runs as nobody, who may read what root may (the checkout can lie where
nobody else may enter) and write only its own folder.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from notanker_lab.debian import LIBRARIES, unpacked
from notanker_lab.errors import LabError
from notanker_lab.ports import free_port

START_S: Final = 60.0
USER: Final = "centre"
DATABASE: Final = "postgres"
_NOBODY: Final = 65534
_BIN: Final = "usr/lib/postgresql/15/bin"
_QUIET: Final = ("jit=off", "max_connections=40", "shared_buffers=64MB", "timezone=UTC")


class Postgresql:
    """One running server.

    Attributes:
        url: Its address for SQLAlchemy with psycopg.
    """

    def __init__(self, folder: Path, port: int, settings: Sequence[str]) -> None:
        self._folder = folder
        self._port = port
        self._settings = (*_QUIET, *settings)
        self._process: subprocess.Popen[bytes] | None = None
        self.url: Final = f"postgresql+psycopg://{USER}@127.0.0.1:{port}/{DATABASE}"

    def prepare(self) -> None:
        """Make an empty database."""
        if os.geteuid() == 0:
            os.chown(self._folder, _NOBODY, _NOBODY)
        options = ["-D", str(self._data), "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C"]
        line = [*_as_nobody(), str(unpacked("postgresql-15", f"{_BIN}/initdb")), *options, "-N"]
        made = subprocess.run(line, capture_output=True, env=_environment(), check=False)
        if made.returncode:
            raise LabError(f"initdb: {made.stderr.decode(errors='replace')}")

    def start(self) -> None:
        """Start it and wait until it answers.

        Raises:
            LabError: it does not.
        """
        program = str(unpacked("postgresql-15", f"{_BIN}/postgres"))
        settings = [word for one in self._settings for word in ("-c", one)]
        place = ["-D", str(self._data), "-h", "127.0.0.1", "-p", str(self._port), "-k", ""]
        line = [*_as_nobody(), program, *place, *settings]
        with (self._folder / "log").open("wb") as log:
            self._process = subprocess.Popen(line, stdout=log, stderr=log, env=_environment())
        self._await()

    def end(self, number: int = signal.SIGINT) -> None:
        """End it: SIGINT politely and at once, SIGQUIT as a crash would (PostgreSQL manual, 19.5)."""
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(START_S)
            self._process = None

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def _await(self) -> None:
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                break
            if b"ready to accept connections" in (self._folder / "log").read_bytes():
                return
            time.sleep(0.02)
        raise LabError(f"PostgreSQL did not start: {(self._folder / 'log').read_text()[-2000:]}")


@contextlib.contextmanager
def postgresql(*settings: str, folder: Path | None = None) -> Iterator[Postgresql]:
    """Run a server with an empty database, and remove everything at the end.

    Args:
        settings: Of postgresql.conf, such as `fsync=off`.
        folder: Where to make its folder; the machine's temporary one by default.
    """
    place = Path(tempfile.mkdtemp(prefix="notanker-pg-", dir=folder))
    server = Postgresql(place, free_port(), settings)
    try:
        server.prepare()
        server.start()
        yield server
    finally:
        server.end()
        shutil.rmtree(place, ignore_errors=True)


def _as_nobody() -> list[str]:
    if os.geteuid() != 0:
        return []
    user = [f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups"]
    reading = ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]
    return ["setpriv", *user, *reading]


def _environment() -> dict[str, str]:
    libraries = str(unpacked("libpq5", LIBRARIES))
    return {**os.environ, "LD_LIBRARY_PATH": libraries, "LC_ALL": "C", "TZ": "UTC"}
