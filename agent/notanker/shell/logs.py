"""The agent's log: one JSON line an event on standard error (or one for people, on a terminal).

An event has a fixed name in snake_case; what is to be known of it stands in fields. The journal of systemd
adds process and host.
"""

from __future__ import annotations

import contextlib
import sys
import time
import traceback
from collections.abc import Callable
from typing import Final, TextIO

import msgspec

from notanker.shell import clock

LEVELS: Final = ("debug", "info", "warning", "error")

Record = dict[str, object]
Write = Callable[[Record], None]


class Log:
    """Takes events of a level and above, and adds what they have in common.

    Args:
        write: Called with each event: `event`, `level`, and its fields.
        least: The level below which nothing is written.
        fields: What every event carries.
    """

    __slots__ = ("_fields", "_least", "_write")

    def __init__(self, write: Write, least: str = "info", fields: Record | None = None) -> None:
        self._write = write
        self._least = LEVELS.index(least)
        self._fields = fields or {}

    def bind(self, **fields: object) -> Log:
        """Return a log whose events carry these fields as well."""
        return Log(self._write, LEVELS[self._least], {**self._fields, **fields})

    def debug(self, event: str, **fields: object) -> None:
        """Tell what only somebody who looks for a fault wants to know."""
        self._tell("debug", event, fields)

    def info(self, event: str, **fields: object) -> None:
        """Tell of a change."""
        self._tell("info", event, fields)

    def warning(self, event: str, **fields: object) -> None:
        """Tell of what does not work, and is got over."""
        self._tell("warning", event, fields)

    def error(self, event: str, *, exc_info: BaseException | None = None, **fields: object) -> None:
        """Tell of what somebody must mend; with an exception, where it came from."""
        if exc_info is not None:
            fields["exception"] = "".join(traceback.format_exception(exc_info)).rstrip()
        self._tell("error", event, fields)

    def _tell(self, level: str, event: str, fields: Record) -> None:
        if LEVELS.index(level) >= self._least:
            # Whoever reads the log may be gone, or his disk full: nothing else stops for that.
            with contextlib.suppress(OSError, ValueError):
                self._write({"event": event, "level": level, **self._fields, **fields})


QUIET: Final = Log(lambda _: None)
"""For those who look at results and not at the way there."""


def open_log(level: str = "info") -> Log:
    """Return the log on standard error.

    Raises:
        ValueError: there is no such level.
    """
    return Log(for_people(sys.stderr) if sys.stderr.isatty() else as_json(sys.stderr), level)


def as_json(stream: TextIO) -> Write:
    """Return what writes each event as one line of JSON."""

    def write(record: Record) -> None:
        line = msgspec.json.encode({"timestamp": _now(), **record}, enc_hook=repr)
        stream.write(line.decode() + "\n")
        stream.flush()

    return write


def for_people(stream: TextIO) -> Write:
    """Return what writes each event as one line to read, a traceback below it."""

    def write(record: Record) -> None:
        shown = dict(record)
        level, event, trace = shown.pop("level"), shown.pop("event"), shown.pop("exception", "")
        fields = " ".join(f"{name}={value!r}" for name, value in shown.items())
        stream.write(f"{_now()} {level:<7} {event} {fields}".rstrip() + "\n")
        stream.write(f"{trace}\n" if trace else "")
        stream.flush()

    return write


def _now() -> str:
    """Return the wall time in ISO 8601, UTC, in microseconds."""
    seconds, fraction = divmod(clock.wall_s(), 1)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{fraction * 1e6:06.0f}Z"
