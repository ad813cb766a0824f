"""Debian in a virtual machine: a kernel of its own, two radios, and a plug that can be pulled.

By qemu's software emulation alone, which is there on every machine and the same everywhere; times measured in
it are no Raspberry Pi's.
"""

import contextlib
import hashlib
import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar, Final, Self

from notanker_lab import control, processes
from notanker_lab.booted import cable, disk, image, keeper, pipe, qmp, recipe
from notanker_lab.booted.links import DEFAULT
from notanker_lab.booted.system import Booted, join
from notanker_lab.errors import LabError
from notanker_lab.ports import free_port

_BOOT_S: Final = 600.0
_QEMU_S: Final = 30.0
_FREEZE_S: Final = 120.0
_MEMORY_MB: Final = 1024
_CORES: Final = 2
_KERNEL_LINE: Final = (
    "root=/dev/vda rw console=ttyS0 quiet loglevel=4 net.ifnames=0 mitigations=off "
    # Emulated processors differ in their clocks' rates: what the kernel would measure is not used.
    "tsc=unstable no_timer_check random.trust_cpu=on "
    # The kernel's tests of its own ciphers take emulated seconds of each boot.
    "cryptomgr.notests "
    # On a busy host a boot may take minutes: slow is not broken.
    "systemd.default_timeout_start_sec=900 udev.event_timeout=900 "
    "systemd.mask=serial-getty@ttyS0.service"
)
_CHAIN: Final = "disk-{}.qcow2"


