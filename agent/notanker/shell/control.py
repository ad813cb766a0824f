"""A socket for the technician at the box: what the running agent's plugins answer.

A modem has one owner, and that is the agent's child. Whoever wants to know what the modem hears while the
agent runs asks through it. One line of JSON in, one line out:

    {"plugin": "lte1", "method": "signal"}   ->   {"result": {"rsrp_dbm": -97, ...}}

Without a plugin the agent itself is asked to do something in a person's name, such as release a text. That is
for root alone: a plugin's child runs as the agent's user, and must not speak for people.

The socket lies in the agent's own folder; the agent's user and root may open it, and nobody else.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import struct
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec

from notanker.plugin import (
    Message,
    ModemInfo,
    Permanent,
    PluginError,
    Receipt,
    Signal,
    StoredMessage,
    UplinkState,
)
from notanker.plugin.frames import NOTHING, Fault, fault_of
from notanker.shell.logs import Log
from notanker.shell.plugin_faults import PluginDown
from notanker.shell.plugin_supervisor import PluginProcess

MAX_LINE_BYTES: Final = 64 * 1024
MOST_AT_ONCE: Final = 4
IDLE_S: Final = 60.0
"""Who has opened the socket and asks nothing for so long is sent away."""

ANSWERS: Final[Mapping[str, Any]] = {
    "state": UplinkState,
    "info": ModemInfo,
    "signal": Signal,
    "ussd": str,
    "messages": tuple[StoredMessage, ...],
    "send": Receipt,
}
"""What may be asked, with the type of the answer. Nothing that moves the site's traffic is among it."""


class Wish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What root has done in a person's name.

    Attributes:
        contact: The plan's contact.
        template: The text for people outside, where it is about one.
    """

    incident: Annotated[int, msgspec.Meta(ge=1, le=2**31)]
    contact: Annotated[str, msgspec.Meta(max_length=64)]
    template: Annotated[str, msgspec.Meta(max_length=32)] = ""


Deed = Callable[[Wish], str]
"""Does it, and returns the word for what came of it."""

ARGUMENTS: Final[Mapping[str, Any]] = {"ussd": str, "send": Message}


class Ask(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One question. `argument` is the JSON of the method's only argument, or null."""

    plugin: str
    method: str
    argument: msgspec.Raw = NOTHING


class Told(msgspec.Struct, frozen=True, omit_defaults=True):
    """The answer: a result, or why there is none."""

    result: msgspec.Raw = NOTHING
    fault: Fault | None = None


class Control:
    """The server.

    Args:
        path: The socket's file; one that a killed agent left behind is replaced.
        plugins: Who can be asked, by name.
        log: Where it is logged who asked for what.
        deeds: What root may have done, by name.
    """

    def __init__(
        self,
        path: Path,
        plugins: Mapping[str, PluginProcess],
        log: Log,
        deeds: Mapping[str, Deed] | None = None,
    ) -> None:
        self._path = path
        self._plugins = plugins
        self._log = log
        self._deeds = deeds or {}
        self._open = 0

    async def run(self) -> None:
        """Serve until cancelled.

        Raises:
            OSError: the socket cannot be made.
        """
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.unlink(missing_ok=True)
        server = await asyncio.start_unix_server(
            self._serve, sock=self._listen(), limit=MAX_LINE_BYTES
        )
        async with server:
            await server.serve_forever()

    def _listen(self) -> socket.socket:
        """Make the socket, from its first moment on for owner and group alone.

        In one step: the mask is the whole process's, and a child that starts meanwhile would inherit it.
        """
        listening = socket.socket(socket.AF_UNIX)
        before = os.umask(0o117)
        try:
            listening.bind(str(self._path))
        except OSError:
            listening.close()
            raise
        finally:
            os.umask(before)
        listening.listen(MOST_AT_ONCE)
        return listening

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        user = _user(writer.get_extra_info("socket"))
        if self._open >= MOST_AT_ONCE or user not in (0, os.geteuid()):
            writer.close()
            return
        self._open += 1
        try:
            with contextlib.suppress(OSError, ValueError, TimeoutError):  # too long, gone, asleep
                while line := await self._line(reader):
                    writer.write(msgspec.json.encode(await self._answer(line, user)) + b"\n")
                    async with asyncio.timeout(IDLE_S):
                        await writer.drain()
        finally:
            self._open -= 1
            writer.close()

    @staticmethod
    async def _line(reader: asyncio.StreamReader) -> bytes:
        async with asyncio.timeout(IDLE_S):
            return await reader.readline()

    async def _answer(self, line: bytes, user: int) -> Told:
        try:
            ask = msgspec.json.decode(line, type=Ask)
            return Told(await self._ask(ask) if ask.plugin else self._do(ask, user))
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            return _refused(f"no question: {error}")
        except PluginError as error:
            return Told(fault=fault_of(error, error.reason))
        except PluginDown as error:
            return _refused(error.reason)

    async def _ask(self, ask: Ask) -> msgspec.Raw:
        plugin, answer = self._plugins.get(ask.plugin), ANSWERS.get(ask.method)
        if plugin is None or answer is None:
            raise Permanent(f"nobody here answers {ask.method} of {ask.plugin}"[:200])
        kind = ARGUMENTS.get(ask.method, type(None))
        argument = msgspec.json.decode(ask.argument, type=kind)
        self._log.info("asked_by_hand", plugin=ask.plugin, method=ask.method)
        result = await plugin.call(ask.method, argument, answer=answer)
        return msgspec.Raw(msgspec.json.encode(result))

    def _do(self, ask: Ask, user: int) -> msgspec.Raw:
        deed = self._deeds.get(ask.method)
        if deed is None:
            raise Permanent(f"nobody here does {ask.method}"[:200])
        if user != 0:
            raise Permanent("that is for root alone")
        wish = msgspec.json.decode(ask.argument, type=Wish)
        self._log.info("done_by_hand", what=ask.method, contact=wish.contact)
        return msgspec.Raw(msgspec.json.encode(deed(wish)))


def _refused(reason: str) -> Told:
    return Told(fault=Fault("permanent", reason))


def _user(connection: socket.socket) -> int:
    """Return who is at the other end (SO_PEERCRED, unix(7))."""
    credentials = connection.getsockopt(
        socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i")
    )
    _, user, _ = struct.unpack("3i", credentials)
    return int(user)
