"""Centres, workers and load generators as processes of their own, ended by their ids."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from bench.centre import fleet

HERE: Final = Path(__file__).parent
_CENTRE: Final = """
import sys
from pathlib import Path
from notanker_central import load, serve, work
from notanker_central.logs import open_log
open_log("warning")
config, problems = load(Path(sys.argv[1]))
assert config, problems
def ready(ports):
    print("ready", ports.beats, ports.udp, flush=True)
serve(config, ready) if sys.argv[2] == "serve" else (print("ready", flush=True), work(config))
"""


def certificate(folder: Path) -> tuple[Path, Path]:
    """Make a certificate for the bench's centre."""
    pem, key = folder / "certificate.pem", folder / "key.pem"
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
    files = ["-keyout", str(key), "-out", str(pem), "-subj", "/CN=central.example"]
    line = ["openssl", "req", "-x509", "-nodes", "-days", "2", *curve, *files]
    subprocess.run(line, check=True, capture_output=True)
    return pem, key


def prepare(folder: Path, url: str, sites: int, more: str = "") -> Path:
    """List the sites in the database, and write central.toml."""
    folder.mkdir(parents=True, exist_ok=True)
    pem, key = certificate(folder)
    master = folder / "central.master"
    fleet.fill(url, master, sites)
    toml = folder / "central.toml"
    toml.write_text(
        f'[listen]\nhost = "127.0.0.1"\nport = 0\ncertificate = "{pem}"\nkey = "{key}"\n'
        f'[udp]\nlisten = "127.0.0.1:0"\n[database]\nurl = "{url}"\n[board]\nlisten = ""\n'
        f'[keys]\nmaster = "{master}"\n{more}'
    )
    return toml


@contextlib.contextmanager
def process(toml: Path, what: str) -> Iterator[tuple[subprocess.Popen[str], list[int]]]:
    """Run a centre (`serve`) or a worker (`work`); gives its ports, HTTPS and UDP."""
    running = subprocess.Popen(
        [sys.executable, "-c", _CENTRE, str(toml), what], stdout=subprocess.PIPE, text=True
    )
    try:
        assert running.stdout is not None
        words = running.stdout.readline().split()
        if words[:1] != ["ready"]:
            raise SystemExit(f"the {what} did not start")
        yield running, [int(word) for word in words[1:]]
    finally:
        if running.poll() is None:
            running.send_signal(signal.SIGTERM)
            try:
                running.wait(30)
            except subprocess.TimeoutExpired:
                running.kill()
                running.wait()


def load(
    program: str, centre: subprocess.Popen[Any] | None = None, **options: Any
) -> dict[str, Any]:
    """Run a load generator and return what it prints, and what a beat cost the centre's processors.

    The generator says `begin` when it begins to measure. What a beat costs is less disturbed by whatever else
    the machine does than how many there are in a second.
    """
    line = [sys.executable, str(HERE / program), json.dumps(options)]
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        begun = running.stdout.readline()
        before_s = _spent_s(centre)
        figures: dict[str, Any] = json.loads(running.stdout.readline())
        spent_s = _spent_s(centre) - before_s
    if running.returncode or begun != "begin\n":
        raise SystemExit(f"{program} failed")
    return {**figures, "cpu_us": spent_s / max(figures["answered"], 1) * 1e6}


def _spent_s(process: subprocess.Popen[Any] | None) -> float:
    """Return the processor time that a process and the session that it leads, if any, have used; proc(5)."""
    if process is None:
        return 0.0
    ticks = 0
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # one that has ended by now
            fields = (folder / "stat").read_text("ascii", "replace").rpartition(")")[2].split()
            if process.pid in {int(folder.name), int(fields[3])}:
                ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")
