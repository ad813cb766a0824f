"""Run a command in namespaces of its own, of which nothing remains when it ends.

``python -m notanker_lab.capsule [--listen PORT=NAME ...] -- COMMAND ...``

Three processes: the *outer* one stays on the host and only waits; *init* is process 1 of the new
PID namespace; the command is init's child. The kernel kills init when the outer process dies, even
by SIGKILL, and kills all that is in a PID namespace when its process 1 ends. Network namespaces,
interfaces and the tmpfs on /run live only as long as a process or a mount holds them.
"""

import argparse
import os
import select
import signal
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

from notanker_lab import kernel, reach
from notanker_lab.errors import LabError

HOME = Path("/run/notanker-lab")
PORTS = Path("/dev/shm")  # noqa: S108 - the capsule has one of its own
MARKER = HOME / "capsule"
LISTEN_ENV = "NOTANKER_LAB_LISTEN"
_FORWARDED = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGUSR1)
_FLAGS = (
    kernel.CLONE_NEWPID
    | kernel.CLONE_NEWNS
    | kernel.CLONE_NEWNET
    | kernel.CLONE_NEWUTS
    | kernel.CLONE_NEWIPC
)

_TEXTS = {
    "root": (
        "The lab needs root, because it builds network namespaces: run it with sudo.",
        "Das Labor braucht Root-Rechte, weil es Netz-Namensräume anlegt: bitte mit sudo starten.",
    ),
    "namespaces": (
        "This kernel or container gives no new namespaces ({reason}): the lab cannot run here.",
        (
            "Dieser Kernel oder Container gibt keine neuen Namensräume her ({reason}): "
            "das Labor kann hier nicht laufen."
        ),
    ),
    "listen": (
        "Port {port} of 127.0.0.1 cannot be opened ({reason}).",
        "Port {port} auf 127.0.0.1 lässt sich nicht öffnen ({reason}).",
    ),
    "command": (
        "The command {command!r} cannot be started ({reason}).",
        "Der Befehl {command!r} lässt sich nicht starten ({reason}).",
    ),
}


def sentence(key: str, **values: object) -> str:
    """Give the text ``key`` in German if LC_ALL, LC_MESSAGES or LANG say so, else in English."""
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    language = next((os.environ[name] for name in names if os.environ.get(name)), "")
    return _TEXTS[key][language.startswith("de")].format(**values)


def inside() -> bool:
    """Say whether this process runs in a capsule."""
    return MARKER.exists()


def listeners() -> dict[str, int]:
    """Give the listening sockets handed in from the host: name -> file descriptor."""
    pairs = (item.split("=") for item in os.environ.get(LISTEN_ENV, "").split(",") if item)
    return {name: int(fd) for name, fd in pairs}


def open_listeners(wanted: Sequence[str]) -> dict[str, socket.socket]:
    """Open ``PORT=NAME`` sockets on 127.0.0.1 that a child process inherits.

    Raises:
        LabError: a port is taken or the text is not PORT=NAME.
    """
    opened = {}
    for text in wanted:
        port, _, name = text.partition("=")
        if not port.isdigit() or not name.isidentifier():
            raise LabError(f"--listen wants PORT=NAME, not {text!r}.")
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind(("127.0.0.1", int(port)))
        except (OSError, OverflowError) as error:
            raise LabError(sentence("listen", port=port, reason=error)) from error
        sock.listen(64)
        sock.set_inheritable(True)
        opened[name] = sock
    return opened


def _private_run() -> None:
    """Give /run, /proc, /sys and the resolver configuration to the capsule alone."""
    resolver = Path("/etc/resolv.conf").resolve()
    kernel.mount("none", "/", "", kernel.MS_REC | kernel.MS_PRIVATE)
    safe = kernel.MS_NOSUID | kernel.MS_NODEV
    kernel.mount("proc", "/proc", "proc", safe | kernel.MS_NOEXEC)
    kernel.mount("sysfs", "/sys", "sysfs", safe | kernel.MS_NOEXEC)
    kernel.mount("tmpfs", "/run", "tmpfs", safe, "mode=755")
    # Emulated modems live there: their ports are below /dev, and gone with the capsule.
    if PORTS.is_dir():
        kernel.mount("tmpfs", str(PORTS), "tmpfs", safe, "mode=1777")
    HOME.mkdir(mode=0o755)
    Path("/run/tmp").mkdir(mode=0o1777)
    Path("/run/tmp").chmod(0o1777)
    MARKER.touch()
    reach.open_up(reach.needed(), HOME)
    empty = HOME / "resolv.conf"
    empty.write_text("# nothing leaves the capsule\n")
    if resolver.is_relative_to("/run"):
        # The usual link into systemd-resolved's folder, which the new /run hides.
        resolver.parent.mkdir(parents=True, exist_ok=True)
        resolver.touch()
    if resolver.exists():
        kernel.mount(str(empty), str(resolver), "", kernel.MS_BIND)


