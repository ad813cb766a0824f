"""`python -m notanker.plugin.child`: the process in which one plugin instance lives.

It is started by the agent with one end of a socket pair and ends when the agent closes the other,
or dies. stdout and stderr belong to the plugin's output; the wire is another descriptor.
"""

from __future__ import annotations

import contextlib
import logging
import os
import select
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import entry_points
from typing import Any, Final, TextIO

import msgspec

from notanker.errors import ProblemsError
from notanker.plugin.confine import confine
from notanker.plugin.contract import GROUP, Channel, Plugin, parts_of
from notanker.plugin.faults import Permanent, PluginError
from notanker.plugin.frames import (
    COLLECT,
    INIT,
    NOTHING,
    NOTICE_FRAME,
    Answer,
    Fault,
    FrameError,
    Ready,
    Request,
    Start,
    fault_of,
    pack,
    receive,
)
from notanker.plugin.options import read_options
from notanker.plugin.panel import PanelPicture, PowerCut
from notanker.plugin.secret import redacted
from notanker.plugin.values import Call, Message, Order

ALL: Final[Mapping[str, Any]] = {COLLECT: None, "discard": tuple[str, ...]}
METHODS: Final[Mapping[str, Mapping[str, Any]]] = {
    "uplink": {"bring_up": None, "tear_down": None, "state": None},
    "channel": {"send": Message, "find_sent": Message},
    "caller": {"ring": Call},
    "modem": {"info": None, "signal": None, "ussd": str, "messages": None},
    "panel": {"show": PanelPicture, "cut_power": PowerCut},
    "action": {"do": Order, "is_on": None},
}
"""What may be called of every plugin, and by part, with the type of its argument."""

ATTEND_AGAIN_S: Final = 0.02
"""A device that never stops talking must not keep the child from the agent's requests, nor its core busy."""

MAX_REASON: Final = 500
_log: Final = logging.getLogger("notanker.plugin")


class Worker:
    """Answers the agent's requests with one plugin, one after the other."""

    def __init__(self, link: socket.socket) -> None:
        self.link: Final = link
        self.plugin: Plugin[Any] | None = None
        self.methods: dict[str, Any] = {}
        self._noticed = False

    def serve(self) -> None:
        """Answer until the agent closes the wire, then let the plugin give back what it holds.

        Raises:
            FrameError: the agent wrote something else than requests.
            OSError: the wire broke.
        """
        with contextlib.suppress(BrokenPipeError):  # the agent went while a call was running
            while (request := self._next()) is not None:
                if request.method == COLLECT:
                    self._noticed = False
                self.link.sendall(self._frame(self.answer(request)))
        if self.plugin is not None:
            self.plugin.close()

    def _next(self) -> Request | None:
        """Return the next request; until it comes, let the plugin attend to its device."""
        while not self._wait_for_request():
            if self.plugin is not None and self.plugin.attend() and not self._noticed:
                self._noticed = True
                self.link.sendall(NOTICE_FRAME)
            select.select([self.link], [], [], ATTEND_AGAIN_S)
        return receive(self.link)

    def _wait_for_request(self) -> bool:
        """Say whether there is a request to read; False: the plugin's descriptor can be read."""
        fd = None if self.plugin is None else self.plugin.fileno()
        poll = select.poll()
        poll.register(self.link, select.POLLIN)
        if fd is not None:
            poll.register(fd, select.POLLIN)
        return any(ready == self.link.fileno() for ready, _ in poll.poll())

    def answer(self, request: Request) -> Answer:
        """Do what the request wants, and turn whatever happens into an answer."""
        try:
            result = self._do(request)
            return Answer(request.id, msgspec.Raw(msgspec.json.encode(result)))
        except ProblemsError as error:
            fault = Fault("options", redacted(str(error))[:MAX_REASON], problems=error.problems)
        except PluginError as error:
            fault = fault_of(error, redacted(error.reason)[:MAX_REASON])
        except Exception as error:  # noqa: BLE001 - any code may run here; the agent hears of it
            _log.exception("%s failed", request.method)
            reason = redacted(f"{type(error).__name__}: {error}")
            fault = Fault("bug", reason[:MAX_REASON])
        return Answer(request.id, fault=fault)

    def _do(self, request: Request) -> object:
        if request.method == INIT:
            return self._start(msgspec.json.decode(request.argument, type=Start))
        if self.plugin is None or request.method not in self.methods:
            raise Permanent(f"this plugin has no {request.method}")
        method: Callable[..., object] = getattr(self.plugin, request.method)
        kind = self.methods[request.method]
        if kind is None:
            return method()
        return method(msgspec.json.decode(request.argument, type=kind))

    def _start(self, start: Start) -> Ready:
        kind = find(start.kind)
        config, problems = read_options(start.options, kind.Config)
        if config is None:
            raise ProblemsError(problems)
        parts = parts_of(kind)
        self.plugin = kind(config)
        self.methods = dict(ALL)
        for part in parts:
            self.methods |= METHODS[part]
        kinds = self.plugin.kinds() if isinstance(self.plugin, Channel) else ()
        return Ready(parts, kind.deadline_s, dict(kind.deadlines_s), kinds)

    @staticmethod
    def _frame(answer: Answer) -> bytes:
        try:
            return pack(answer)
        except FrameError as error:
            return pack(Answer(answer.id, NOTHING, Fault("bug", f"the answer: {error}")))


def find(kind: str) -> type[Plugin[Any]]:
    """Return the plugin class of that name.

    Raises:
        Permanent: no such plugin is installed, or it is none.
    """
    for point in entry_points(group=GROUP, name=kind):
        found = point.load()
        if isinstance(found, type) and issubclass(found, Plugin):
            return found
        raise Permanent(f"{point.value} is no notanker plugin")
    raise Permanent(f"no plugin {kind!r} is installed")


class _Redacted:
    """A text stream that never lets a known secret through, a line at a time."""

    def __init__(self, stream: TextIO) -> None:
        self._stream: Final = stream
        self._line = ""

    def write(self, text: str) -> int:
        """Take the text; whole lines go out, the rest waits for its end."""
        *lines, self._line = (self._line + text).split("\n")
        if len(self._line) > MAX_REASON:
            lines, self._line = [*lines, self._line], ""
        for line in lines:
            self._stream.write(redacted(line) + "\n")
        if lines:
            self._stream.flush()
        return len(text)

    def flush(self) -> None:
        """Do nothing: a line without end could be half a secret."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _prepare_output() -> None:
    sys.stdout = _Redacted(sys.stdout)
    sys.stderr = _Redacted(sys.stderr)
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, format="%(levelname)s %(name)s: %(message)s"
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Be the child.

    Args:
        arguments: The wire's descriptor, the agent's process id, and folders to look for plugins in.

    Raises:
        OSError: the kernel refused to confine this process, or the wire broke.
        FrameError: the agent wrote something else than requests.
    """
    wire, parent, *folders = sys.argv[1:] if arguments is None else arguments
    confine(int(parent))
    sys.path[:0] = folders
    os.set_inheritable(int(wire), False)
    _prepare_output()
    with socket.socket(fileno=int(wire)) as link:
        Worker(link).serve()


if __name__ == "__main__":
    main()
