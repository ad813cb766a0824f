"""Programs that take alerts and are killed: notanker's own outbox, gammu-smsd, Alertmanager."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar, Final

from bench.alerts.carrier import FIRST_NUMBER
from bench.modems.gammu import Gammu

from notanker_lab.at_modem import AtModem
from notanker_lab.debian import unpacked
from notanker_lab.local_server import LocalServer
from notanker_lab.reach import CHECKOUT

REPORT_S: Final = 1.0
ASKED_S: Final = 2.0
TEXT: Final = "Ausfall Fulda. Nr {number}-1"


class Taker(ABC):
    """One program with a way to people of its own.

    Args:
        folder: For all that it writes; it outlives every kill.
        radio_s: How long the network takes for each SMS.
    """

    title: ClassVar[str]
    resent_s: ClassVar[float] = 0.0
    """The source repeats what it has posted after so long; 0 for never."""

    def __init__(self, folder: Path, radio_s: float) -> None:
        self.folder, self.radio_s = folder, radio_s
        self._held = ExitStack()
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True)

    def open(self) -> None:
        """Prepare it, and start it."""
        self.prepare(self._held)
        self.start()

    def start(self) -> None:
        """Start it; what it has on disk is there again."""
        with (self.folder / "output").open("ab") as output:
            self._process = subprocess.Popen(
                self.command(), stdout=output, stderr=output, stdin=subprocess.DEVNULL,
                env={**os.environ, **self.environment()}, cwd=self.folder,
            )  # fmt: skip

    def kill(self) -> None:
        """End it as a power cut would."""
        assert self._process is not None
        with suppress(ProcessLookupError):
            os.kill(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def close(self) -> None:
        """End it and all that it stands on."""
        if self._process is not None:
            self.kill()
        self._held.close()

    @abstractmethod
    def prepare(self, held: ExitStack) -> None:
        """Set up what outlives it: its modem or service, its configuration."""

    @abstractmethod
    def command(self) -> Sequence[str]:
        """Give its command line."""

    def environment(self) -> Mapping[str, str]:
        """Give what its environment needs."""
        return {}

    @abstractmethod
    def offer(self, number: int) -> bool:
        """Hand it one alert; say whether it has accepted it."""

    @abstractmethod
    def on_air(self) -> Sequence[str]:
        """Give the texts that left."""

    def waiting(self) -> set[int]:
        """Give the alerts that it still has, and will try again."""
        return set()


class Notanker(Taker):
    """The agent's own way of an alert."""

    title = "notanker"

    def prepare(self, held: ExitStack) -> None:
        """Plug in its modem."""
        self.modem = held.enter_context(AtModem("quectel"))
        self.modem.set(report_s=REPORT_S, radio_s=self.radio_s)

    def command(self) -> Sequence[str]:
        """Give its command line."""
        carrier = CHECKOUT / "bench" / "alerts" / "carrier.py"
        return [sys.executable, "-P", str(carrier), str(self.modem.port), str(self.folder)]

    def offer(self, number: int) -> bool:
        """Write the number, and wait for the answer that it is on disk."""
        with socket.socket(socket.AF_UNIX) as door, suppress(OSError):
            door.settimeout(ASKED_S)
            door.connect(str(self.folder / "alerts"))
            door.sendall(b"%d\n" % number)
            return door.recv(8) == b"ok\n"
        return False

    def on_air(self) -> Sequence[str]:
        """Give the texts that its modem sent."""
        return self.modem.texts()


class GammuSmsd(Taker):
    """gammu-smsd with spool folders, time-outs shortened in its favour."""

    title = "gammu-smsd 1.42.0"

    def prepare(self, held: ExitStack) -> None:
        """Plug in its modem, and write its configuration."""
        self.modem = held.enter_context(AtModem("quectel"))
        self.modem.set(report_s=REPORT_S, radio_s=self.radio_s)
        self._program = Gammu(self.modem.port, self.folder)
        self._program.prepare()

    def command(self) -> Sequence[str]:
        """Give its command line."""
        return self._program.command()

    def environment(self) -> Mapping[str, str]:
        """Give the places of its libraries."""
        return self._program.environment()

    def offer(self, number: int) -> bool:
        """Put a file into its spool, which it needs not run for."""
        self._program.send(f"+{FIRST_NUMBER + number}", TEXT.format(number=number), number)
        return True

    def on_air(self) -> Sequence[str]:
        """Give the texts that its modem sent."""
        return self.modem.texts()

    def waiting(self) -> set[int]:
        """Give what lies in its spool."""
        files = (self.folder / "outbox").glob("OUT*")
        return {int(file.read_text().rpartition("Nr ")[2].partition("-")[0]) for file in files}


