"""Takes many datagrams with few calls into the kernel, and answers them with as few.

`recvmmsg(2)` and `sendmmsg(2)` by way of ctypes, as Python has neither. An answer leaves by the very
structures that its question came in: they hold whose it is and to which of our addresses it came.
"""

from __future__ import annotations

import ctypes
import errno
import os
import socket
import struct
from array import array
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, chain
from typing import Any, Final

MOST: Final = 2_000
"""At most so many at once: the more there are, the more of them share a page on its way to the disk."""
_A_CALL: Final = 1_024  # UIO_MAXIOV, sendmmsg(2)
_NAME_BYTES: Final = 28  # struct sockaddr_in6, the longest that a UDP socket hears of
_CONTROL_BYTES: Final = socket.CMSG_SPACE(20)  # struct in6_pktinfo
_CONTROL: Final = struct.Struct("@Nii")  # struct cmsghdr, cmsg(3)
_DONTWAIT: Final = socket.MSG_DONTWAIT
_CUT: Final = socket.MSG_TRUNC
_NO_ROOM: Final = (errno.EAGAIN, errno.ENOBUFS)


class IoVec(ctypes.Structure):
    """struct iovec, readv(2)."""

    _fields_ = (("base", ctypes.c_void_p), ("size", ctypes.c_size_t))


class Header(ctypes.Structure):
    """struct msghdr, recvmsg(2)."""

    _fields_ = (
        ("name", ctypes.c_void_p),
        ("name_bytes", ctypes.c_uint32),
        ("vectors", ctypes.c_void_p),
        ("vector_count", ctypes.c_size_t),
        ("control", ctypes.c_void_p),
        ("control_bytes", ctypes.c_size_t),
        ("flags", ctypes.c_int),
    )


class Message(ctypes.Structure):
    """struct mmsghdr, recvmmsg(2)."""

    _fields_ = (("header", Header), ("came_bytes", ctypes.c_uint32))


LIBC: Final = ctypes.CDLL(None, use_errno=True)
_POINTERS: Final = "L"
"""What `array` calls numbers of a pointer's size."""
_WORD: Final = ctypes.sizeof(ctypes.c_uint32)
_STRIDE: Final = ctypes.sizeof(Message) // _WORD
_CAME: Final = Message.came_bytes.offset // _WORD
_FLAGS: Final = Header.flags.offset // _WORD
_INTERFACE: Final = {
    # Where in the control message the number of the interface stands: it is not ours to choose.
    socket.AF_INET: socket.CMSG_LEN(0) // _WORD,  # first in struct in_pktinfo
    socket.AF_INET6: (socket.CMSG_LEN(0) + 16) // _WORD,  # behind the address in struct in6_pktinfo
}


