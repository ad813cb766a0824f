"""One connection to the D-Bus, with a limit on every wait and on every message.

jeepney makes and reads the messages. Its own connection waits without end for the bus's first answer
and for room to write, so the socket is kept here.
"""

from __future__ import annotations

import contextlib
import select
import socket
import struct
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any, Final

from jeepney import (  # type: ignore[import-untyped]  # jeepney has no types, here and below
    DBusAddress,
    HeaderFields,
    MatchRule,
    Message,
    MessageType,
    Parser,
    message_bus,
    new_method_call,
)
from jeepney.auth import (  # type: ignore[import-untyped]
    BEGIN,
    AuthenticationError,
    Authenticator,
)
from jeepney.bus import get_bus  # type: ignore[import-untyped]

CONNECTED_WITHIN_S: Final = 3.0
"""A bus answers within milliseconds; one that takes longer is not there."""
MAX_MESSAGE_BYTES: Final = 1 << 20
MAX_SIGNALS: Final = 200
"""More signals than that between two looks say no more than these: look at everything."""

# What jeepney raises for octets that are no D-Bus is all but OSError.
_BROKEN: Final = (
    OSError,
    AuthenticationError,
    ValueError,
    LookupError,
    TypeError,
    RecursionError,
    struct.error,
)
_READ_BYTES: Final = 16384


class BusError(Exception):
    """Something answered with an error, or the bus did.

    Attributes:
        name: The error's D-Bus name.
        words: What it says; may be empty.
    """

    def __init__(self, name: str, words: str) -> None:
        self.name: Final = name
        self.words: Final = words[:300]
        super().__init__(f"{name}: {self.words}")


class BusGoneError(Exception):
    """There is no bus, or it hung up."""


class BusTimeoutError(Exception):
    """No answer came in time. What was asked for may still be done."""


@dataclass(frozen=True, slots=True)
class BusSignal:
    """Something that was said to all.

    Attributes:
        path: The object that it is about.
        member: What happened.
        body: With what.
    """

    path: str
    member: str
    body: tuple[Any, ...]


class Bus:
    """A connection to a bus."""

    def __init__(self, address: str) -> None:
        """Connect.

        Raises:
            BusGoneError: there is no bus at that address.
        """
        self._end_s = time.monotonic() + CONNECTED_WITHIN_S
        self._parser: Final = Parser()
        self._serials: Final = count(1)
        self._signals: Final[deque[BusSignal]] = deque(maxlen=MAX_SIGNALS)
        self._socket: Final = socket.socket(socket.AF_UNIX)
        try:
            self._guarded(lambda: self._log_in(get_bus(address)))
            self._ask(message_bus.Hello(), CONNECTED_WITHIN_S)
        except (BusError, BusTimeoutError) as error:
            self.close()
            raise BusGoneError(str(error)) from None

    def fileno(self) -> int:
        """Return the descriptor on which signals arrive."""
        return self._socket.fileno()

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def subscribe(self, sender: str, member: str | None = None, first: str | None = None) -> None:
        """Have a sender's signals sent here: all, or those of a name and with a first argument.

        Raises:
            BusError: the bus refuses.
            BusGoneError: it hung up.
            BusTimeoutError: it does not answer.
        """
        rule = MatchRule(type="signal", sender=sender, member=member)
        if first is not None:
            rule.add_arg_condition(0, first)
        self._ask(message_bus.AddMatch(rule), CONNECTED_WITHIN_S)

    def call(
        self,
        service: str,
        path: str,
        interface: str,
        method: str,
        signature: str | None,
        body: tuple[object, ...],
        within_s: float,
    ) -> tuple[Any, ...]:
        """Call a method and return what it returns.

        Raises:
            BusError: it answers with an error.
            BusGoneError: the bus hung up.
            BusTimeoutError: no answer in time.
        """
        address = DBusAddress(path, service, interface)
        return self._ask(new_method_call(address, method, signature, body), within_s)

    def has_signals(self) -> bool:
        """Say whether signals came together with an answer: the descriptor does not tell of them."""
        while (message := self._guarded(self._parser.get_next_message)) is not None:
            self._keep(message)
        return bool(self._signals)

    def signals(self) -> list[BusSignal]:
        """Return what has come since the last time, without waiting.

        Raises:
            BusGoneError: the bus hung up.
        """
        with contextlib.suppress(BusTimeoutError):
            self._end_s = time.monotonic()
            while True:
                self._keep(self._next())
        found = list(self._signals)
        self._signals.clear()
        return found

    def _ask(self, message: Message, within_s: float) -> tuple[Any, ...]:
        self._end_s = time.monotonic() + within_s
        serial = next(self._serials)
        self._guarded(lambda: self._write(message.serialise(serial=serial)))
        while True:
            answer = self._next()
            if answer.header.fields.get(HeaderFields.reply_serial) == serial:
                return _body(answer)
            self._keep(answer)

    def _keep(self, message: Message) -> None:
        if message.header.message_type is MessageType.signal:
            fields = message.header.fields
            path, member = (fields.get(name) for name in (HeaderFields.path, HeaderFields.member))
            self._signals.append(BusSignal(str(path), str(member), tuple(message.body)))

    def _next(self) -> Message:
        while True:
            message = self._guarded(self._parser.get_next_message)
            if message is not None:
                return message
            # Never more than asked for, so one huge message cannot fill the memory.
            if self._parser.bytes_desired() > MAX_MESSAGE_BYTES:
                self.close()
                raise BusGoneError("a message without end")
            self._parser.add_data(self._guarded(self._read))

    def _log_in(self, path: str) -> None:
        self._socket.settimeout(self._left_s())
        self._socket.connect(path)
        self._socket.setblocking(False)
        self._write(b"\0")
        dialogue = Authenticator(inc_null_byte=False)
        for line in dialogue:
            self._write(line)
            dialogue.feed(self._read())
        self._write(BEGIN)

    def _read(self) -> bytes:
        if not self._wait(select.POLLIN):
            raise BusTimeoutError("no answer in time")
        data = self._socket.recv(_READ_BYTES)
        if not data:
            raise ConnectionResetError("hung up")
        return data

    def _write(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            if not self._wait(select.POLLOUT):
                raise TimeoutError("the bus takes nothing")  # half a message is out: hang up
            rest = rest[self._socket.send(rest) :]

    def _wait(self, event: int) -> bool:
        poll = select.poll()
        poll.register(self._socket, event)
        return bool(poll.poll(self._left_s() * 1000))

    def _left_s(self) -> float:
        return max(0.0, self._end_s - time.monotonic())

    def _guarded(self, step: Callable[[], Any]) -> Any:
        """Do a step; whatever breaks the connection is one kind of error, and the connection is closed."""
        try:
            return step()
        except _BROKEN as error:
            self.close()
            raise BusGoneError(f"{type(error).__name__}: {error}") from None


def _body(answer: Message) -> tuple[Any, ...]:
    if answer.header.message_type is not MessageType.error:
        return tuple(answer.body)
    name = str(answer.header.fields.get(HeaderFields.error_name, ""))
    words = answer.body[0] if answer.body and isinstance(answer.body[0], str) else ""
    raise BusError(name, words)
