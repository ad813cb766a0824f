"""A disk under SQLite that remembers every write and sync, and what is left of them after a power cut.

SQLite calls the operating system through a table of functions, its VFS (https://www.sqlite.org/vfs.html).
A copy of it is the default while `recorded` lasts: each write, truncation, deletion and sync of a database
or its log is done, and noted. `Image` builds the files as a cut leaves them: what was synced is there; of
what was not any sector may be there, in any order, and a file that grew may hold zeros where its data are
missing. A file that was deleted may be there again until its folder is synced; SQLite does that with the
first sync of a new log. The index of the log (`-shm`) is shared memory, which no power cut survives.
"""

from __future__ import annotations

import _sqlite3
import contextlib
import ctypes
import random
from collections.abc import Iterator
from ctypes import CFUNCTYPE, POINTER, c_char_p, c_int, c_int64, c_void_p
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

SECTOR_BYTES: Final = 512
_OK: Final = 0
_CREATE: Final = 0x4
_LOGS: Final = 0x800 | 0x4000 | 0x80000
"""SQLITE_OPEN_MAIN_JOURNAL, _SUPER_JOURNAL and _WAL."""

_Open = CFUNCTYPE(c_int, c_void_p, c_void_p, c_void_p, c_int, c_void_p)
_Delete = CFUNCTYPE(c_int, c_void_p, c_char_p, c_int)
_Close = CFUNCTYPE(c_int, c_void_p)
_Write = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int, c_int64)
_Truncate = CFUNCTYPE(c_int, c_void_p, c_int64)
_Sync = CFUNCTYPE(c_int, c_void_p, c_int)


class _Vfs(ctypes.Structure):
    """`sqlite3_vfs`, as far as all versions of it go."""

    _fields_ = (
        ("version", c_int),
        ("file_bytes", c_int),
        ("longest_path", c_int),
        ("next", c_void_p),
        ("name", c_char_p),
        ("data", c_void_p),
        ("open", _Open),
        ("delete", _Delete),
        ("others", c_void_p * 14),
    )


class _Methods(ctypes.Structure):
    """`sqlite3_io_methods`, version 3."""

    _fields_ = (
        ("version", c_int),
        ("close", _Close),
        ("read", c_void_p),
        ("write", _Write),
        ("truncate", _Truncate),
        ("sync", _Sync),
        ("others", c_void_p * 13),
    )


@dataclass(frozen=True, slots=True)
class Write:
    """So many octets at a place of a file."""

    file: str
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Truncate:
    """A file got shorter."""

    file: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Delete:
    """A file went; without a sync of its folder it may be there again."""

    file: str


@dataclass(frozen=True, slots=True)
class Sync:
    """All of a file that was written before is on the disk, and its name is."""

    file: str


@dataclass(frozen=True, slots=True)
class SyncFolder:
    """The names that went before are gone for good."""


Operation = Write | Truncate | Delete | Sync
OPERATIONS: Final = (Write, Truncate, Delete, Sync, SyncFolder)


