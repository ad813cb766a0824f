"""One JSON question, one JSON answer, over a Unix socket: how the lab's processes are steered.

SOCK_SEQPACKET keeps message borders, so neither side needs framing; the socket's file permits root
alone. Any process of the capsule may ask, not only the one that built the lab.
"""

import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from notanker_lab.errors import LabError

Answer = dict[str, Any]
Handler = Callable[[dict[str, Any]], Answer]

_MAX_BYTES = 180_000  # below the default socket buffer (net.core.wmem_default)


def listen(path: Path) -> socket.socket:
    """Open a control socket at ``path``, for root alone."""
    with contextlib.suppress(FileNotFoundError):
        path.unlink()
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    sock.bind(str(path))
    path.chmod(0o600)
    sock.listen(64)
    return sock


def answer(conn: socket.socket, handler: Handler) -> bool:
    """Read one question from ``conn`` and answer it; False when the peer has hung up."""
    try:
        data = conn.recv(_MAX_BYTES)
        if not data:
            return False
        conn.send(json.dumps(_handled(data, handler)).encode())
    except OSError:
        return False
    return True


def _handled(data: bytes, handler: Handler) -> Answer:
    try:
        question = json.loads(data)
        if not isinstance(question, dict):
            return {"error": "a question is a JSON object"}
        return handler(question)
    except (ValueError, KeyError, TypeError) as error:
        return {"error": f"{type(error).__name__}: {error}"}


def serve(path: Path, handler: Handler) -> None:
    """Answer at ``path`` from a thread until the process ends."""
    sock = listen(path)

    def talk(conn: socket.socket) -> None:
        with conn:
            while answer(conn, handler):
                pass

    def loop() -> None:
        while True:
            conn, _ = sock.accept()
            threading.Thread(target=talk, args=(conn,), daemon=True).start()

    threading.Thread(target=loop, daemon=True).start()


def ask(path: Path, question: dict[str, Any], timeout_s: float = 5.0) -> Answer:
    """Put one question to the process behind ``path``.

    Raises:
        LabError: nobody answers within ``timeout_s``, or the answer is an error.
    """
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as sock:
            sock.settimeout(timeout_s)
            sock.connect(str(path))
            sock.send(json.dumps(question).encode())
            reply: Answer = json.loads(sock.recv(_MAX_BYTES))
    except (OSError, ValueError) as error:
        raise LabError(f"The lab's control socket {path} does not answer ({error}).") from error
    if "error" in reply:
        raise LabError(f"The lab refused {question}: {reply['error']}.")
    return reply


def wait_until(
    condition: Callable[[], object], timeout_s: float, what: str | Callable[[], str]
) -> None:
    """Wait until ``condition()`` is true.

    Raises:
        LabError: it is not within ``timeout_s``; ``what`` (or what it returns) says what
            was waited for.
    """
    end_s = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > end_s:
            text = what if isinstance(what, str) else what()
            raise LabError(f"Within {timeout_s:g} s this did not happen: {text}.")
        time.sleep(0.01)
