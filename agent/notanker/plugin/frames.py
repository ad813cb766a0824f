"""The wire between the agent and a plugin's child: 4 bytes of length, then JSON.

The agent writes a `Request` and gets exactly one `Answer` with the same id. The first request is
`init` with a `Start`, answered by a `Ready`. Between answers the child may write one `NOTICE`, an answer
to nothing: there is something to `collect`. The next only after that. Anything else on the wire ends the
child.
"""

from __future__ import annotations

import socket
from typing import Final, Literal

import msgspec

from notanker.errors import NotankerError, Problem
from notanker.plugin.faults import PluginError, Retry, Unknown

MAX_FRAME_BYTES: Final = 256 * 1024
HEADER_BYTES: Final = 4
INIT: Final = "init"
COLLECT: Final = "collect"
NOTICE: Final = -1
"""The id of an answer that nobody asked for."""
NOTHING: Final = msgspec.Raw(b"null")


class FrameError(NotankerError):
    """What came over the wire is no frame of this protocol."""


class Request(msgspec.Struct, frozen=True):
    """One call. `argument` is the JSON of the method's only argument, or null."""

    id: int
    method: str
    argument: msgspec.Raw = NOTHING


class Start(msgspec.Struct, frozen=True):
    """The argument of `init`: which plugin to be, under which name, with which options."""

    kind: str
    name: str
    options: dict[str, object]


class Ready(msgspec.Struct, frozen=True):
    """The answer to `init`: what the plugin can do, how long each call may take, which addresses it takes."""

    parts: frozenset[str]
    deadline_s: float
    deadlines_s: dict[str, float] = {}
    kinds: tuple[str, ...] = ()


class Fault(msgspec.Struct, frozen=True):
    """Why there is no result. `bug` is an exception that the contract doesn't know."""

    kind: Literal["retry", "permanent", "unknown", "options", "bug"]
    reason: str = ""
    after_s: float = 0.0
    left: tuple[int, ...] = ()
    problems: tuple[Problem, ...] = ()


def fault_of(error: PluginError, reason: str) -> Fault:
    """Return the fault that says over a wire what a plugin raised.

    Args:
        error: What was raised.
        reason: The words for it, without a secret and short enough for the wire.
    """
    if isinstance(error, Retry):
        return Fault("retry", reason, max(0.0, error.after_s), error.left)
    kind: Literal["unknown", "permanent"] = "unknown" if isinstance(error, Unknown) else "permanent"
    return Fault(kind, reason, left=error.left)


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """The result of the call with that id, or a fault."""

    id: int
    result: msgspec.Raw = NOTHING
    fault: Fault | None = None


def pack(value: msgspec.Struct) -> bytes:
    """Return the frame of the value.

    Raises:
        FrameError: it has more than `MAX_FRAME_BYTES` or cannot be written as JSON.
    """
    try:
        body = msgspec.json.encode(value)
    except (TypeError, ValueError, NotImplementedError, RecursionError) as error:
        raise FrameError(f"not to be written as JSON: {error}") from None
    if len(body) > MAX_FRAME_BYTES:
        raise FrameError(f"{len(body)} bytes, {MAX_FRAME_BYTES} are allowed")
    return len(body).to_bytes(HEADER_BYTES, "big") + body


NOTICE_FRAME: Final = pack(Answer(NOTICE))
"""All that a child may write without being asked."""


def body_length(header: bytes | bytearray) -> int:
    """Return the length that the header announces.

    Raises:
        FrameError: more than `MAX_FRAME_BYTES`.
    """
    length = int.from_bytes(header[:HEADER_BYTES], "big")
    if length > MAX_FRAME_BYTES:
        raise FrameError(f"announces {length} bytes, {MAX_FRAME_BYTES} are allowed")
    return length


def receive(link: socket.socket) -> Request | None:
    """Read the next request, waiting for it; None when the agent closed the wire.

    Raises:
        FrameError: it is no request.
        OSError: the wire broke.
    """
    header = _exactly(link, HEADER_BYTES)
    if header is None:
        return None
    body = _exactly(link, body_length(header))
    if body is None:
        return None
    try:
        return msgspec.json.decode(body, type=Request)
    except msgspec.MsgspecError as error:
        raise FrameError(str(error)) from None


def _exactly(link: socket.socket, count: int) -> bytes | None:
    data = bytearray()
    while len(data) < count:
        part = link.recv(count - len(data))
        if not part:
            return None
        data += part
    return bytes(data)
