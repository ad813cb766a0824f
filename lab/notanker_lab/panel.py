"""The hardware of the panel on the box: lamps, buzzer, button, relay and mains, for a plugin's mock pins.

A plugin joins at `pins`; a message is a list of levels, `[{"pin": 17, "level": 1}]`, those of all inputs
first. Any process of the capsule steers it at `control`. The pins behave as on the Pi's own kernel: an
output keeps its level when the process that drove it dies, and only a new one changes it (dtparam
strict_gpiod is off). The relay's normally closed contact carries the router: it has power while the coil
has none.
"""

import argparse
import contextlib
import json
import signal
import socket
import sys
import threading
import time
from pathlib import Path
from typing import Any

from notanker_lab import control
from notanker_lab.control import wait_until

WIRING = {
    "primary": 17,
    "lte": 27,
    "incident": 22,
    "plugins": 23,
    "plan": 24,
    "buzzer": 25,
    "relay": 26,
}
"""The outputs by name, and their GPIO numbers."""
BUTTON, MAINS = 5, 6
"""The inputs: a button that closes to ground, and an optocoupler that does so while there is power."""
LAMPS = ("primary", "lte", "incident", "plugins", "plan")
KEPT = 5000
_MAX_BYTES = 4000


class Board:
    """The board itself, behind two sockets in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.pins, self.control = folder / "pins.sock", folder / "panel.sock"
        self._lock = threading.Lock()
        self._outputs = dict.fromkeys(WIRING.values(), 0)
        self._inputs = {BUTTON: 1, MAINS: 0}
        self._edges: list[tuple[float, str, int]] = []
        self._plugins: list[socket.socket] = []
        self._joined = 0

    def start(self) -> None:
        """Answer at both sockets until the process ends."""
        with contextlib.suppress(FileNotFoundError):
            self.pins.unlink()
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        sock.bind(str(self.pins))
        self.pins.chmod(0o666)  # the plugin's user is the agent's
        sock.listen(4)
        threading.Thread(target=self._accept, args=(sock,), daemon=True).start()
        control.serve(self.control, self._handle)

    def _accept(self, sock: socket.socket) -> None:
        while True:
            plugin, _ = sock.accept()
            threading.Thread(target=self._serve, args=(plugin,), daemon=True).start()

    def _serve(self, plugin: socket.socket) -> None:
        with plugin, contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            with self._lock:
                self._send(plugin, self._inputs)
                self._plugins.append(plugin)
                self._joined += 1
            while data := plugin.recv(_MAX_BYTES):
                for told in json.loads(data):
                    self._drive(int(told["pin"]), int(told["level"]))
        with self._lock, contextlib.suppress(ValueError):
            self._plugins.remove(plugin)

    def _drive(self, pin: int, level: int) -> None:
        with self._lock:
            if pin in self._outputs and self._outputs[pin] != level:
                self._outputs[pin] = level
                name = next(name for name, number in WIRING.items() if number == pin)
                self._edges = [*self._edges[-KEPT:], (time.monotonic(), name, level)]

    def _handle(self, question: dict[str, Any]) -> dict[str, Any]:
        if question["op"] == "input":
            with self._lock:
                self._inputs[int(question["pin"])] = int(question["level"])
                for plugin in self._plugins:
                    self._send(plugin, {int(question["pin"]): int(question["level"])})
            return {}
        with self._lock:
            levels = {name: self._outputs[pin] for name, pin in WIRING.items()}
            edges = [edge for edge in self._edges if edge[0] >= float(question.get("since_s", 0))]
            return {"levels": levels, "edges": edges[-1000:], "joined": self._joined}

    @staticmethod
    def _send(plugin: socket.socket, levels: dict[int, int]) -> None:
        with contextlib.suppress(OSError):
            message = [{"pin": pin, "level": level} for pin, level in levels.items()]
            plugin.send(json.dumps(message).encode())


class Hand:
    """Somebody at the box: presses, pulls plugs, and looks at the lamps."""

    def __init__(self, control_path: Path) -> None:
        self._path = control_path

    def press(self, seconds: float) -> None:
        """Hold the button for so long."""
        self.button(down=True)
        time.sleep(seconds)
        self.button(down=False)

    def button(self, *, down: bool) -> None:
        """Push the button, or let it go."""
        self._set(BUTTON, 0 if down else 1)

    def bounce(self, times: int = 5) -> None:
        """Close and open the contact as quickly as dirt does, ending open."""
        for _ in range(times):
            self.button(down=True)
            self.button(down=False)

    def mains(self, *, on: bool) -> None:
        """Give or take mains power; the box itself has a battery."""
        self._set(MAINS, 0 if on else 1)

    def levels(self) -> dict[str, int]:
        """Give the level of each output now."""
        found: dict[str, int] = control.ask(self._path, {"op": "state"})["levels"]
        return found

    def edges(self, name: str, since_s: float = 0.0) -> list[tuple[float, int]]:
        """Give when an output changed (monotonic seconds), and to what."""
        told = control.ask(self._path, {"op": "state", "since_s": since_s})["edges"]
        return [(at_s, level) for at_s, edge, level in told if edge == name]

    def joined(self) -> int:
        """Count the plugins that have joined since the board began."""
        return int(control.ask(self._path, {"op": "state"})["joined"])

    def router_has_power(self) -> bool:
        """Tell whether the relay's normally closed contact is closed."""
        return self.levels()["relay"] == 0

    def flashes(self, lamp: str, seconds: float) -> int:
        """Count how often a lamp goes on within the time."""
        begun_s = time.monotonic()
        time.sleep(seconds)
        return sum(level for _, level in self.edges(lamp, begun_s))

    def wait_level(self, name: str, level: int, timeout_s: float = 10.0) -> None:
        """Wait until an output has this level."""
        wait_until(
            lambda: self.levels()[name] == level, timeout_s, f"{name} is {'on' if level else 'off'}"
        )

    def _set(self, pin: int, level: int) -> None:
        control.ask(self._path, {"op": "input", "pin": pin, "level": level})


def main() -> int:
    """Command line: ``python -m notanker_lab.panel FOLDER`` is the board until it is ended."""
    parser = argparse.ArgumentParser(prog="python -m notanker_lab.panel", description=__doc__)
    parser.add_argument("folder", type=Path, help="where its two sockets are")
    args = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    Board(args.folder).start()
    print(f"pins.sock, panel.sock in {args.folder}", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        while True:
            signal.pause()
    return 0


if __name__ == "__main__":
    sys.exit(main())
