"""The real centre at the far end of the cable, and a site that reports to it."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from bench.wire.cable import inside

PORT: Final = 8443
NAME: Final = "centre.example"
_START_S: Final = 30.0


def certificates(folder: Path) -> None:
    """Make an authority, and a certificate of it for the centre: both ECDSA P-256."""
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    ca, ca_key = folder / "ca.pem", folder / "ca.key"
    _openssl("req", "-x509", *curve, "-days", "3650", "-subj", "/CN=Example CA", "-keyout", str(ca_key),
             "-out", str(ca))  # fmt: skip
    signed = [
        "-CA",
        str(ca),
        "-CAkey",
        str(ca_key),
        "-addext",
        f"subjectAltName=DNS:{NAME},DNS:localhost",
    ]
    _openssl("req", "-x509", *curve, "-days", "365", "-subj", f"/CN={NAME}", *signed,
             "-keyout", str(folder / "centre.key"), "-out", str(folder / "centre.pem"))  # fmt: skip


@contextmanager
def centre(folder: Path) -> Iterator[None]:
    """Run the centre until the end."""
    (folder / "central.toml").write_text(
        f'[listen]\nport = {PORT}\ncertificate = "{folder}/centre.pem"\nkey = "{folder}/centre.key"\n'
        f'[database]\nurl = "sqlite:///{folder}/central.sqlite"\n[board]\nlisten = ""\n'
        f'[udp]\nlisten = ":{PORT}"\n[mqtt]\nurl = "mqtts://localhost"\nca = "{folder}/ca.pem"\n'
        f'[[site]]\nid = "nord"\nname = "Nord"\n',
        encoding="utf-8",
    )
    command = [
        sys.executable,
        "-m",
        "notanker.cli",
        "central",
        "--config",
        str(folder / "central.toml"),
    ]
    made = subprocess.run([*command, "site-key", "nord"], check=True, capture_output=True)
    (folder / "site.key").write_bytes(made.stdout)
    with (folder / "central.log").open("w+") as log:
        process = subprocess.Popen([*inside(), *command], stderr=log)
        try:
            _listening(process, folder / "central.log")
            yield
        finally:
            process.terminate()
            process.wait(10)


def _listening(process: subprocess.Popen[bytes], log: Path) -> None:
    until_s = time.monotonic() + _START_S
    while "listening" not in log.read_text(encoding="utf-8"):
        if process.poll() is not None or time.monotonic() > until_s:
            sys.exit(f"the centre did not start: {log.read_text(encoding='utf-8')}")
        time.sleep(0.05)


def _openssl(*words: str) -> None:
    subprocess.run(["openssl", *words], check=True, capture_output=True)
