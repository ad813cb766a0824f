"""The lab's HiLink emulator on a port of this machine, without the lab around it."""

from __future__ import annotations

import tempfile
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Self

from notanker_lab.hilink import Handler, Server
from notanker_lab.hilink_session import Sessions
from notanker_lab.hilink_sms import Mailboxes
from notanker_lab.hilink_stick import Bearer, Stick, Switch

PASSWORD = "Geheim-4711-Anker"


class NoWires:
    """The lab's radio, where there is none."""

    def cut(self, *_: Any) -> None:
        pass

    def uncut(self, *_: Any) -> None:
        pass

    def counters(self) -> dict[str, dict[str, dict[str, int]]]:
        return {"lte": {"up": {"offered_bytes": 1000}, "down": {"sent_bytes": 2000}}}


class _Handler(Handler):
    modem: ClassVar[Any]
    disable_nagle_algorithm = True  # 40 ms for each request would make the suite twice as long

    def _guarded(self, answer: Any) -> None:
        if not self.modem.plugged_in:
            self._reset()
            return
        super()._guarded(answer)


class Modem:
    """One emulated modem.

    Attributes:
        on_air: Number and text of every SMS that left.
        secret: A file that holds its password.
    """

    def __init__(self, tokens: str = "rotate", login: str = "none") -> None:
        self._folder = tempfile.TemporaryDirectory()
        self.secret = Path(self._folder.name, "secret")
        self.secret.write_text(PASSWORD)
        self.on_air: list[tuple[str, str]] = []
        boxes = Mailboxes(lambda number, text: self.on_air.append((number, text)))
        boxes.radio_s = 0.05
        wires: Any = NoWires()
        self.stick = Stick(Sessions(tokens, login, PASSWORD), boxes, wires)
        self.stick.first_address = "127.0.0.1"
        self.stick.settings.reports = True
        self.stick.reboot = self.reboot
        self._handler = type("OneStick", (_Handler,), {"stick": self.stick, "modem": self})
        self.plugged_in = True
        self._servers = [Server(("127.0.0.1", 0), self._handler)]
        self.port: int = self._servers[0].server_address[1]
        self._servers.append(Server(("127.0.0.2", self.port), self._handler))
        self.url, self.second_url = (f"http://127.0.0.{last}:{self.port}/" for last in (1, 2))

    def fault(self, name: str, **values: Any) -> None:
        with self.stick.lock:
            self.stick.switch = Switch(name=name, **values)

    def reboot(self) -> None:
        """Lose what a restart loses: sessions, tokens, the SMS on their way."""
        with self.stick.lock:
            self.stick.sessions.clear()
        self.stick.bearer = Bearer()
        self.stick.boxes.forget_jobs()

    def go(self) -> None:
        """Be unplugged: connections that are open get no answer either."""
        self.plugged_in = False
        for server in self._servers:
            server.shutdown()
            server.server_close()

    def come(self) -> None:
        """Be plugged in again."""
        self.plugged_in = True
        hosts = ("127.0.0.1", "127.0.0.2")
        self._servers = [Server((host, self.port), self._handler) for host in hosts]
        self._serve()

    def count(self, path: str) -> int:
        return self.stick.requests[path]

    def __enter__(self) -> Self:
        self._serve()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.go()
        self._folder.cleanup()

    def _serve(self) -> None:
        for server in self._servers:
            threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
