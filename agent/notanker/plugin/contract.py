"""The parts that a plugin can play. Plain blocking code: one call at a time, each with a deadline.

A plugin lives in a child process of its own. Past a call's deadline the child is ended, so a plugin
needs no threads and no time-outs of its own beyond those that make its answers better.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar, Final, Generic, TypeVar

import msgspec

from notanker.plugin.values import Message, Receipt, UplinkState

GROUP: Final = "notanker.plugins"
"""The entry-point group by which plugins are found."""

C = TypeVar("C", bound=msgspec.Struct)


class Plugin(ABC, Generic[C]):
    """The base of every plugin.

    Attributes:
        Config: The structure of its options; defaults are what `sample.toml` shows.
        deadline_s: How long a call may take before the child is ended.
        deadlines_s: Other deadlines, by method.
    """

    Config: ClassVar[type[msgspec.Struct]]
    deadline_s: ClassVar[float] = 30.0
    deadlines_s: ClassVar[Mapping[str, float]] = {}

    def __init__(self, config: C) -> None:
        self.config: Final = config

    def close(self) -> None:
        """Give back what the device lends, such as a login. Called once, when the agent ends."""


class Uplink(Plugin[C]):
    """Brings a modem's data session up and down, and tells how it does."""

    @abstractmethod
    def bring_up(self) -> None:
        """Make the data session exist; do nothing if it does.

        Raises:
            Retry: not now.
            Permanent: somebody has to do something first, such as unlock the SIM.
        """

    @abstractmethod
    def tear_down(self) -> None:
        """End the data session; do nothing if there is none.

        Raises:
            Retry: not now.
            Permanent: this modem cannot do it.
        """

    @abstractmethod
    def state(self) -> UplinkState:
        """Return what the modem knows of itself.

        Raises:
            Retry: it does not answer now.
            Permanent: it never will, as it is.
        """


class Channel(Plugin[C]):
    """Carries one message to one person."""

    @abstractmethod
    def send(self, message: Message) -> Receipt:
        """Send the message and return only when it surely left.

        Raises:
            Retry: it surely did not leave, and may do so later.
            Permanent: it surely did not leave, and never will on this channel.
            Unknown: it may have left.
        """

    @abstractmethod
    def find_sent(self, message: Message) -> bool | None:
        """Say whether this very message left: True, False, or None if nobody can tell.

        Asked after an `Unknown`, a crash or a power cut, before the message is repeated. Wrongly
        False doubles an alarm, wrongly True loses it: when in doubt say None.

        Raises:
            Retry: the device cannot be asked now.
        """


PARTS: Final[Mapping[str, type[Plugin[msgspec.Struct]]]] = {"uplink": Uplink, "channel": Channel}


def parts_of(kind: type[Plugin[msgspec.Struct]]) -> frozenset[str]:
    """Return the names of the parts that the class plays."""
    return frozenset(name for name, part in PARTS.items() if issubclass(kind, part))
