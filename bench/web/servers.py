"""The portal as it is shipped, and nginx as Debian ships it, with the same pages."""

import getpass
import gzip
import os
import subprocess
import sys
import threading
import time
import urllib.request
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import ClassVar, Final, Self

import msgspec

from notanker.core.moment import Moment
from notanker.core.names import Line
from notanker.core.status import Status
from notanker_lab.debian import unpacked
from notanker_lab.ports import free_port

PLAN: Final = Path(__file__).resolve().parents[2] / "examples" / "plan"
PAGES: Final = ("/de/", "/en/", "/kontakte", "/druck")
START_S: Final = 20.0

_TOML: Final = """
[site]
id = "musterhafen"
[primary]
interface = "eth0"
[backup]
interface = "wwan0"
gateway = "192.0.2.1"
[[anchor]]
kind = "icmp"
address = "192.0.2.53"
[portal]
host = "127.0.0.1"
port = {port}
[paths]
state = "{folder}/state"
run = "{folder}/run"
plan = "{plan}"
"""
_NGINX: Final = """
user {user};
pid {folder}/nginx.pid;
worker_processes 1;
daemon off;
events {{ worker_connections 768; }}
http {{
  access_log off;
  default_type text/html;
  sendfile on;
  tcp_nopush on;
  gzip on;
  gzip_static on;
  client_body_temp_path {folder}/body;
  fastcgi_temp_path {folder}/fastcgi;
  proxy_temp_path {folder}/proxy;
  scgi_temp_path {folder}/scgi;
  uwsgi_temp_path {folder}/uwsgi;
  server {{
    listen 127.0.0.1:{port};
    root {folder}/pages;
    location / {{ try_files $uri $uri/index.html $uri.html =404; }}
  }}
}}
"""


class Server(ABC):
    """A server that runs while it is entered."""

    name: ClassVar[str]

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.folder.mkdir()
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def prepare(self) -> Sequence[str | Path]:
        """Write what it needs, and return its command line."""

    @property
    def pid(self) -> int:
        """Its process."""
        assert self._process is not None
        return self._process.pid

    def __enter__(self) -> Self:
        line = self.prepare()
        log = (self.folder / "log").open("wb")
        self._process = subprocess.Popen(
            line, stdout=log, stderr=log, env={**os.environ, "MALLOC_ARENA_MAX": "1"}
        )
        end_s = time.monotonic() + START_S
        while not self._answers():
            if time.monotonic() > end_s or self._process.poll() is not None:
                said = (self.folder / "log").read_text()
                raise RuntimeError(f"{self.name} does not answer: {said}")
            time.sleep(0.05)
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process is not None
        self._process.terminate()
        self._process.wait(10)

    def get(self, path: str, encoding: str = "identity") -> bytes:
        """Return a page as it comes."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}")
        request.add_header("Accept-Encoding", encoding)
        with urllib.request.urlopen(request, timeout=5) as answer:
            return bytes(answer.read())

    def _answers(self) -> bool:
        with suppress(OSError):
            return b"Musterhafen" in self.get("/de/")
        return False


class Portal(Server):
    """The portal, beside an agent that writes what it knows every five seconds."""

    name = "portal"

    def prepare(self) -> Sequence[str | Path]:
        """Accept the sample plan, and begin to write the status."""
        toml = self.folder / "notanker.toml"
        toml.write_text(_TOML.format(folder=self.folder, port=self.port, plan=PLAN))
        for name in ("state", "run"):
            (self.folder / name).mkdir()
        store = self.folder / "state" / "plans"
        notanker = [sys.executable, "-m", "notanker.cli"]
        accept: list[str | Path] = [*notanker, "plan", "accept", PLAN, "--store", store]
        subprocess.run(accept, check=True, capture_output=True)
        self._tell()
        threading.Thread(target=self._go_on_telling, daemon=True).start()
        return [*notanker, "portal", "--config", toml]

    def _go_on_telling(self) -> None:
        while True:
            time.sleep(5)
            with suppress(OSError):
                self._tell()

    def _tell(self) -> None:
        now = Moment(
            time.clock_gettime(time.CLOCK_BOOTTIME),
            time.clock_gettime(time.CLOCK_REALTIME),
            trusted=True,
            boot=Path("/proc/sys/kernel/random/boot_id").read_text().strip(),
        )
        file = self.folder / "run" / "status.json"
        fresh = file.with_suffix(".new")
        fresh.write_bytes(msgspec.json.encode(Status("musterhafen", now, Line.BACKUP, now)))
        fresh.replace(file)


class Nginx(Server):
    """nginx with the portal's finished pages as files, compressed beforehand."""

    name = "nginx"

    def __init__(self, folder: Path, pages: dict[str, bytes]) -> None:
        super().__init__(folder)
        self._pages = pages

    def prepare(self) -> Sequence[str | Path]:
        """Write the pages and its configuration."""
        for path, content in self._pages.items():
            name = f"{path}index" if path.endswith("/") else path
            file = self.folder / "pages" / f"{name.strip('/')}.html"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
            file.with_name(f"{file.name}.gz").write_bytes(gzip.compress(content, 6))
        conf = self.folder / "nginx.conf"
        conf.write_text(_NGINX.format(folder=self.folder, port=self.port, user=getpass.getuser()))
        program = unpacked("nginx", "usr/sbin/nginx")
        return [program, "-c", conf, "-p", self.folder, "-e", self.folder / "error.log"]
