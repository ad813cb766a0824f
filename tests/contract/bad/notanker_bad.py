"""Plugins that misbehave on purpose, each in one way. Only the contract suite can find them."""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import NoReturn

import msgspec

from notanker.plugin import (
    Channel,
    Collected,
    Inbound,
    Message,
    Modem,
    ModemInfo,
    Panel,
    PanelPicture,
    Permanent,
    PowerCut,
    Receipt,
    Retry,
    SecretFile,
    Signal,
    Sim,
    StoredMessage,
    Unknown,
    Uplink,
    UplinkState,
)
from notanker.plugin.frames import NOTICE_FRAME

NOT_A_PLUGIN = "text"
FOR_EVER_S = 3600.0


class BadConfig(msgspec.Struct, frozen=True, kw_only=True):
    folder: str = ""
    secret: SecretFile | None = None
    seconds: float = 0.5


class Good(Uplink[BadConfig], Channel[BadConfig]):
    """Does what the contract says; the others break one thing of it."""

    Config = BadConfig
    deadline_s = 5.0

    def bring_up(self) -> None:
        self._note("up")

    def tear_down(self) -> None:
        self._note("down")

    def state(self) -> UplinkState:
        return UplinkState(operator="Test", signal_dbm=-80.0, connected=True)

    def send(self, message: Message) -> Receipt:
        answers = {
            "retry": Retry(7.0, "later"),
            "permanent": Permanent("never"),
            "unknown": Unknown("perhaps"),
        }
        if message.text in answers:
            raise answers[message.text]
        self._note(message.mark)
        return Receipt(reference=message.mark, proof="test")

    def find_sent(self, message: Message) -> bool | None:
        path = Path(self.config.folder, "log")
        return path.exists() and message.mark in path.read_text().split()

    def close(self) -> None:
        self._note("closed")

    def _note(self, text: str) -> None:
        if self.config.folder:
            with Path(self.config.folder, "log").open("a") as stream:
                stream.write(f"{text}\n")


def hang() -> NoReturn:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    while True:
        time.sleep(FOR_EVER_S)


def wire() -> socket.socket:
    """Find the descriptor that leads to the agent, as a hostile plugin would."""
    for fd in range(3, 64):
        try:
            if os.fstat(fd).st_mode & 0o170000 == 0o140000:
                return socket.socket(fileno=os.dup(fd))
        except OSError:
            continue
    raise AssertionError("no wire")


class Hang(Good):
    def send(self, message: Message) -> Receipt:
        hang()


class Crash(Good):
    def send(self, message: Message) -> Receipt:
        os.kill(os.getpid(), signal.SIGSEGV)
        return Receipt()


class Leave(Good):
    def send(self, message: Message) -> Receipt:
        os._exit(3)

    def state(self) -> UplinkState:
        os._exit(4)


class Raises(Good):
    def send(self, message: Message) -> Receipt:
        raise ZeroDivisionError("after the hand-over, perhaps")


class Prints(Good):
    def send(self, message: Message) -> Receipt:
        end = time.monotonic() + self.config.seconds
        while time.monotonic() < end:
            os.write(1, b"noise\n" * 5000 + b"\n" * 30000)
            os.write(2, b"\xff" * 60000)
            sys.stderr.write("a line as others print it\n")
        return Receipt()


class Hears(Good):
    """Has a device that speaks by itself: bytes that somebody writes into a pipe."""

    def __init__(self, config: BadConfig) -> None:
        super().__init__(config)
        self._device = os.open(Path(self.config.folder, "device"), os.O_RDWR | os.O_NONBLOCK)
        self._heard = b""

    def fileno(self) -> int:
        return self._device

    def attend(self) -> bool:
        self._heard += os.read(self._device, 4096)
        return b"\n" in self._heard

    def collect(self) -> Collected:
        *lines, _ = self._heard.split(b"\n")
        texts = [line.decode() for line in lines]
        return Collected(inbound=tuple(Inbound(name=text, text=text) for text in texts))

    def discard(self, names: tuple[str, ...]) -> None:
        for name in names:
            self._heard = self._heard.replace(name.encode() + b"\n", b"")


class Asked(Good, Modem[BadConfig]):
    """Is a modem that a technician may ask."""

    def info(self) -> ModemInfo:
        return ModemInfo(manufacturer="Muster", model="M1", firmware="1.0", sim=Sim.READY)

    def signal(self) -> Signal:
        return Signal(network="LTE", operator="Test", rsrp_dbm=-97.0, sinr_db=11.0)

    def ussd(self, code: str) -> str:
        if not code.startswith("*"):
            raise Permanent("no code")
        return f"{code}: 12,34 EUR"

    def messages(self) -> tuple[StoredMessage, ...]:
        return (StoredMessage(name="SM:1", box="in", other="+491713920017", text="OK 17"),)


class NoticesTwice(Good):
    def __init__(self, config: BadConfig) -> None:
        super().__init__(config)
        link = wire()
        if os.fork() == 0:
            time.sleep(0.2)
            link.sendall(NOTICE_FRAME * 2)


