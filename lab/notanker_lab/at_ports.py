"""Where the AT emulator can be reached: pseudo terminals with stable links, TCP, RFC 2217."""

import contextlib
import os
import pty
import select
import socket
import termios
import threading
import tty
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from notanker_lab.at_session import Session

if TYPE_CHECKING:
    from notanker_lab.at_device import Device

BY_PATH: Final = "platform-lab-usb-0:1.2:1.{number}-port0"
_WRITE_S: Final = 0.3


class Terminal:
    """One pseudo terminal with its links in a folder that stands for /dev."""

    def __init__(
        self, device: "Device", folder: Path, name: str, number: int, *, mute: bool
    ) -> None:
        self._device = device
        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave, termios.TCSANOW)
        os.set_blocking(self._master, False)
        path = Path(os.ttyname(self._slave))
        path.chmod(0o666)
        self.links = [folder / name, folder / "serial" / "by-path" / BY_PATH.format(number=number)]
        for link in self.links:
            link.parent.mkdir(parents=True, exist_ok=True)
            link.unlink(missing_ok=True)
            link.symlink_to(path)
        self._congested = False
        self.session = Session(device, self._write)
        self._mute = mute
        if not mute:
            device.sessions.append(self.session)
        self._wake_r, self._wake_w = os.pipe()
        self._thread = threading.Thread(target=self._read, name=f"at-{name}", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Be pulled out: links and terminal are gone, whoever has it open gets an error."""
        for link in self.links:
            link.unlink(missing_ok=True)
        with self._device.lock:
            if self.session in self._device.sessions:
                self._device.sessions.remove(self.session)
        os.close(self._wake_w)
        if threading.current_thread() is not self._thread:
            self._thread.join(5)

    def _read(self) -> None:
        while True:
            ready, _, _ = select.select([self._master, self._wake_r], [], [])
            if self._wake_r in ready:
                break
            with contextlib.suppress(BlockingIOError, OSError):
                data = os.read(self._master, 4096)
                if not self._mute:
                    with self._device.lock:
                        self.session.feed(data)
        with self._device.lock:  # nobody may write to a number that is another file's by then
            master, self._master = self._master, -1
            for fd in (master, self._slave, self._wake_r):
                os.close(fd)

    def _write(self, data: bytes) -> None:
        """Write what fits; a terminal that nobody reads loses the rest, as a serial line does."""
        while data and self._master >= 0:
            _, ready, _ = select.select([], [self._master], [], 0 if self._congested else _WRITE_S)
            self._congested = not ready
            if not ready:
                return
            try:
                data = data[os.write(self._master, data) :]
            except OSError:
                self._congested = True
                return


class Network:
    """The modem behind a TCP port, one host at a time; with RFC 2217 if wanted."""

    def __init__(self, device: "Device", host: str, port: int, *, rfc2217: bool = False) -> None:
        self._device = device
        self.is_rfc2217 = rfc2217
        self._server = socket.create_server((host, port))
        self.address: tuple[str, int] = self._server.getsockname()[:2]
        self._host: socket.socket | None = None
        self._closed = False
        self._thread = threading.Thread(target=self._serve, name="at-network", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Hang up and take no host more."""
        self._closed = True
        for sock in (self._host, self._server):
            if sock is not None:
                with contextlib.suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)
                sock.close()
        if threading.current_thread() is not self._thread:
            self._thread.join(5)

    def _serve(self) -> None:
        while not self._closed:
            try:
                self._host, _ = self._server.accept()
            except OSError:
                return
            with contextlib.suppress(OSError), self._host as host:
                host.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._talk(host)

    def _talk(self, host: socket.socket) -> None:
        incoming, outgoing = _rfc2217(host) if self.is_rfc2217 else (_same, _same)

        def write(data: bytes) -> None:
            with contextlib.suppress(OSError):
                host.sendall(outgoing(data))

        session = Session(self._device, write)
        with self._device.lock:
            self._device.sessions.append(session)
        try:
            while data := host.recv(4096):
                with self._device.lock:
                    session.feed(incoming(data))
        finally:
            with self._device.lock:
                self._device.sessions.remove(session)


def _same(data: bytes) -> bytes:
    return data


class _Settable:
    """A serial port whose speed and lines may be set and are of no consequence."""

    def __init__(self) -> None:
        self.__dict__.update(
            baudrate=115200, bytesize=8, parity="N", stopbits=1, xonxoff=False, rtscts=False,
            dtr=True, rts=True, cts=True, dsr=True, ri=False, cd=True, break_condition=False,
        )  # fmt: skip

    def reset_input_buffer(self) -> None:
        """Do nothing."""

    def reset_output_buffer(self) -> None:
        """Do nothing."""

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name)


def _rfc2217(host: socket.socket) -> tuple[Callable[[bytes], bytes], Callable[[bytes], bytes]]:
    """Give what takes telnet's commands out of the host's bytes, and what escapes ours."""
    from serial import rfc2217  # only here: the lab's other parts need no pyserial

    class _Connection:
        @staticmethod
        def write(data: bytes) -> None:
            host.sendall(data)

    kind: Any = rfc2217.PortManager  # it asks for less than a Serial, its annotations do not
    manager = kind(_Settable(), _Connection())
    return (
        lambda data: b"".join(manager.filter(data)),
        lambda data: b"".join(manager.escape(data)),
    )
