"""A real mosquitto on loopback, with TLS and one user, for the tests of both ends."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from notanker_lab.debian import unpacked

USER, PASSWORD = "notanker", "a-password-of-the-broker"
START_S = 20.0


@dataclass
class Broker:
    """A broker that can be ended and started again on its port."""

    folder: Path
    certificate: Path
    key: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def password(self) -> Path:
        return self.folder / "password"

    def start(self) -> None:
        program = unpacked("mosquitto", "usr/sbin/mosquitto")
        command = [str(program), "-c", str(self.folder / "mosquitto.conf")]
        with (self.folder / "mosquitto.log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        until_s = time.monotonic() + START_S
        while time.monotonic() < until_s:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port)):
                return
            time.sleep(0.02)
        raise AssertionError((self.folder / "mosquitto.log").read_text())

    def end(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(START_S)
            self.process = None


@contextlib.contextmanager
def running(folder: Path, files: tuple[Path, Path]) -> Iterator[Broker]:
    """Run a broker with this certificate and key."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    broker = Broker(folder, *files, port)
    broker.password.write_text(PASSWORD + "\n", encoding="ascii")
    users = folder / "users"
    users.touch(mode=0o600)
    tool = unpacked("mosquitto", "usr/bin/mosquitto_passwd")
    subprocess.run([tool, "-b", users, USER, PASSWORD], check=True, capture_output=True)
    (folder / "mosquitto.conf").write_text(
        f"listener {port} 127.0.0.1\ncertfile {files[0]}\nkeyfile {files[1]}\n"
        f"allow_anonymous false\npassword_file {users}\nuser root\nlog_dest stderr\n",
        encoding="ascii",
    )
    broker.start()
    try:
        yield broker
    finally:
        broker.end()