class Machine(Booted):
    """Debian in qemu.

    Args:
        name: as of Booted.
        suite: as of Booted.
        links: as of Booted.
        kept: as of Booted.
        cables: where its links' cables lead, namespace and interface by link; without, each link has a far
            end of its own. `in_place_of_the_site` gives those of a lab.
        clock: where its clock begins, as qemu's -rtc base= takes it; "2020-01-01T00:00:00" is a box
            without a clock.
    """

    kind: ClassVar[str] = "machine"

    def __init__(
        self,
        name: str,
        suite: str = "bookworm",
        links: Iterable[str] = DEFAULT,
        *,
        kept: bool = False,
        cables: Mapping[str, tuple[str, str]] | None = None,
        clock: str = "utc",
    ) -> None:
        super().__init__(name, suite, links, kept=kept)
        self.cables, self.clock = dict(cables or {}), clock

    # Its life

    def up(self, frozen: str = "") -> Self:
        """Make it anew, and boot it.

        Args:
            frozen: what `freeze` gave: it goes on where that machine was, in a second or two.

        Raises:
            LabError: it did not come up; the text has its last words.
        """
        base = disk.of(self.suite)
        self._prepare({"cables": self.cables, "clock": self.clock})
        backing, form = (base.raw, "raw")
        if frozen:
            backing, form = self._frozen(frozen) / "disk.qcow2", "qcow2"
        (self.disk / "boots").symlink_to(base.raw.parent)
        self._layer(0, backing, form)
        return self.start(self._frozen(frozen) / "state" if frozen else None)

    def start(self, state: Path | None = None) -> Self:
        """Boot it with the disk that it has.

        Args:
            state: of a frozen machine, to go on from; its disk must be the one it had.

        Raises:
            LabError: it is on, or did not come up; the text has its last words.
        """
        if self.running:
            raise LabError(f"{self.name} is on already.")
        self._clear_sockets()
        if not self.cables:
            self.links.lay_far()
        self._port = free_port()
        self._write_ssh_config()
        leases = [] if self.cables else self.links.leases()
        self._start_keeper(
            keeper.Spec(
                name=self.name,
                argv=self._qemu(state),
                log=str(self.folder / "qemu.log"),
                pid_file=str(self.folder / "pid"),
                socket=str(self.folder / "courier"),
                folder=str(self.folder),
                urgent=True,
                aides=[*leases, *self._cables()],
            )
        )
        if state is not None:
            control.wait_until(
                self._gone_on, _FREEZE_S, lambda: f"{self.name} goes on\n{self._last_words()}"
            )
        control.wait_until(
            self._reachable, _BOOT_S, lambda: f"{self.name} boots\n{self._last_words()}"
        )
        if state is not None:
            # Its clock stood still with it.
            self.run(f"date --set=@{time.clock_gettime(time.CLOCK_REALTIME):.1f}")
        return self

    def cut(self, *, lose: bool = False) -> None:
        """Take its power away; ``lose`` also what was written since `mark`.

        Raises:
            LabError: there is no mark to go back to.
        """
        pid = self._pid()
        if pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._await_end()
        self.links.lift()
        if lose:
            layers = self._layers()
            if len(layers) < 2:
                raise LabError(f"{self.name} has no mark to go back to.")
            layers[-1].unlink()

    def stop(self, timeout_s: float = 120.0) -> None:
        """Shut it down in order."""
        super().stop(timeout_s)
        self.links.lift()

    def mark(self) -> None:
        """Begin what `cut(lose=True)` takes back: a card that says "written" and has not."""
        number = len(self._layers())
        path = self.disk / _CHAIN.format(number)
        self._qmp(
            "blockdev-snapshot-sync",
            **{"device": "disk", "snapshot-file": str(path), "format": "qcow2"},
        )

    def freeze(self, what: str = "booted") -> str:
        """End it, and keep it as it is for other machines to go on from; gives what `up` takes.

        Args:
            what: is in it; one of the same name and make is replaced.
        """
        layers = self._layers()
        if len(layers) > 1:
            raise LabError(f"{self.name} has a mark: what is frozen has one disk.")
        self.run("sync", timeout_s=120)
        self._close_ssh()
        folder = self._frozen(what)
        new = folder.with_name(f".new-{folder.name}-{os.getpid()}")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(parents=True)
        self._qmp("stop")
        self._qmp("migrate-set-parameters", **{"max-bandwidth": 4 << 30})
        self._qmp("migrate", uri=f"exec:cat >{shlex.quote(str(new / 'state'))}")
        control.wait_until(self._migrated, _FREEZE_S, f"{self.name} is frozen")
        self.cut()
        layers[0].rename(new / "disk.qcow2")
        shutil.rmtree(folder, ignore_errors=True)
        new.rename(folder)
        self.down()
        return what

    def has_frozen(self, what: str = "booted") -> bool:
        """Say whether a machine of this make was frozen under this name."""
        return (self._frozen(what) / "state").exists()

    def carrier(self, link: str, *, on: bool) -> None:
        """Pull the plug of a link at the machine, or put it back."""
        self._qmp("set_link", name=link, up=on)

    def console(self) -> str:
        """Give what it has printed on its console since it was made."""
        try:
            return (self.folder / "console.log").read_text(errors="replace")
        except OSError:
            return ""

    # How

    @property
    def _ssh_way(self) -> Mapping[str, str]:
        return {"HostName": "127.0.0.1", "Port": str(self._port)}

    def _line(self, command: str) -> list[str]:
        # As whoever installs it would: root may be shut out by what he installed.
        as_root = f"sudo -n -H sh -c {shlex.quote(command)}"
        return ["ssh", "-F", str(self.ssh_config), self.name, as_root]

    def _layer(self, number: int, backing: Path, form: str) -> None:
        path = self.disk / _CHAIN.format(number)
        options = ["-q", "-f", "qcow2", "-F", form, "-b", str(backing.resolve())]
        image.call(["qemu-img", "create", *options, str(path)])

    def _layers(self) -> list[Path]:
        return sorted(self.disk.glob(_CHAIN.format("*")))

    def _cables(self) -> list[list[str]]:
        own = {
            link.name: (self.links.far(link.name), self.links.cable_end(link))
            for link in self.links.links
        }
        cable = [*processes.module("booted"), "cable", str(self.folder)]
        return [
            ["ip", "netns", "exec", namespace, *cable, link, interface]
            for link, (namespace, interface) in (self.cables or own).items()
        ]

    def _clear_sockets(self) -> None:
        for path in (*self.folder.glob("*.box"), self.folder / "courier", self.folder / "qmp"):
            path.unlink(missing_ok=True)

    def _qemu(self, state: Path | None) -> list[str]:
        boots = disk.Disk.inside((self.disk / "boots").resolve())
        newest = self._layers()[-1]
        line = [
            *("qemu-system-x86_64", "-name", self.name, "-nodefaults", "-no-user-config"),
            *("-machine", "q35,usb=off", "-accel", "tcg,thread=multi", "-cpu", "max"),
            *("-m", str(_MEMORY_MB), "-smp", str(_CORES), "-display", "none"),
            *("-kernel", str(boots.kernel), "-initrd", str(boots.initrd), "-append", _KERNEL_LINE),
            # Flushes reach the host's disk; what was not flushed may be lost when qemu dies.
            *("-drive", f"file={newest},if=none,id=disk,format=qcow2,cache=writeback"),
            *("-device", "virtio-blk-pci,drive=disk", "-device", "virtio-rng-pci"),
            *self._network(),
            *(
                "-chardev",
                "file,id=console,path=console.log,append=on",
                "-serial",
                "chardev:console",
            ),
            *("-qmp", "unix:qmp,server=on,wait=off", "-rtc", f"base={self.clock}"),
        ]
        if state is not None:
            line += ["-incoming", f"exec:cat <{shlex.quote(str(state))}"]
        return line

    def _network(self) -> list[str]:
        courier = join([sys.executable, "-S", "-E", Path(pipe.__file__), self.folder / "courier"])
        manage = (
            "user,id=mgmt0,restrict=on,ipv6=off"
            f",hostfwd=tcp:127.0.0.1:{self._port}-{recipe.MANAGED}:22"
            f",guestfwd=tcp:{recipe.COURIER}:{recipe.COURIER_PORT}-cmd:{courier.replace(',', ',,')}"
        )
        line: list[str] = []
        for link in self.links.links:
            ends = (
                f"local.type=unix,local.path={cable.machine_end(link.name)}"
                f",remote.type=unix,remote.path={cable.far_end(link.name)}"
            )
            line += ["-netdev", f"dgram,id={link.name},{ends}", *_card(link.name)]
        # Last, so that the kernel's own names of the others begin with eth0.
        return [*line, "-netdev", manage, *_card("mgmt0")]

    def _frozen(self, what: str) -> Path:
        """Give the folder of a frozen machine; only one of the same make can go on from it."""
        links = [link.name for link in self.links.links]
        # This file as well: whatever changes of a machine's hardware changes here.
        parts = [links, self.clock, _qemu_version(), Path(__file__).read_text(encoding="utf-8")]
        make = hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:8]
        boots = disk.of(self.suite).raw.parent
        return boots / "frozen" / f"{what}-{make}"

    def _qmp(self, command: str, **arguments: Any) -> Any:
        return qmp.ask(self.folder / "qmp", command, **arguments)

    def _migrated(self) -> bool:
        state = self._qmp("query-migrate").get("status")
        if state == "failed":
            raise LabError(f"{self.name} could not be frozen.")
        return bool(state == "completed")

    def _gone_on(self) -> bool:
        """Have it go on: it was frozen while it stood still, and stands still until it is told otherwise."""
        if not self.running:
            raise LabError(f"{self.name} ended while waking:\n{self._last_words()}")
        if not (self.folder / "qmp").exists():
            return False
        status = self._qmp("query-status")["status"]
        if status == "paused":  # before, its state is still being read
            self._qmp("cont")
        return bool(status == "running")

    def _reachable(self) -> bool:
        if not self.running:
            raise LabError(f"{self.name} ended while booting:\n{self._last_words()}")
        try:
            with socket.create_connection(("127.0.0.1", self._port), 2) as sock:
                sock.settimeout(10)
                return sock.recv(4) == b"SSH-"
        except OSError:
            return False

    @property
    def _port(self) -> int:
        return int((self.folder / "port").read_text(encoding="ascii"))

    @_port.setter
    def _port(self, value: int) -> None:
        (self.folder / "port").write_text(str(value), encoding="ascii")

    def _last_words(self) -> str:
        with contextlib.suppress(OSError):
            return (self.folder / "qemu.log").read_text(errors="replace")[
                -1500:
            ] + super()._last_words()
        return super()._last_words()


def _card(link: str) -> list[str]:
    mac = recipe.MACS[link]
    return ["-device", f"virtio-net-pci,netdev={link},id=card-{link},mac={mac},romfile="]


def _qemu_version() -> str:
    line = ["qemu-system-x86_64", "--version"]
    return subprocess.run(line, capture_output=True, text=True, check=True, timeout=_QEMU_S).stdout
