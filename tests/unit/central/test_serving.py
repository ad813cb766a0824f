"""The whole centre as it runs: its own process, real TLS, clients that are slow, rude or killed."""

from __future__ import annotations

import contextlib
import http.client
import json
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.unit.central.conftest import Makers

from notanker.beat.keys import key_of
from notanker.core.heartbeat import Ack, Beat
from notanker.shell.sealing import SiteSeal
from notanker_central import load, operating

RUN = """
import sys
from pathlib import Path
from notanker_central import load, serve
config, problems = load(Path(sys.argv[1]))
serve(config, lambda ports: print("ready", ports.beats, ports.board, file=sys.stderr, flush=True))
"""
DEADLINE_S = 30.0


@dataclass
class Running:
    """A centre in a process of its own."""

    toml: Path
    certificate: Path
    process: subprocess.Popen[str]
    port: int
    board: int
    seal: SiteSeal

    def connect(self, server_name: str = "central.example") -> http.client.HTTPSConnection:
        context = ssl.create_default_context(cafile=str(self.certificate))
        context.check_hostname = False
        return http.client.HTTPSConnection(
            "127.0.0.1", self.port, timeout=DEADLINE_S, context=context
        )

    def post(
        self, beat: Beat, connection: http.client.HTTPSConnection | None = None
    ) -> tuple[int, Ack | None]:
        once = self.connect() if connection is None else connection
        once.request("POST", "/api/1/beat", self.seal.seal(beat))
        answer = once.getresponse()
        status, told = answer.status, answer.read()
        if connection is None:
            once.close()
        return status, self.seal.open(told, beat.counter) if status == 200 else None

    def sites(self) -> dict[str, dict[str, Any]]:
        connection = http.client.HTTPConnection("127.0.0.1", self.board, timeout=DEADLINE_S)
        connection.request("GET", "/api/1/sites")
        answer = json.loads(connection.getresponse().read())
        connection.close()
        return {site["id"]: site for site in answer["sites"]}

    def end(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        code = self.process.wait(DEADLINE_S)
        assert self.process.stderr is not None
        self.process.stderr.close()
        return code


def start(toml: Path, certificate: Path) -> Running:
    process = subprocess.Popen(
        [sys.executable, "-c", RUN, str(toml)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("ready "):
            _, port, board = line.split()
            key = key_of((toml.parent / "nord.key").read_text())
            return Running(toml, certificate, process, int(port), int(board), SiteSeal(key))
    raise AssertionError("the centre did not start")


@pytest.fixture
def toml(tmp_path: Path, make: Makers, certificate: tuple[Path, Path]) -> Path:
    path = tmp_path / "central.toml"
    path.write_text(
        f'[listen]\nhost = "127.0.0.1"\nport = 0\n'
        f'certificate = "{certificate[0]}"\nkey = "{certificate[1]}"\n'
        f'[database]\nurl = "sqlite:///{tmp_path}/central.sqlite"\n[board]\n'
        f'listen = "127.0.0.1:0"\nlogin = false\n'
        f'[[site]]\nid = "nord"\nname = "Nord"\n',
        encoding="utf-8",
    )
    config, _ = load(path)
    assert config is not None
    with operating(config) as operator:
        (tmp_path / "nord.key").write_text(operator.make_key("nord"))
    return path


@pytest.fixture
def centre(toml: Path, certificate: tuple[Path, Path]) -> Iterator[Running]:
    running = start(toml, certificate[0])
    yield running
    if running.process.poll() is None:
        running.end()


def test_beats_come_in_over_tls_and_stand_on_the_board(centre: Running, make: Makers) -> None:
    status, ack = centre.post(make.beat(3, events=(make.event(1),)))
    assert (status, ack) == (200, Ack(3, 1, herald=True))
    assert centre.sites()["nord"]["state"] == "ok"


def test_a_connection_serves_many_beats(centre: Running, make: Makers) -> None:
    connection = centre.connect()
    connection.connect()
    first = connection.sock
    for counter in range(1, 6):
        assert centre.post(make.beat(counter), connection)[0] == 200
    assert connection.sock is first
    connection.close()


def test_slow_and_rude_clients_keep_nobody_waiting(centre: Running, make: Makers) -> None:
    context = ssl.create_default_context(cafile=str(centre.certificate))
    context.check_hostname = False
    held = []
    for _ in range(40):  # five times as many as there are threads
        silent = socket.create_connection(("127.0.0.1", centre.port))
        half = socket.create_connection(("127.0.0.1", centre.port))
        half.sendall(b"\x16\x03\x01\x02\x00\x01")
        slow = context.wrap_socket(socket.create_connection(("127.0.0.1", centre.port)))
        slow.sendall(b"POST /api/1/beat HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf")
        held += [silent, half, slow]
    assert centre.post(make.beat())[0] == 200
    for connection in held:
        connection.close()


@pytest.mark.parametrize(
    "rubbish",
    [
        b"\x00" * 100,
        b"GET / HTTP/1.1\r\n\r\n",
        b"POST /api/1/beat HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
        b"POST /api/1/beat HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /api/1/beat HTTP/1.1\r\nHost: x\r\nContent-Length: 262145\r\n\r\n",
        b"POST /api/1/beat HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET /%ff%00?%ff HTTP/1.1\r\nHost: \xff\r\n\r\n",
        b"GET /" + b"x" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    ],
)
def test_rubbish_gets_an_error_and_the_centre_goes_on(
    centre: Running, make: Makers, rubbish: bytes
) -> None:
    context = ssl.create_default_context(cafile=str(centre.certificate))
    context.check_hostname = False
    with context.wrap_socket(socket.create_connection(("127.0.0.1", centre.port))) as connection:
        connection.settimeout(DEADLINE_S)
        connection.sendall(rubbish)
        assert connection.recv(12).startswith(b"HTTP/1.1 4")
    assert centre.post(make.beat())[0] == 200


def test_the_board_is_not_served_to_the_network_of_the_sites(centre: Running) -> None:
    for path in ("/", "/api/1/sites", "/site/nord"):
        connection = centre.connect()
        connection.request("GET", path)
        assert connection.getresponse().status == 404
        connection.close()


def test_a_client_without_tls_gets_nothing(centre: Running, make: Makers) -> None:
    with socket.create_connection(("127.0.0.1", centre.port), timeout=DEADLINE_S) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        with contextlib.suppress(ConnectionResetError):
            assert b"HTTP" not in connection.recv(100)
    assert centre.post(make.beat())[0] == 200


def test_a_killed_centre_loses_nothing_that_it_acknowledged(
    toml: Path, certificate: tuple[Path, Path], make: Makers
) -> None:
    acknowledged = 0
    for round_ in range(3):
        centre = start(toml, certificate[0])
        connection = centre.connect()
        for _ in range(20):
            events = (make.event(acknowledged + 1),)
            beat = make.beat(acknowledged + 1, events=events)
            acknowledged += 1
            assert centre.post(beat, connection) == (
                200,
                Ack(acknowledged, acknowledged, herald=True),
            )
        connection.close()
        centre.end(signal.SIGKILL)
        assert centre.process.returncode == -signal.SIGKILL, round_
    centre = start(toml, certificate[0])
    site = centre.sites()["nord"]
    assert (site["beat"]["counter"], site["stored_to"]) == (acknowledged, acknowledged)
    assert centre.post(make.beat(1)) == (400, None)
    assert centre.sites()["nord"]["beat"]["counter"] == acknowledged
    centre.end()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_well_with_connections_open(centre: Running, number: int) -> None:
    connection = centre.connect()
    connection.connect()
    assert centre.end(number) == 0
    connection.close()


def test_it_is_one_process_and_one_dead_mans_switch(centre: Running) -> None:
    task = Path(f"/proc/{centre.process.pid}/task")
    threads = list(task.iterdir())
    children = (task / str(centre.process.pid) / "children").read_text().split()
    assert children == []
    assert (
        len(threads) <= 1 + 1 + 4 + 8
    )  # the doors, the writer, who watches and tells, who answers


def test_an_operator_lets_a_site_begin_anew_while_the_centre_runs(
    centre: Running, make: Makers
) -> None:
    centre.post(make.beat(900, events=(make.event(1), make.event(2))))
    new = make.beat(1, events=(make.event(1, boot="boot-2"),))
    assert centre.post(new) == (400, None)
    config, _ = load(centre.toml)
    assert config is not None
    with operating(config) as operator:
        operator.site_anew("nord")
    assert centre.post(new) == (200, Ack(1, 1, herald=True))
    assert centre.sites()["nord"]["beat"]["counter"] == 1


def test_a_taken_address_is_an_error_and_not_a_hanging_process(centre: Running, toml: Path) -> None:
    text = toml.read_text().replace("port = 0", f"port = {centre.port}")
    toml.write_text(text)
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(toml)],
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )
    assert done.returncode == 1
    assert "Address already in use" in done.stderr


def test_health_is_told_to_both_sides(centre: Running) -> None:
    connection = centre.connect()
    deadline = time.monotonic() + DEADLINE_S
    status = 0
    while status != 200 and time.monotonic() < deadline:
        connection.request("GET", "/healthz")
        answer = connection.getresponse()
        status, body = answer.status, json.loads(answer.read())
    assert body == {"ok": True}
    connection.close()