class _Recorder:
    """The double: it lives as long as the process, because SQLite keeps pointers to it."""

    def __init__(self) -> None:
        self.log: list[Any] = []
        self._library = ctypes.CDLL(_sqlite3.__file__)
        self._library.sqlite3_vfs_find.restype = POINTER(_Vfs)
        self._library.sqlite3_vfs_register.argtypes = [c_void_p, c_int]
        self._real = self._library.sqlite3_vfs_find(None).contents
        self._own = _Vfs.from_buffer_copy(self._real)
        self._own.name = b"platter"
        self._own.open, self._own.delete = _Open(self._opened), _Delete(self._deleted)
        self._names: dict[int, str] = {}
        self._methods: dict[int, tuple[_Methods, _Methods]] = {}
        self._by_file: dict[int, _Methods] = {}
        self._new_logs: set[int] = set()

    @contextlib.contextmanager
    def recorded(self, log: list[Any]) -> Iterator[None]:
        self.log = log
        self._library.sqlite3_vfs_register(ctypes.byref(self._own), 1)
        try:
            yield
        finally:
            self._library.sqlite3_vfs_unregister(ctypes.byref(self._own))
            self._library.sqlite3_vfs_register(ctypes.byref(self._real), 1)

    def _opened(self, vfs: int, name: int, file: int, flags: int, out: int) -> int:
        status: int = self._real.open(vfs, name, file, flags, out)
        table = ctypes.cast(file, POINTER(c_void_p))
        if status == _OK and table[0] and name:
            path = ctypes.string_at(name).decode()
            self._names[file] = Path(path).name
            real, own = self._tables(table[0])
            self._by_file[file] = real
            table[0] = ctypes.addressof(own)
            if flags & _CREATE and flags & _LOGS:
                self._new_logs.add(file)
        return status

    def _tables(self, address: int) -> tuple[_Methods, _Methods]:
        if address not in self._methods:
            real = _Methods.from_address(address)
            own = _Methods.from_buffer_copy(real)
            own.close, own.write = _Close(self._closed), _Write(self._wrote)
            own.truncate, own.sync = _Truncate(self._truncated), _Sync(self._synced)
            self._methods[address] = (real, own)
        return self._methods[address]

    def _closed(self, file: int) -> int:
        self._names.pop(file, None)
        self._new_logs.discard(file)
        status: int = self._by_file.pop(file).close(file)
        return status

    def _wrote(self, file: int, data: int, size_bytes: int, offset: int) -> int:
        self.log.append(Write(self._names[file], offset, ctypes.string_at(data, size_bytes)))
        status: int = self._by_file[file].write(file, data, size_bytes, offset)
        return status

    def _truncated(self, file: int, size_bytes: int) -> int:
        self.log.append(Truncate(self._names[file], size_bytes))
        status: int = self._by_file[file].truncate(file, size_bytes)
        return status

    def _synced(self, file: int, flags: int) -> int:
        status: int = self._by_file[file].sync(file, flags)
        self.log.append(Sync(self._names[file]))
        if file in self._new_logs:
            self._new_logs.discard(file)
            self.log.append(SyncFolder())
        return status

    def _deleted(self, vfs: int, name: bytes, sync: int) -> int:
        self.log.append(Delete(Path(name.decode()).name))
        status: int = self._real.delete(vfs, name, sync)
        return status


_recorder: list[_Recorder] = []


@contextlib.contextmanager
def recorded(log: list[Any]) -> Iterator[None]:
    """Note in the log what each database does that is opened meanwhile; all must be closed before the end."""
    if not _recorder:
        _recorder.append(_Recorder())
    with _recorder[0].recorded(log):
        yield


@dataclass
class _File:
    """One file: what is surely on the disk (None: not even its name), and what may be."""

    durable: bytes | None = None
    pending: list[Operation] = field(default_factory=list)

    def forget_deleted(self) -> None:
        """Lose for good what was before the last deletion."""
        gone = [n for n, one in enumerate(self.pending, 1) if isinstance(one, Delete)]
        if gone:
            self.durable, self.pending = None, self.pending[gone[-1] :]


class Image:
    """What is on the disk, operation by operation."""

    def __init__(self) -> None:
        self._files: dict[str, _File] = {}

    def take(self, operation: Operation | SyncFolder) -> None:
        """Do one operation."""
        if isinstance(operation, SyncFolder):
            for one in self._files.values():
                one.forget_deleted()
            return
        file = self._files.setdefault(operation.file, _File())
        if not isinstance(operation, Sync):
            file.pending.append(operation)
        elif file.pending or file.durable is None:
            file.durable = _after(file, lambda _: True)
            file.pending = []

    def cut(self, folder: Path, chance: random.Random) -> None:
        """Write the files as a power cut leaves them now, if chance has its way with what was not synced."""
        for name, file in self._files.items():
            # All of it, nothing, most, a little: each happens, and neither alone finds every fault.
            share = chance.choice((0.0, 1.0, chance.random(), 0.9, 0.1))
            left = _after(file, lambda _, share=share: chance.random() < share)
            if left is not None:
                (folder / name).write_bytes(left)


def _after(file: _File, lands: Any) -> bytes | None:
    content = None if file.durable is None else bytearray(file.durable)
    for operation in file.pending:
        if isinstance(operation, Write):
            content = _written(bytearray() if content is None else content, operation, lands)
        elif lands(operation) and isinstance(operation, Delete):
            content = None
        elif lands(operation) and isinstance(operation, Truncate) and content is not None:
            del content[operation.size_bytes :]
    return None if content is None else bytes(content)


def _written(content: bytearray, write: Write, lands: Any) -> bytearray:
    """Write the sectors that land; where a later one lands, zeros stand for the missing ones before it."""
    end = write.offset + len(write.data)
    at = write.offset
    while at < end:
        to = min(end, (at // SECTOR_BYTES + 1) * SECTOR_BYTES)
        if lands(write):
            content.extend(bytes(max(0, to - len(content))))
            content[at:to] = write.data[at - write.offset : to - write.offset]
        at = to
    return content
