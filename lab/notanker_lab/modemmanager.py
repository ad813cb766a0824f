"""Debian's real ModemManager on a D-Bus of its own, with an emulated modem.

It finds no hardware: no udev, no scan. Its own test interface (`--test-enable`, D-Bus
`org.freedesktop.ModemManager1.Test`) is told of a modem behind a Unix socket, which it then treats as
it treats a serial port. Nothing is installed, no service is started, and it needs no rights.
"""

import contextlib
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from jeepney import DBusAddress, Properties, new_method_call  # type: ignore[import-untyped]  # it has no types
from jeepney.io.blocking import DBusConnection, open_dbus_connection  # type: ignore[import-untyped]  # it has no types
from jeepney.wrappers import unwrap_msg  # type: ignore[import-untyped]  # it has no types

from notanker_lab.debian import LIBRARIES, unpacked
from notanker_lab.errors import LabError
from notanker_lab.processes import Processes, module

SERVICE = "org.freedesktop.ModemManager1"
ROOT = "/org/freedesktop/ModemManager1"
_PACKAGE = "modemmanager"
_PLUGIN = "libmm-plugin-generic.so"
_LIBRARIES_OF = (
    "libgudev-1.0-0",
    "libmbim-glib4",
    "libmm-glib0",
    "libpolkit-gobject-1-0",
    "libqmi-glib5",
    "libqrtr-glib0",
)
_OPTIONS = ("--test-enable", "--test-no-udev", "--test-no-qrtr", "--test-no-suspend-resume")
_CALL_S = 20.0
_THERE_S = 20.0

_BUS = """
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path={folder}/bus</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/> <allow own="*"/> <allow send_destination="*"/> <allow receive_sender="*"/>
  </policy>
</busconfig>
"""