class FloodsWire(Good):
    def __init__(self, config: BadConfig) -> None:
        super().__init__(config)
        link = wire()
        if os.fork() == 0:
            time.sleep(0.2)
            while True:
                link.sendall(b"\x00" * 65536)


class FloodsWireInCall(Good):
    def send(self, message: Message) -> Receipt:
        link = wire()
        while True:
            link.sendall(b"\x00\x00\x00\x00" * 16384)


class WrongAnswer(Good):
    def send(self, message: Message) -> Receipt:
        return {"reference": 17}  # type: ignore[return-value]


class Garbage(Good):
    def send(self, message: Message) -> Receipt:
        wire().sendall(b"\x00\x00\x00\x04{{{{")
        hang()


class HugeFrame(Good):
    def send(self, message: Message) -> Receipt:
        wire().sendall(b"\x7f\xff\xff\xff" + b"x" * 65536)
        hang()


class HugeAnswer(Good):
    def send(self, message: Message) -> Receipt:
        return Receipt(reference="x" * 300_000)


class SlowStart(Good):
    def __init__(self, config: BadConfig) -> None:
        super().__init__(config)
        time.sleep(config.seconds)


class NeverStarts(Good):
    def __init__(self, config: BadConfig) -> None:
        super().__init__(config)
        hang()


class DiesAtStart(Good):
    def __init__(self, config: BadConfig) -> None:
        super().__init__(config)
        os._exit(9)


class NeverReads(Good):
    """Fills what the kernel buffers by not reading; the agent's long request stays unwritten."""

    def __init__(self, config: BadConfig) -> None:
        super().__init__(config)
        link = wire()
        # The last thing this process does with the wire is to say that it is ready.
        ready = b'{"id":0,"result":{"parts":["channel"],"deadline_s":1.0}}'
        link.sendall(len(ready).to_bytes(4, "big") + ready)
        hang()


class Grandchild(Good):
    """Ends while a process that it started holds its pipes, and its wire, open."""

    def send(self, message: Message) -> Receipt:
        link = wire()
        link.set_inheritable(True)
        code = "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(3600)"
        started = subprocess.Popen([sys.executable, "-c", code], close_fds=False)
        Path(self.config.folder, "pid").write_text(str(started.pid))
        os._exit(5)


class Forks(Good):
    """A fork bomb with a bound, so that a supervisor that fails does not take the machine along."""

    def send(self, message: Message) -> Receipt:
        for _ in range(6):
            os.fork()
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        Path(self.config.folder, f"fork-{os.getpid()}").touch()
        while True:
            if os.fork() == 0:
                os._exit(0)
            try:
                os.wait()
            except ChildProcessError:
                time.sleep(0.01)


class AnswersAndDies(Good):
    """Its answer is on the wire when it ends: the message left, and that must count."""

    def send(self, message: Message) -> Receipt:
        number = 1 if self.config.seconds else 0
        body = b'{"id":%d,"result":{"reference":"left"}}' % number
        wire().sendall(len(body).to_bytes(4, "big") + body)
        os._exit(0)


class Leaks(Good):
    """Does all it can to get its secret into a log."""

    def send(self, message: Message) -> Receipt:
        if self.config.secret is None:
            raise Permanent("no secret")
        value = self.config.secret.read()
        print("printed", value, self.config)
        sys.stderr.write("written " + value[:5])
        sys.stderr.write(value[5:] + "\n")
        logging.getLogger("leaks").warning("logged %s", value)
        if message.text == "reason":
            raise Retry(1.0, f"the reason {value}")
        raise RuntimeError(f"the bug {value}")


class Mends(Good):
    """Hangs until the file `mended` exists."""

    deadline_s = 0.3

    def send(self, message: Message) -> Receipt:
        if not Path(self.config.folder, "mended").exists():
            hang()
        return super().send(message)


class Box(Panel[BadConfig]):
    """Is a panel whose news are what somebody writes into a pipe, and whose lamps are a file."""

    Config = BadConfig

    def __init__(self, config: BadConfig) -> None:
        super().__init__(config)
        self._device = os.open(Path(config.folder, "device"), os.O_RDWR | os.O_NONBLOCK)
        self._told = b""

    def fileno(self) -> int:
        return self._device

    def attend(self) -> bool:
        self._told = os.read(self._device, 4096)
        return True

    def collect(self) -> Collected:
        told, self._told = self._told, b""
        return msgspec.json.decode(told, type=Collected) if told else Collected()

    def show(self, picture: PanelPicture) -> None:
        with Path(self.config.folder, "shown").open("ab") as lamps:
            lamps.write(msgspec.json.encode(picture) + b"\n")

    def cut_power(self, cut: PowerCut) -> None:
        if cut.off_s > 60:
            raise Permanent("the relay does not answer")
        if cut.off_s > 50:
            sys.exit(3)
