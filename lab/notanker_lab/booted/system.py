"""What containers and machines have in common: they are started, cut, asked, and given files."""

import contextlib
import fcntl
import io
import json
import os
import re
import secrets
import shlex
import shutil
import subprocess
import tarfile
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Final, Self

from notanker_lab import control, processes
from notanker_lab.booted import keeper, places
from notanker_lab.booted.links import DEFAULT, Links
from notanker_lab.errors import LabError

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,30}")
_SAID_CHARS: Final = 3000
_END_S: Final = 20.0
GROUPS: Final = ("notanker_sites", "notanker_centre")
"""The groups of the collection's playbooks; a system stands in both, a playbook takes its own."""


class Booted(ABC):
    """One booted Debian system; ``with Container("a") as box`` boots it and leaves nothing.

    Args:
        name: lower-case letters, digits, hyphens; also the host's name in an inventory.
        suite: "bookworm" (Debian 12) or "trixie" (Debian 13).
        links: which cables it has (links.KNOWN).
        kept: whether its disk outlives the process that made it, as on the command line.

    Raises:
        LabError: such a name cannot be used.
    """

    kind: ClassVar[str]

    def __init__(
        self,
        name: str,
        suite: str = "bookworm",
        links: Iterable[str] = DEFAULT,
        *,
        kept: bool = False,
    ) -> None:
        if not _NAME.fullmatch(name):
            raise LabError(f"A system's name has lower-case letters, digits and -, not {name!r}.")
        self.name, self.suite, self.kept = name, suite, kept
        self.links = Links(name, links)
        self.folder = places.RUNNING / name
        self.disk = places.cache() / "systems" / name
        self._lock: int | None = None

    # Its life

    @abstractmethod
    def up(self) -> Self:
        """Make it anew from its image, boot it and wait until it answers."""

    @abstractmethod
    def start(self) -> Self:
        """Boot it with the disk that it has, and wait until it answers."""

    @abstractmethod
    def cut(self) -> None:
        """Take its power away: everything in it is dead at once, and nothing is written any more."""

    def stop(self, timeout_s: float = 120.0) -> None:
        """Shut it down in order."""
        with contextlib.suppress(LabError):
            self.run("systemctl poweroff --no-block", check=False, timeout_s=20)
        self._await_end(timeout_s)

    def down(self) -> None:
        """End it and remove all of it."""
        self.cut()
        shutil.rmtree(self.folder, ignore_errors=True)
        _remove_tree(self.disk)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    @property
    def running(self) -> bool:
        """Say whether it is on."""
        return self._keeper() is not None

    # What is asked of it

    def run(self, command: str, *, check: bool = True, timeout_s: float = 60) -> str:
        """Run a shell command as root and give what it printed.

        Raises:
            LabError: it failed (unless ``check`` is off), or took longer than ``timeout_s``.
        """
        return self._ask(command, check, timeout_s).decode(errors="replace")

    def succeeds(self, command: str, timeout_s: float = 60) -> bool:
        """Say whether a shell command ends with status 0."""
        return self._do(command, b"", timeout_s).returncode == 0

    def wait_until(self, command: str, timeout_s: float = 30) -> None:
        """Wait until a shell command ends with status 0.

        Raises:
            LabError: it never did.
        """
        end_s = time.monotonic() + timeout_s
        while not self.succeeds(command):
            if time.monotonic() > end_s:
                said = self.run(f"({command}) 2>&1", check=False)
                raise LabError(f"{self.name}: within {timeout_s:g} s never: {command}\n{said}")
            time.sleep(0.2)

    def put(self, source: Path, target: str) -> None:
        """Copy a file to the file ``target``, or what is in a folder into the folder ``target``."""
        where = shlex.quote(target)
        if source.is_dir():
            self._ask(
                f"mkdir -p {where} && tar -x --no-same-owner -C {where}", True, 600, _packed(source)
            )
        else:
            mode = f"{source.stat().st_mode & 0o777:o}"
            self._ask(f"install -D -m {mode} /dev/stdin {where}", True, 600, source.read_bytes())

    def get(self, source: str, target: Path) -> None:
        """Copy a file to the file ``target``, or what is in a folder into the folder ``target``."""
        where = shlex.quote(source)
        if self.succeeds(f"test -d {where}"):
            packed = io.BytesIO(self._ask(f"tar -c -C {where} .", True, 600))
            with tarfile.open(fileobj=packed) as archive:
                archive.extractall(target, filter="data")
        else:
            target.write_bytes(self._ask(f"cat {where}", True, 600))

    def beyond(self, link: str, command: str, *, check: bool = True, timeout_s: float = 60) -> str:
        """Run a shell command of the host at the other end of a link, and give what it printed."""
        line = ["ip", "netns", "exec", self.links.far(link), "sh", "-c", command]
        done = subprocess.run(line, capture_output=True, timeout=timeout_s, check=False)
        return self._said(command, done, check).decode(errors="replace")

    def inventory(self, **variables: Any) -> dict[str, Any]:
        """Give an Ansible inventory that has this system with ``variables``."""
        host = {
            "ansible_host": self.name,
            "ansible_user": "pi",
            "ansible_python_interpreter": "/usr/bin/python3",
            # By a file alone: it names the one connection that all commands share.
            "ansible_ssh_args": f"-F {self.ssh_config}",
            **variables,
        }
        groups: dict[str, Any] = {group: {"hosts": {self.name: {}}} for group in GROUPS}
        return {"all": {"hosts": {self.name: host}, "children": groups}}

    @property
    def ssh_config(self) -> Path:
        """A configuration for ssh that knows this system by its name."""
        return self.folder / "ssh_config"

    @property
    @abstractmethod
    def _ssh_way(self) -> Mapping[str, str]:
        """What an ssh configuration says of the way to it."""

    @abstractmethod
    def _line(self, command: str) -> list[str]:
        """Give the host's command line that runs a shell command in the system as root."""

    @abstractmethod
    def console(self) -> str:
        """Give what it has printed on its console since it was made."""

    def __enter__(self) -> Self:
        try:
            return self.up()
        except BaseException:
            self.down()
            raise

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.down()

    # How

    def _prepare(self, settings: Mapping[str, Any]) -> None:
        """Make its folders, with what another process must know to speak with it."""
        self.down()
        self.folder.mkdir(parents=True, mode=0o700)
        self.disk.mkdir(parents=True)
        lock = os.open(self.disk / "lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        fcntl.flock(lock, fcntl.LOCK_SH)
        self._lock = lock
        if self.kept:
            (self.disk / "kept").touch()
        told = {"kind": self.kind, "suite": self.suite, **settings}
        told["links"] = [link.name for link in self.links.links]
        (self.folder / "system.json").write_text(json.dumps(told), encoding="utf-8")

    def _write_ssh_config(self) -> None:
        settings = {
            "User": "pi",
            "IdentityFile": str(places.key()),
            "IdentitiesOnly": "yes",
            "StrictHostKeyChecking": "no",
            "UserKnownHostsFile": "/dev/null",
            "LogLevel": "ERROR",
            "ConnectTimeout": "20",
            "ServerAliveInterval": "5",
            "ServerAliveCountMax": "6",
            "ControlMaster": "auto",
            "ControlPath": f"{self.folder}/ssh-%r",
            "ControlPersist": "60",
            **self._ssh_way,
        }
        text = "".join(f"  {name} {value}\n" for name, value in settings.items())
        self.ssh_config.write_text(f"Host {self.name}\n{text}", encoding="utf-8")

    def _start_keeper(self, spec: keeper.Spec) -> None:
        path = self.folder / "spec.json"
        spec.write(path)
        with (self.folder / "keeper.log").open("ab") as log:
            process = subprocess.Popen(
                [*processes.module("booted"), "keeper", str(path)],
                env=processes.environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                pass_fds=[] if self._lock is None else [self._lock],
            )
        (self.folder / "keeper.pid").write_text(str(process.pid), encoding="ascii")
        _CHILDREN.append(process)

    def _keeper(self) -> int | None:
        """Give the process id of its keeper, if that lives."""
        pid = _number(self.folder / "keeper.pid")
        for child in _CHILDREN:
            if child.pid == pid:
                return pid if child.poll() is None else None
        with contextlib.suppress(OSError):
            line = Path(f"/proc/{pid}/cmdline").read_bytes()
            if str(self.folder).encode() in line:
                return pid
        return None

    def _pid(self) -> int | None:
        """Give the process id of the system's own program, if that lives."""
        return _number(self.folder / "pid") if self._keeper() else None

    def _await_end(self, timeout_s: float = _END_S) -> None:
        control.wait_until(lambda: not self.running, timeout_s, f"{self.name} has ended")
        self._close_ssh()

    def _close_ssh(self) -> None:
        for path in self.folder.glob("ssh-*"):
            line = ["ssh", "-F", "none", "-o", f"ControlPath={path}", "-O", "exit", self.name]
            subprocess.run(line, capture_output=True, check=False, timeout=20)
            path.unlink(missing_ok=True)

    def _do(
        self, command: str, given: bytes, timeout_s: float
    ) -> "subprocess.CompletedProcess[bytes]":
        line = self._line(command)
        try:
            return subprocess.run(
                line, input=given, capture_output=True, timeout=timeout_s, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise LabError(f"{self.name}: {command} took longer than {timeout_s:g} s.") from error

    def _ask(self, command: str, check: bool, timeout_s: float, given: bytes = b"") -> bytes:
        return self._said(command, self._do(command, given, timeout_s), check)

    def _said(self, command: str, done: "subprocess.CompletedProcess[bytes]", check: bool) -> bytes:
        if check and done.returncode:
            said = "\n".join(
                part.decode(errors="replace")[-_SAID_CHARS:] for part in (done.stdout, done.stderr)
            )
            raise LabError(f"{self.name}: {command} ended with {done.returncode}:\n{said}")
        out: bytes = done.stdout
        return out

    def _last_words(self) -> str:
        logs = [self.console(), _text(self.folder / "keeper.log")]
        return "\n".join(text[-_SAID_CHARS:] for text in logs)


_CHILDREN: Final[list["subprocess.Popen[bytes]"]] = []
"""Keepers that this process started: it has to take note of their end."""


def fresh_name(base: str) -> str:
    """Give a name that no other system has, of this capsule or another one with the same cache."""
    return f"{base}-{secrets.token_hex(3)}"


def sweep() -> None:
    """Remove the disks of systems whose processes were killed; those that are kept stay."""
    for folder in (places.cache() / "systems").glob("*"):
        if not (folder / "kept").exists() and not _held(folder / "lock"):
            _remove_tree(folder)


def _held(path: Path) -> bool:
    try:
        with path.open("r") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        # Just being made, or being removed by somebody else.
        return True
    return False


def _remove_tree(folder: Path) -> None:
    if folder.exists():
        line = ["rm", "-rf", "--one-file-system", str(folder)]
        subprocess.run(line, check=False, timeout=120)


def _packed(folder: Path) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        archive.add(folder, arcname=".")
    return packed.getvalue()


def _number(path: Path) -> int | None:
    try:
        return int(_text(path))
    except ValueError:
        return None


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""


def join(line: Sequence[str | Path]) -> str:
    """Give a command line as a shell would read it."""
    return shlex.join(map(str, line))