class Datagrams:
    """Room for what comes to one UDP socket with one call, and for the answers to it.

    Args:
        link: The socket, never blocking.
        most_bytes: Of a datagram; a longer one is cut off, and told as such.
    """

    def __init__(self, link: socket.socket, most_bytes: int) -> None:
        self._link = link
        self._size = most_bytes
        self._data = bytearray(MOST * most_bytes)
        self._names = bytearray(MOST * _NAME_BYTES)
        self._control = bytearray(MOST * _CONTROL_BYTES)
        self._vectors = (IoVec * MOST)()
        self._messages = (Message * MOST)()
        self._words = memoryview(self._messages).cast("B").cast("I")
        self._interfaces = self._places(_INTERFACE[socket.AddressFamily(link.family)])
        self._blank = self._made()

    def _places(self, word: int) -> memoryview:
        words = memoryview(self._control).cast("I")
        return words[word :: _CONTROL_BYTES // _WORD]

    def _made(self) -> bytes:
        """Point everything at its place, and return that for the next time."""
        for place in range(MOST):
            message = self._messages[place].header
            message.name = _address(self._names) + place * _NAME_BYTES
            message.name_bytes = _NAME_BYTES
            message.vectors = ctypes.addressof(self._vectors) + place * ctypes.sizeof(IoVec)
            message.vector_count = 1
            message.control = _address(self._control) + place * _CONTROL_BYTES
            message.control_bytes = _CONTROL_BYTES
        data = _address(self._data)
        spread = (word for at in range(MOST) for word in (data + at * self._size, self._size))
        self._inward = array(_POINTERS, spread).tobytes()
        return bytes(self._messages)

    def receive(self) -> list[bytes | None]:
        """Return what waits, at most `MOST`, None for each that is too long.

        Raises:
            OSError: an error that belongs to an earlier answer (ICMP); what waits is still there.
        """
        ctypes.memmove(self._messages, self._blank, len(self._blank))
        ctypes.memmove(self._vectors, self._inward, len(self._inward))
        came = self._take()
        sizes = self._words[_CAME::_STRIDE][:came].tolist()
        flags = self._words[_FLAGS::_STRIDE][:came].tolist()
        data, size = self._data, self._size
        return [
            None if told & _CUT else bytes(data[at * size : at * size + came_bytes])
            for at, (came_bytes, told) in enumerate(zip(sizes, flags, strict=True))
        ]

    def _take(self) -> int:
        """Return how many came."""
        number, came, more = self._link.fileno(), 0, True
        while more and came < MOST:
            wanted = min(_A_CALL, MOST - came)
            at = ctypes.byref(self._messages, came * ctypes.sizeof(Message))
            got = LIBC.recvmmsg(number, at, wanted, _DONTWAIT, None)
            if got < 0 and not came and (code := ctypes.get_errno()) != errno.EAGAIN:
                raise OSError(code, os.strerror(code))
            came += max(got, 0)  # an error behind what has come belongs to the next time
            more = got == wanted
        return came

    def sender(self, place: int) -> tuple[tuple[Any, ...], list[tuple[int, int, bytes]]]:
        """Return whose the datagram there was, and what makes an answer leave from where it came to."""
        name = bytes(self._names[place * _NAME_BYTES : (place + 1) * _NAME_BYTES])
        control = bytes(self._control[place * _CONTROL_BYTES : (place + 1) * _CONTROL_BYTES])
        size, level, kind = _CONTROL.unpack_from(control)
        there = self._messages[place].header.control_bytes >= size > _CONTROL.size
        told = bytearray(control[_CONTROL.size : size])
        interface = _INTERFACE[socket.AddressFamily(self._link.family)] * _WORD - _CONTROL.size
        told[interface : interface + _WORD] = bytes(_WORD)
        return _address_in(name), [(level, kind, bytes(told))] if there else []

    def answer(self, answers: Mapping[int, bytes]) -> None:
        """Answer what was received last, by place.

        An answer that does not get out is lost, as it may be on its way: the site comes again.
        """
        if not answers:
            return
        places = sorted(answers)
        until = places[-1] + 1
        self._interfaces[:until] = memoryview(bytes(until * _WORD)).cast("I")
        said = [answers.get(place, b"") for place in range(until)]
        buffer = ctypes.create_string_buffer(b"".join(said))
        sizes = list(map(len, said))
        starts = accumulate(sizes[:-1], initial=ctypes.addressof(buffer))
        spread = array(_POINTERS, chain.from_iterable(zip(starts, sizes, strict=True)))
        ctypes.memmove(self._vectors, spread.tobytes(), len(spread) * spread.itemsize)
        for begin, count in _runs(places):
            self._send(begin, count)

    def _send(self, begin: int, count: int) -> None:
        number, stride = self._link.fileno(), ctypes.sizeof(Message)
        end = begin + count
        while begin < end:
            at = ctypes.byref(self._messages, begin * stride)
            sent = LIBC.sendmmsg(number, at, min(end - begin, _A_CALL), _DONTWAIT)
            if sent < 0 and ctypes.get_errno() in _NO_ROOM:
                return
            begin += max(sent, 1)  # there is no way to that one: the next is another's


def _address(buffer: bytearray) -> int:
    return ctypes.addressof(ctypes.c_char.from_buffer(buffer))


def _address_in(name: bytes) -> tuple[Any, ...]:
    """Return an address as Python has it out of a struct sockaddr_in or sockaddr_in6 (ip(7), ipv6(7))."""
    (family,) = struct.unpack_from("=H", name)
    (port,) = struct.unpack_from("!H", name, 2)
    if family == socket.AF_INET:
        return socket.inet_ntop(family, name[4:8]), port
    flow, scope = struct.unpack_from("!I", name, 4)[0], struct.unpack_from("=I", name, 24)[0]
    return socket.inet_ntop(socket.AF_INET6, name[8:24]), port, flow, scope


def _runs(places: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Return begin and length of each row of neighbours; `places` ascend."""
    begin = before = places[0]
    for place in places[1:]:
        if place != before + 1:
            yield begin, before + 1 - begin
            begin = place
        before = place
    yield begin, before + 1 - begin
