"""A real mosquitto at the centre's end of the cable."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from bench.wire.cable import inside

from notanker_lab.debian import unpacked

PORT: Final = 8883
_START_S: Final = 10.0


@contextmanager
def broker(folder: Path) -> Iterator[None]:
    """Run it until the end, with the centre's certificate; whoever comes may connect."""
    config = folder / "mosquitto.conf"
    config.write_text(
        f"listener {PORT}\ncertfile {folder}/centre.pem\nkeyfile {folder}/centre.key\n"
        "allow_anonymous true\nuser root\nlog_dest stderr\n",
        encoding="ascii",
    )
    program = unpacked("mosquitto", "usr/sbin/mosquitto")
    with (folder / "mosquitto.log").open("w") as log:
        command = [*inside(), str(program), "-c", str(config)]
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            _listening(folder / "mosquitto.log")
            yield
        finally:
            process.terminate()
            process.wait(10)


def _listening(log: Path) -> None:
    until_s = time.monotonic() + _START_S
    while "running" not in log.read_text(encoding="utf-8"):
        if time.monotonic() > until_s:
            raise SystemExit(f"mosquitto did not start: {log.read_text(encoding='utf-8')}")
        time.sleep(0.05)