class ModemManager:
    """The running ModemManager.

    Attributes:
        address: Of its bus.
        pid: Of ModemManager itself.
    """

    def __init__(self, folder: Path, *, commands: bool = False) -> None:
        """Say where its files are to be.

        Args:
            folder: An empty one; its path must be short enough for a socket's name.
            commands: It lets its modem be asked by AT commands (`--debug`), which Debian's does not.
        """
        self.address = f"unix:path={folder}/bus"
        self.pid = 0
        self._folder = folder
        self._commands = commands
        self._processes = Processes(folder)
        self._running: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Start the bus, polkit's stand-in and ModemManager."""
        refused = self._folder / "refused"
        refused.touch()
        configuration = self._folder / "bus.conf"
        configuration.write_text(_BUS.format(folder=self._folder), encoding="ascii")
        try:
            daemon = unpacked("dbus-daemon", "usr/bin/dbus-daemon")
            line = [str(daemon), f"--config-file={configuration}", "--nofork", "--nopidfile"]
            self._processes.start(line, "bus")
            _until((self._folder / "bus").exists, "the bus is there")
            self._processes.start([*module("polkit"), self.address, str(refused)], "polkit")
            _until(lambda: self.has("org.freedesktop.PolicyKit1"), "polkit's stand-in is there")
            self.start()
        except BaseException:
            self._processes.end_all()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End all that was started."""
        self._processes.end_all()

    def start(self) -> None:
        """Start ModemManager itself; it knows no modem yet."""
        line = [str(unpacked(_PACKAGE, "usr/sbin/ModemManager")), *_OPTIONS, "--no-auto-scan"]
        line.append(f"--test-plugin-dir={self._plugins()}")
        line += ["--debug"] if self._commands else []
        libraries = ":".join(str(unpacked(package, LIBRARIES)) for package in _LIBRARIES_OF)
        env = {"DBUS_SYSTEM_BUS_ADDRESS": self.address, "LD_LIBRARY_PATH": libraries, "LC_ALL": "C"}
        self._running = self._processes.start(line, "modemmanager", env)
        self.pid = self._running.pid
        _until(lambda: self.has(SERVICE), "ModemManager is there")
        # --debug logs every byte; without that a modem is known in 0.2 s instead of 0.8 s (measured).
        self.call(ROOT, SERVICE, "SetLogging", "s", "WARN")

    def stop(self) -> None:
        """End ModemManager itself, as `systemctl stop` would; the bus stays."""
        if self._running is not None:
            self._processes.end(self._running)
            self._running = None
            _until(lambda: not self.has(SERVICE), "ModemManager is gone")

    @contextlib.contextmanager
    def hung(self) -> Iterator[None]:
        """Stop its process, as if it hung, until the end of the `with` block."""
        running = self._running
        if running is None:
            raise LabError("ModemManager does not run.")
        running.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            running.send_signal(signal.SIGCONT)

    def add_modem(self, *ports: Path, name: str = "lab") -> None:
        """Tell it of a modem whose AT ports are these Unix sockets, and wait until it knows it."""
        count = len(self.modems())
        sockets = [str(port) for port in ports]
        self.call(ROOT, f"{SERVICE}.Test", "SetProfile", "ssas", name, "generic", sockets)
        _until(lambda: len(self.modems()) > count, "ModemManager knows the modem")

    @contextlib.contextmanager
    def without(self, name: str = "lab") -> Iterator[None]:
        """Have it lose a modem until the end of the `with` block, and find it anew under another path.

        There is no udev here to tell of a pulled cable; for whoever uses D-Bus this looks the same.
        """
        count = len(self.modems())
        address = DBusAddress(ROOT, SERVICE, SERVICE)
        with self._connection() as bus:
            question = new_method_call(address, "InhibitDevice", "sb", (f"/virtual/{name}", True))
            unwrap_msg(bus.send_and_get_reply(question, timeout=_CALL_S))
            _until(lambda: len(self.modems()) < count, "ModemManager has lost the modem")
            yield
        _until(lambda: len(self.modems()) == count, "ModemManager knows the modem again")

    def refuse(self, *actions: str) -> None:
        """Have polkit refuse these actions from now on, such as org.freedesktop...Messaging."""
        (self._folder / "refused").write_text("\n".join(actions), encoding="ascii")

    def modems(self) -> list[str]:
        """Give the objects of the modems that it has made ready."""
        objects = self.call(ROOT, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects")[0]
        states = {path: found[f"{SERVICE}.Modem"]["State"][1] for path, found in objects.items()}
        return [path for path, state in states.items() if state not in (0, 1)]

    def property(self, path: str, interface: str, name: str) -> Any:
        """Give a property of an object."""
        with self._connection() as bus:
            question = Properties(DBusAddress(path, SERVICE, interface)).get(name)
            return unwrap_msg(bus.send_and_get_reply(question, timeout=_CALL_S))[0][1]

    def call(self, path: str, interface: str, method: str, *arguments: Any) -> Any:
        """Call a method: its signature and arguments may follow; give what it returns."""
        signature, *body = arguments or (None,)
        address = DBusAddress(path, SERVICE, interface)
        with self._connection() as bus:
            question = new_method_call(address, method, signature, tuple(body))
            return unwrap_msg(bus.send_and_get_reply(question, timeout=_CALL_S))

    def has(self, name: str) -> bool:
        """Say whether somebody has that name on the bus."""
        address = DBusAddress(
            "/org/freedesktop/DBus", "org.freedesktop.DBus", "org.freedesktop.DBus"
        )
        with contextlib.suppress(OSError), self._connection() as bus:
            question = new_method_call(address, "NameHasOwner", "s", (name,))
            return bool(unwrap_msg(bus.send_and_get_reply(question, timeout=_CALL_S))[0])
        return False

    def _plugins(self) -> Path:
        """Give a folder with the one plugin that is used: all forty take seconds to load."""
        folder = self._folder / "plugins"
        folder.mkdir(exist_ok=True)
        link = folder / _PLUGIN
        if not link.exists():
            link.symlink_to(unpacked(_PACKAGE, f"{LIBRARIES}/ModemManager/{_PLUGIN}"))
        return folder

    def _connection(self) -> DBusConnection:
        return open_dbus_connection(self.address)


def _until(true: Callable[[], object], what: str, within_s: float = _THERE_S) -> None:
    end_s = time.monotonic() + within_s
    while not true():
        if time.monotonic() > end_s:
            raise LabError(f"Not within {within_s:g} s: {what}.")
        time.sleep(0.02)
