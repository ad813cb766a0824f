"""Reaches a telephone system by one SSH command, with OpenSSH's own client.

It never asks anything, accepts one host key and one key of ours, forwards nothing and reads no configuration
but this. What is run are the configuration's own words; nothing of a message comes near them.
"""

from __future__ import annotations

import os
import selectors
import subprocess
import time
from dataclasses import dataclass
from typing import Final

from notanker.plugin import Order, Permanent, Retry, Unknown
from notanker_pbx.config import PbxConfig

AGAIN_S: Final = 30.0
LATER_S: Final = 120.0
MAX_OUTPUT_BYTES: Final = 64 * 1024
READ_BYTES: Final = 8192

_SSH_FAILED: Final = 255
"""ssh(1), EXIT STATUS; a command may end with it as well, and then nobody knows."""
_NOT_RUN: Final = frozenset({126, 127})
"""POSIX shell, 2.8.2: it cannot be run, it is not there."""
_LOGGED_IN: Final = b"Authenticated to "
"""ssh says so at LogLevel VERBOSE. Before that no command can have been run."""
_NEVER: Final = {
    b"Permission denied": "the log-in was refused",
    b"Host key verification failed": "its host key is not the one in known_hosts",
    b"REMOTE HOST IDENTIFICATION HAS CHANGED": "its host key is not the one in known_hosts",
}


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of one command; `status` is None if it was ended: it took too long or printed too much."""

    status: int | None
    output: bytes
    said: bytes

    @property
    def logged_in(self) -> bool:
        """Whether the command may have been run."""
        return any(line.startswith(_LOGGED_IN) for line in self.said.splitlines())


def order(config: PbxConfig, order: Order) -> str:
    """Give one order; return what says that it was carried out.

    Raises:
        Retry: it surely was not.
        Permanent: it surely was not, and never will be.
        Unknown: it may have been.
    """
    what, _ = config.order(order)
    _run(config, what)
    return "status 0"


def ask(config: PbxConfig) -> str:
    """Return what the system says of its state.

    Raises:
        Retry: it cannot be asked now.
        Permanent: it refuses to say.
        Unknown: the answer broke off.
    """
    return _run(config, config.ask).output.decode("utf-8", "replace")


def command_line(config: PbxConfig, command: str) -> list[str]:
    """Return ssh's arguments (ssh_config(5))."""
    options = {
        "BatchMode": "yes",
        "IdentitiesOnly": "yes",
        "IdentityAgent": "none",
        "IdentityFile": config.key,
        "PreferredAuthentications": "publickey",
        "UserKnownHostsFile": config.known_hosts,
        "GlobalKnownHostsFile": "none",
        "StrictHostKeyChecking": "yes",
        "UpdateHostKeys": "no",
        "ClearAllForwardings": "yes",
        "ForwardAgent": "no",
        "ConnectionAttempts": "1",
        "ConnectTimeout": str(max(1, round(config.connect_timeout_s))),
        "LogLevel": "VERBOSE",
    }
    line = ["ssh", "-F", "none", "-T", "-n", "-p", str(config.port), "-l", config.user]
    for name, value in options.items():
        line += ["-o", f"{name}={value}"]
    return [*line, "--", config.host, command]


def _run(config: PbxConfig, command: str) -> Ran:
    bound_s = config.connect_timeout_s + config.answer_timeout_s
    try:
        with subprocess.Popen(
            command_line(config, command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            try:
                ran = _read(process, bound_s)
            finally:
                process.kill()
    except OSError as error:
        raise Retry(AGAIN_S, f"ssh cannot be started: {error.strerror}") from None
    if ran.status != 0:
        raise refusal(ran)
    return ran


def _read(process: subprocess.Popen[bytes], bound_s: float) -> Ran:
    """Read both outputs to their end; one that takes too long or prints too much is left."""
    assert process.stdout is not None  # noqa: S101 - PIPE was asked for
    assert process.stderr is not None  # noqa: S101
    end_s = time.monotonic() + bound_s
    output, said = bytearray(), bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ, output)
        selector.register(process.stderr, selectors.EVENT_READ, said)
        while selector.get_map() and max(len(output), len(said)) < MAX_OUTPUT_BYTES:
            if (left_s := end_s - time.monotonic()) <= 0:
                break
            for key, _ in selector.select(left_s):
                piece = os.read(key.fd, READ_BYTES)
                key.data.extend(piece)
                if not piece:
                    selector.unregister(key.fileobj)
        ended = not selector.get_map()
    status = _end(process, max(0.1, end_s - time.monotonic())) if ended else None
    return Ran(status, bytes(output), bytes(said))


def _end(process: subprocess.Popen[bytes], within_s: float) -> int | None:
    try:
        return process.wait(within_s)
    except subprocess.TimeoutExpired:
        return None


def refusal(ran: Ran) -> Permanent | Retry | Unknown:
    """Return what to raise for a command that did not end well. What the system printed stays out of it."""
    if ran.logged_in:
        if ran.status is None or ran.status in (_SSH_FAILED, -9, -15):
            return Unknown(
                "the connection broke off" if ran.status else "no end of its answer within bounds"
            )
        if ran.status in _NOT_RUN:
            return Permanent(f"the system does not know the command (status {ran.status})")
        return Retry(LATER_S, f"the command ended with status {ran.status}")
    for sign, reason in _NEVER.items():
        if sign in ran.said:
            return Permanent(reason)
    return Retry(AGAIN_S, "no connection" if ran.status else "no log-in in time")
