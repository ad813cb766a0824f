"""The connection to a bus that does not behave."""

from __future__ import annotations

import contextlib
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jeepney import Message, Parser, new_method_return, new_signal  # type: ignore[import-untyped]
from jeepney.wrappers import DBusAddress  # type: ignore[import-untyped]  # no types

from notanker_modemmanager import bus as bus_module
from notanker_modemmanager.bus import Bus, BusGoneError, BusTimeoutError

OK = b"OK 0123456789abcdef0123456789abcdef\r\n"
SERVICE, PATH, INTERFACE = "org.example.Service", "/org/example", "org.example.Service"
Act = Callable[[socket.socket], None]


@pytest.fixture
def address(tmp_path: Path) -> str:
    return f"unix:path={tmp_path}/bus"


@contextlib.contextmanager
def serving(address: str, act: Act) -> Iterator[None]:
    """Be a bus for one connection; `act` follows the log-in."""
    path = address.removeprefix("unix:path=")
    Path(path).unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        thread = threading.Thread(target=_serve, args=(listener, act))
        thread.start()
        yield
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(20)
        assert not thread.is_alive()


def _serve(listener: socket.socket, act: Act) -> None:
    with contextlib.suppress(OSError):
        connection, _ = listener.accept()
        with connection:
            act(connection)


def log_in(connection: socket.socket) -> None:
    seen = b""
    while b"AUTH EXTERNAL" not in seen or not seen.endswith(b"\r\n"):
        seen += connection.recv(100)
    connection.sendall(OK)
    while b"BEGIN\r\n" not in seen:
        seen += connection.recv(7)


class Calls:
    """The calls that arrive at a bus, one after the other."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._parser = Parser()

    def next(self) -> Message:
        while (call := self._parser.get_next_message()) is None:
            self._parser.add_data(self._connection.recv(4096) or _hung_up())
        return call

    def reply(self, *body: str, with_signal: bool = False) -> None:
        answer = new_method_return(self.next(), "s" * len(body) or None, body)
        octets = answer.serialise(serial=1)
        if with_signal:
            octets += new_signal(DBusAddress(PATH, None, INTERFACE), "Said").serialise(serial=2)
        self._connection.sendall(octets)


def _hung_up() -> bytes:
    raise ConnectionResetError


def ask(bus: Bus, within_s: float = 5.0) -> tuple[object, ...]:
    return bus.call(SERVICE, PATH, INTERFACE, "Ask", None, (), within_s)


def test_a_signal_that_came_with_an_answer_is_not_forgotten(address: str) -> None:
    def act(connection: socket.socket) -> None:
        log_in(connection)
        calls = Calls(connection)
        calls.reply(":1.1")
        calls.reply("well", with_signal=True)
        calls.next()

    with serving(address, act):
        bus = Bus(address)
        assert ask(bus) == ("well",)
        assert bus.has_signals()
        assert [signal.member for signal in bus.signals()] == ["Said"]
        assert not bus.has_signals()
        bus.close()


def test_a_late_answer_is_not_taken_for_the_next_one(address: str) -> None:
    late = threading.Event()

    def act(connection: socket.socket) -> None:
        log_in(connection)
        calls = Calls(connection)
        calls.reply(":1.1")
        first = calls.next()
        late.wait(10)
        connection.sendall(new_method_return(first, "s", ("late",)).serialise(serial=5))
        calls.reply("in time")

    with serving(address, act):
        bus = Bus(address)
        with pytest.raises(BusTimeoutError):
            ask(bus, within_s=0.01)
        late.set()
        assert ask(bus) == ("in time",)
        bus.close()


def test_a_bus_that_accepts_and_says_nothing_is_given_up(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bus_module, "CONNECTED_WITHIN_S", 0.05)
    end = threading.Event()

    def act(_: socket.socket) -> None:
        end.wait(10)

    with serving(address, act):
        with pytest.raises(BusGoneError):
            Bus(address)
        end.set()


def test_a_bus_that_lets_nobody_in_is_gone(address: str) -> None:
    def act(connection: socket.socket) -> None:
        connection.sendall(b"REJECTED EXTERNAL\r\n")

    with serving(address, act), pytest.raises(BusGoneError):
        Bus(address)


def test_a_message_without_end_is_not_read(address: str) -> None:
    def act(connection: socket.socket) -> None:
        log_in(connection)
        Calls(connection).reply(":1.1")
        connection.sendall(
            b"l\x02\x00\x01" + (1 << 26).to_bytes(4, "little") + bytes(8) + bytes(99)
        )
        connection.recv(4096)

    with serving(address, act):
        bus = Bus(address)
        with pytest.raises(BusGoneError):
            ask(bus)


HEADERS = st.binary(max_size=12).map(lambda rest: b"l\x02\x00\x01" + rest)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200) | st.tuples(HEADERS, st.binary(max_size=99)).map(b"".join))
def test_whatever_a_bus_says_the_connection_is_given_up_cleanly(noise: bytes) -> None:
    def act(connection: socket.socket) -> None:
        log_in(connection)
        Calls(connection).reply(":1.1")
        connection.sendall(noise)

    with tempfile.TemporaryDirectory() as folder:
        address = f"unix:path={folder}/bus"
        with serving(address, act):
            bus = Bus(address)
            with pytest.raises(BusGoneError):
                ask(bus)
            assert bus.fileno() < 0
