"""RabbitMQ on loopback, unpacked and not installed: one node, or a cluster of several on one machine.

Each node has ports, folders and a log of its own; names are found by an epmd of the cluster's own, so nothing
of it is seen by an installed RabbitMQ. Erlang is put together out of its packages in a folder of links.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from notanker_lab.debian import UNPACKED, unpacked
from notanker_lab.errors import LabError
from notanker_lab.ports import free_port

START_S: Final = 90.0
PLUGINS: Final = "[rabbitmq_mqtt]."
_ERLANG: Final = "usr/lib/erlang"
_NAMES: Final = "abc"


@dataclass
class Node:
    """One node; `amqp` and `mqtt` are its ports."""

    name: str
    folder: Path
    amqp: int
    mqtt: int
    _environment: dict[str, str] = field(repr=False)
    _process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; `await_` says when it is there."""
        program = unpacked("rabbitmq-server", "usr/lib/rabbitmq/bin/rabbitmq-server").resolve()
        with (self.folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [str(program)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._environment,
                start_new_session=True,
            )

    def await_(self) -> None:
        """Wait until it takes connections.

        Raises:
            LabError: it does not.
        """
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline and self._process and self._process.poll() is None:
            if b"Server startup complete" in (self.folder / "log").read_bytes():
                return
            time.sleep(0.05)
        raise LabError(f"RabbitMQ did not start: {(self.folder / 'log').read_text()[-3000:]}")

    def ctl(self, *words: str) -> str:
        """Return what rabbitmqctl says.

        Raises:
            LabError: it failed.
        """
        program = unpacked("rabbitmq-server", "usr/lib/rabbitmq/bin/rabbitmqctl").resolve()
        done = subprocess.run(
            [str(program), "--quiet", *words],
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=START_S,
            check=False,
        )
        if done.returncode:
            raise LabError(f"rabbitmqctl {words}: {done.stdout[-1000:]}{done.stderr[-1000:]}")
        return done.stdout

    def kill(self) -> None:
        """End it as a power cut of its machine would: at once, with all that belongs to it."""
        if self._process is not None:
            # Its shell, the virtual machine and that one's helpers are one session that was started here.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(START_S)
            self._process = None


class RabbitMq:
    """A cluster of nodes, the first of which the others join."""

    def __init__(self, folder: Path, count: int, settings: Sequence[str]) -> None:
        self._folder = folder
        self._erlang = _erlang(folder)
        self._epmd_port = free_port()
        self._epmd: subprocess.Popen[bytes] | None = None
        (folder / ".erlang.cookie").write_text("LABCOOKIE")
        (folder / ".erlang.cookie").chmod(0o400)
        (folder / "plugins").write_text(PLUGINS)
        names = [f"{letter}@localhost" for letter in _NAMES[:count]]
        self.nodes: Final = [self._node(name, names, settings) for name in names]

    @property
    def urls(self) -> list[str]:
        """Where receivers and workers connect, a node each."""
        return [f"amqp://guest:guest@127.0.0.1:{node.amqp}" for node in self.nodes]

    def start(self) -> None:
        """Start all nodes and wait for them."""
        epmd = next(self._erlang.glob("erts-*/bin/epmd"))
        line = [str(epmd), "-port", str(self._epmd_port), "-address", "127.0.0.1"]
        self._epmd = subprocess.Popen(line, stdin=subprocess.DEVNULL, env={**os.environ})
        self.nodes[0].start()
        self.nodes[0].await_()  # the one that the others find
        for node in self.nodes[1:]:
            node.start()
        for node in self.nodes[1:]:
            node.await_()

    def end(self) -> None:
        """End everything that was started."""
        for node in self.nodes:
            node.kill()
        if self._epmd is not None:
            self._epmd.kill()
            self._epmd.wait(START_S)
            self._epmd = None

    def _node(self, name: str, names: Sequence[str], settings: Sequence[str]) -> Node:
        folder = self._folder / name.partition("@")[0]
        folder.mkdir()
        amqp, mqtt = free_port(), free_port()
        lines = [
            f"mqtt.listeners.tcp.default = 127.0.0.1:{mqtt}",
            "cluster_formation.peer_discovery_backend = classic_config",
            *(
                f"cluster_formation.classic_config.nodes.{n} = {one}"
                for n, one in enumerate(names, 1)
            ),
            *settings,
        ]
        (folder / "rabbitmq.conf").write_text("\n".join(lines) + "\n")
        environment = {
            **os.environ,
            "HOME": str(self._folder),
            "PATH": f"{self._folder}:{os.environ['PATH']}",
            "ERL_EPMD_PORT": str(self._epmd_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": name,
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(amqp),
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
            "RABBITMQ_CONF_ENV_FILE": str(folder / "none"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self._folder / "plugins"),
            "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_PID_FILE": str(folder / "pid"),
            # Three virtual machines on a small computer: none of them may spin while it has nothing to do.
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+sbwt none +sbwtdcpu none +sbwtdio none",
        }
        return Node(name, folder, amqp, mqtt, environment)


@contextlib.contextmanager
def rabbitmq(
    count: int = 1, settings: Sequence[str] = (), folder: Path | None = None
) -> Iterator[RabbitMq]:
    """Run a cluster, and remove everything at the end.

    Args:
        count: How many nodes, at most three.
        settings: Further lines of rabbitmq.conf.
        folder: Where to make its folder; the machine's temporary one by default.
    """
    place = Path(tempfile.mkdtemp(prefix="notanker-mq-", dir=folder))
    try:
        cluster = RabbitMq(place, count, settings)
        try:
            cluster.start()
            yield cluster
        finally:
            cluster.end()
    finally:
        shutil.rmtree(place, ignore_errors=True)


@contextlib.contextmanager
def as_installed(name: str, folder: Path) -> Iterator[Node]:
    """Run one node by the files in /etc/rabbitmq and on the ports that they name.

    For a name space that has an /etc/rabbitmq and a network of its own.

    Args:
        name: Of the node, whose host must be known.
        folder: Where it keeps what it writes.
    """
    erlang = _erlang(folder)
    environment = {
        **os.environ,
        "HOME": str(folder),
        "ERL_CRASH_DUMP": str(folder / "erl_crash.dump"),
        "PATH": f"{folder}:{os.environ['PATH']}",
        "RABBITMQ_NODENAME": name,
        "RABBITMQ_CONFIG_FILE": "/etc/rabbitmq/rabbitmq.conf",
        "RABBITMQ_ENABLED_PLUGINS_FILE": "/etc/rabbitmq/enabled_plugins",
        "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
        "RABBITMQ_LOGS": "-",
        "RABBITMQ_PID_FILE": str(folder / "pid"),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+sbwt none +sbwtdcpu none +sbwtdio none",
    }
    node = Node(name, folder, amqp=0, mqtt=0, _environment=environment)
    names = subprocess.Popen([str(next(erlang.glob("erts-*/bin/epmd")))], stdin=subprocess.DEVNULL)
    try:
        node.start()
        node.await_()
        yield node
    finally:
        node.kill()
        names.kill()
        names.wait(START_S)


def _erlang(folder: Path) -> Path:
    """Put Erlang together out of its packages; return its root."""
    base, root = unpacked("erlang-base", _ERLANG), folder / "erlang"
    (root / "lib").mkdir(parents=True)
    for part in base.iterdir():
        if part.name != "lib":
            (root / part.name).symlink_to(part)
    for package in UNPACKED.glob("erlang-*"):
        for application in (package / _ERLANG / "lib").glob("*-*"):
            (root / "lib" / application.name).symlink_to(application)
    erts = next(root.glob("erts-*"))
    # Debian's `erl` knows /usr/lib/erlang alone.
    program = folder / "erl"
    variables = f'ROOTDIR="{root}" BINDIR="{erts}/bin" EMU=beam PROGNAME=erl'
    program.write_text(f'#!/bin/sh\nexport {variables}\nexec "{erts}/bin/erlexec" "$@"\n')
    program.chmod(0o755)
    return root
