"""The plugin guide's own example is a plugin that works."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from notanker.plugin import Permanent, Retry, Unknown
from tests.contract.support.runner import Runner

GUIDE = Path(__file__).parents[2] / "docs" / "plugin-guide.md"
TOKEN = "geheim-wie-das-meer"


class Service(BaseHTTPRequestHandler):
    got: ClassVar[list[tuple[str, str, str]]] = []
    status: ClassVar[int] = 200

    def do_POST(self) -> None:
        text = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.got.append((self.path, text, self.headers["Authorization"]))
        if self.status == 0:
            return  # hang up without an answer
        self.send_response(self.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def service() -> Iterator[str]:
    Service.got.clear()
    Service.status = 200
    with ThreadingHTTPServer(("127.0.0.1", 0), Service) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """Install what the guide shows, as the guide says."""
    text = GUIDE.read_text()
    code = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)[0]
    points = re.findall(
        r'\[project\.entry-points\."notanker\.plugins"\]\n(.*?)```', text, re.DOTALL
    )
    points = points[0].replace('"', "")
    (tmp_path / "notanker_ntfy.py").write_text(code)
    info = tmp_path / "notanker_ntfy-0.dist-info"
    info.mkdir()
    (info / "entry_points.txt").write_text(f"[notanker.plugins]\n{points}")
    return tmp_path


def test_the_example_fits_its_heading() -> None:
    code = re.findall(r"```python\n(.*?)```", GUIDE.read_text(), flags=re.DOTALL)[0]
    lines = [line for line in code.splitlines() if line.strip()]
    assert len(lines) <= 32


def test_the_example_sends_and_tells_its_failures_apart(
    runner: Runner, installed: Path, service: str
) -> None:
    token = installed / "token"
    token.write_text(f"{TOKEN}\n")
    options = {"url": service, "token": str(token)}
    ntfy = runner.start("ntfy", options, path=(str(installed),))
    assert ntfy.send("Störung 17-1").proof == "HTTP 200"
    assert Service.got == [("/+491713920017", "Störung 17-1", f"Bearer {TOKEN}")]
    Service.status = 403
    with pytest.raises(Permanent):
        ntfy.send()
    Service.status = 503
    with pytest.raises(Retry):
        ntfy.send()
    Service.status = 0
    with pytest.raises(Unknown):
        ntfy.send()
    assert ntfy.find_sent("Störung 17-1", "17-1") is None
    assert TOKEN not in runner.output()
