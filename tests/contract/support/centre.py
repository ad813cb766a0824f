"""The centre as it runs: its own process, real TLS, two sites, a plan depot."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from notanker_central import load, operating

RUN = """
import sys
from pathlib import Path
from notanker_central import load, serve
config, problems = load(Path(sys.argv[1]))
serve(config, lambda ports: print("ready", ports.beats, file=sys.stderr, flush=True))
"""


@dataclass(frozen=True)
class RunningCentre:
    """Where it is, and the keys of its sites `nord` and `sued`."""

    folder: Path
    port: int
    key: str
    other_key: str
    certificate: Path


@contextmanager
def running_centre(folder: Path) -> Iterator[RunningCentre]:
    """Run a centre whose depot is `depot` in the folder."""
    certificate, secret = certificate_in(folder)
    toml = folder / "central.toml"
    toml.write_text(
        f'[listen]\nhost = "127.0.0.1"\nport = 0\ncertificate = "{certificate}"\nkey = "{secret}"\n'
        f'[database]\nurl = "sqlite:///{folder}/central.sqlite"\n[board]\nlisten = "127.0.0.1:0"\n'
        f'[plans]\nfolder = "{folder}/depot"\narchive = "{folder}/archive"\n'
        f'[[site]]\nid = "nord"\nname = "Nord"\n'
        f'[[site]]\nid = "sued"\nname = "Sued"\n'
    )
    config, _ = load(toml)
    assert config is not None
    with operating(config) as operator:
        key, other_key = operator.make_key("nord"), operator.make_key("sued")
    process = subprocess.Popen(
        [sys.executable, "-c", RUN, str(toml)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    assert process.stderr is not None
    try:
        line = next(line for line in process.stderr if line.startswith(b"ready "))
        yield RunningCentre(folder, int(line.split()[1]), key, other_key, certificate)
    finally:
        process.terminate()
        process.stderr.close()
        process.wait()


def certificate_in(folder: Path) -> tuple[Path, Path]:
    """Make a certificate and its key for central.example."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-nodes", "-days", "2", "-newkey", "ec",
         "-pkeyopt", "ec_paramgen_curve:prime256v1", "-subj", "/CN=central.example",
         "-addext", "subjectAltName=DNS:central.example", "-keyout", str(key), "-out", str(certificate)],
        check=True, capture_output=True,
    )  # fmt: skip
    return certificate, key