def _environment(sockets: dict[str, socket.socket], outer_pid: int) -> dict[str, str]:
    env = dict(os.environ)
    env["TMPDIR"] = "/run/tmp"
    env["NOTANKER_LAB_OUTER_PID"] = str(outer_pid)
    env[LISTEN_ENV] = ",".join(f"{name}={sock.fileno()}" for name, sock in sockets.items())
    # `capsule -- pytest` shall find the pytest that belongs to this Python.
    env["PATH"] = (
        f"{Path(sys.executable).parent}:{env.get('PATH', '/usr/sbin:/usr/bin:/sbin:/bin')}"
    )
    return env


def _terminal_delivers(signum: int) -> bool:
    """Say whether the terminal itself sends ``signum`` to the command (as Ctrl-C does)."""
    if signum not in (signal.SIGINT, signal.SIGQUIT) or not os.isatty(0):
        return False
    return os.tcgetpgrp(0) == os.getpgrp()


def _forward_to(pid: int) -> None:
    def forward(signum: int, _frame: object) -> None:
        if not _terminal_delivers(signum):
            os.kill(pid, signum)

    for signum in _FORWARDED:
        signal.signal(signum, forward)


def _status(raw: int) -> int:
    code = os.waitstatus_to_exitcode(raw)
    return code if code >= 0 else 128 - code


def _init(argv: Sequence[str], env: dict[str, str]) -> int:
    """Be process 1: start the command, take in orphans, give back the command's status."""
    _private_run()
    kernel.interface_up("lo")
    signal.pthread_sigmask(signal.SIG_BLOCK, _FORWARDED)
    command = os.fork()
    if command == 0:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _FORWARDED)
        try:
            os.execvpe(argv[0], list(argv), env)  # noqa: S606 - no shell is wanted
        except OSError as error:
            print(sentence("command", command=argv[0], reason=error.strerror), file=sys.stderr)
            os._exit(127)
    _forward_to(command)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _FORWARDED)
    while True:
        pid, raw = os.wait()
        if pid == command:
            return _status(raw)


def run(argv: Sequence[str], listen: Sequence[str] = ()) -> int:
    """Run ``argv`` in a capsule and give its exit status (128 + n when ended by signal n).

    Raises:
        LabError: not root, no namespaces here, or a port to listen on is taken.
    """
    if os.geteuid() != 0:
        raise LabError(sentence("root"))
    sockets = open_listeners(listen)
    _die_with_sudo()
    try:
        kernel.unshare(_FLAGS)
    except OSError as error:
        raise LabError(sentence("namespaces", reason=error.strerror)) from error
    outer_pid = os.getpid()
    signal.pthread_sigmask(signal.SIG_BLOCK, _FORWARDED)
    alive, held = os.pipe()
    init = os.fork()
    if init == 0:
        os.close(held)
        _become_init(argv, _environment(sockets, outer_pid), alive)
    _forward_to(init)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _FORWARDED)
    return _status(os.waitpid(init, 0)[1])


def _die_with_sudo() -> None:
    """Follow sudo into death: a SIGKILL to sudo would leave the capsule behind otherwise."""
    if "SUDO_UID" in os.environ:
        parent = Path(f"/proc/{os.getppid()}/comm")
        if parent.exists() and parent.read_text().strip() == "sudo":
            kernel.die_with_parent(signal.SIGKILL)


def _become_init(argv: Sequence[str], env: dict[str, str], alive: int) -> None:
    status = 125
    try:
        kernel.die_with_parent(signal.SIGKILL)
        if select.select([alive], [], [], 0)[0]:
            return  # The outer process died before the kernel knew of the bond.
        status = _init(argv, env)
    except OSError as error:
        print(sentence("namespaces", reason=error), file=sys.stderr)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def main() -> int:
    """Command line of the capsule."""
    parser = argparse.ArgumentParser(prog="python -m notanker_lab.capsule", description=__doc__)
    parser.add_argument("--listen", action="append", default=[], metavar="PORT=NAME")
    parser.add_argument("command", nargs="+")
    args = parser.parse_args()
    try:
        return run(args.command, args.listen)
    except LabError as error:
        print(error, file=sys.stderr)
        return 125


if __name__ == "__main__":
    sys.exit(main())
