"""Datagrams by the hundred with one call, both ways: the generator shares the cores with what it measures."""

import ctypes
import errno
import os
import socket
from typing import Final

from notanker_central.doors.datagrams import LIBC, IoVec, Message

AT_ONCE: Final = 256
_ANSWER_BYTES: Final = 256


class Burst:
    """All that will be sent from one connected socket, prepared, and room for the answers.

    Attributes:
        sent: How many are sent.
        answered: How many answers have come.
    """

    def __init__(self, link: socket.socket, beats: list[bytes]) -> None:
        self._number = link.fileno()
        self._data = ctypes.create_string_buffer(b"".join(beats))
        self._vectors, self._messages = (IoVec * len(beats))(), (Message * len(beats))()
        at, vector = ctypes.addressof(self._data), ctypes.addressof(self._vectors)
        for place, beat in enumerate(beats):
            self._vectors[place].base, self._vectors[place].size = at, len(beat)
            header = self._messages[place].header
            header.vectors, header.vector_count = vector, 1
            at, vector = at + len(beat), vector + ctypes.sizeof(IoVec)
        self._room = ctypes.create_string_buffer(AT_ONCE * _ANSWER_BYTES)
        self._answers, self._places = (Message * AT_ONCE)(), (IoVec * AT_ONCE)()
        for place in range(AT_ONCE):
            room = ctypes.addressof(self._room) + place * _ANSWER_BYTES
            self._places[place].base, self._places[place].size = room, _ANSWER_BYTES
            header = self._answers[place].header
            header.vectors = ctypes.addressof(self._places) + place * ctypes.sizeof(IoVec)
            header.vector_count = 1
        self.total: Final = len(beats)
        self.sent = 0
        self.answered = 0

    def send(self, most: int) -> None:
        """Send the next ones, as many as there is room for."""
        count = min(most, AT_ONCE, self.total - self.sent)
        if count <= 0:
            return
        at = ctypes.byref(self._messages, self.sent * ctypes.sizeof(Message))
        self.sent += max(_done(LIBC.sendmmsg(self._number, at, count, socket.MSG_DONTWAIT)), 0)

    def receive(self) -> int:
        """Take the answers that have come, and return how many."""
        flags = socket.MSG_DONTWAIT
        came = max(_done(LIBC.recvmmsg(self._number, self._answers, AT_ONCE, flags, None)), 0)
        self.answered += came
        return came


def _done(result: int) -> int:
    if result < 0 and (code := ctypes.get_errno()) not in (errno.EAGAIN, errno.ENOBUFS):
        raise OSError(code, os.strerror(code))
    return result