class Gateway(LocalServer):
    """A web service that sends one SMS after the other, and is never killed."""

    def __init__(self, radio_s: float) -> None:
        self.sent: list[str] = []
        self._radio_s = radio_s
        self._air = threading.Lock()
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        server.daemon_threads = True
        super().__init__(server)

    def take(self, alerts: list[dict[str, Any]]) -> None:
        """Send what fires."""
        for alert in alerts:
            if alert["status"] == "firing":
                with self._air:
                    self.go.wait(self._radio_s)
                    self.sent.append(TEXT.format(number=alert["labels"]["number"]))


def _handler(gateway: Gateway) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            gateway.take(json.loads(body)["alerts"])
            with suppress(OSError):  # whoever asked may have been killed meanwhile
                self.send_response(200)
                self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    return Handler


_ROUTE: Final = """
route:
  group_by: ['...']
  group_wait: {wait}
  group_interval: {interval}
  repeat_interval: 3h
  receiver: sms
receivers:
- name: sms
  webhook_configs:
  - url: http://{gateway}/
    send_resolved: false
"""


class Alertmanager(Taker):
    """Debian's Alertmanager with its data folder, each alert a group of its own, waits as shipped."""

    title = "Alertmanager 0.25.0, as shipped"
    group_wait: ClassVar[str] = "30s"
    group_interval: ClassVar[str] = "5m"
    snapshot: ClassVar[str] = "15m"

    def prepare(self, held: ExitStack) -> None:
        """Start the service behind its webhook, and write its configuration."""
        self.gateway = held.enter_context(Gateway(self.radio_s))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        text = _ROUTE.format(
            wait=self.group_wait, interval=self.group_interval, gateway=self.gateway.address
        )
        (self.folder / "alertmanager.yml").write_text(text, encoding="ascii")

    def command(self) -> Sequence[str]:
        """Give its command line."""
        share = unpacked("prometheus-alertmanager", "usr/share")
        program = unpacked("prometheus-alertmanager", "usr/bin/prometheus-alertmanager")
        # Debian's build reads its templates from /usr/share alone: it gets a name space where they are.
        there = f'mount --bind {share} /usr/share && exec "$0" "$@"'
        return [
            "unshare", "--map-root-user", "--mount", "sh", "-c", there, str(program),
            "--config.file=alertmanager.yml", "--storage.path=data", "--cluster.listen-address=",
            f"--web.listen-address=127.0.0.1:{self._port}",
            f"--data.maintenance-interval={self.snapshot}",
        ]  # fmt: skip

    def offer(self, number: int) -> bool:
        """Post it as a source does; 200 is its yes."""
        body = [{"labels": {"alertname": "Ausfall", "number": str(number)}}]
        request = urllib.request.Request(
            f"http://127.0.0.1:{self._port}/api/v2/alerts",
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=ASKED_S) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def on_air(self) -> Sequence[str]:
        """Give what the service sent."""
        return list(self.gateway.sent)


class Prompt(Alertmanager):
    """The same without any wait, in its favour."""

    title = "... without waits"
    group_wait = "0s"
    group_interval = "1s"


class Resent(Prompt):
    """The same, and its source repeats each alert as long as it lasts, as Prometheus does."""

    title = "... and the source resends"
    resent_s = 10.0


class Diligent(Resent):
    """The same, and what was told is written down each second instead of each quarter of an hour."""

    title = "... and snapshots each second"
    snapshot = "1s"


TAKERS: Final[Mapping[str, type[Taker]]] = {
    "notanker": Notanker,
    "gammu": GammuSmsd,
    "alertmanager": Alertmanager,
    "prompt": Prompt,
    "resent": Resent,
    "diligent": Diligent,
}
