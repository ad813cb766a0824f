"""The parts that a plugin can play. Plain blocking code: one call at a time, each with a deadline.

A plugin lives in a child process of its own. Past a call's deadline the child is ended, so a plugin
needs no threads and no time-outs of its own beyond those that make its answers better. Between calls
the child watches the plugin's `fileno`, so that what a device says by itself reaches the agent at once.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar, Final, Generic, TypeVar

import msgspec

from notanker.plugin.heard import Collected
from notanker.plugin.modem import ModemInfo, Signal, StoredMessage
from notanker.plugin.panel import PanelPicture, PowerCut
from notanker.plugin.values import Call, Message, Order, Receipt, Rung, UplinkState

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

    def fileno(self) -> int | None:
        """Return a descriptor to watch between calls, None if there is none.

        When it can be read, `attend` is called. Asked anew before each wait, so it may change.
        """
        return None

    def attend(self) -> bool:
        """Take in what the device says by itself; say whether there is something to `collect`.

        It must read, or the descriptor stays readable, and must return in a moment: no call is
        carried out meanwhile.
        """
        return False

    def collect(self) -> Collected:
        """Return what has gathered since the last time: SMS, reports, happenings, what a panel tells.

        Called soon after `attend` said so, and now and then for devices that say nothing by themselves.
        Happenings and a panel's news are handed over once; SMS and reports again and again until they
        are discarded.

        Raises:
            Retry: the device cannot be asked now.
        """
        return Collected()

    def discard(self, names: tuple[str, ...]) -> None:
        """Delete what is on the agent's disk now; a name that the device does not know is no mistake.

        Raises:
            Retry: the device cannot be asked now.
        """

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

    def kinds(self) -> tuple[str, ...]:
        """Return the kinds of address that it takes: `sms`, `mail`, or what the plan calls them.

        A message comes to it only with an address of one of these.
        """
        return ("sms",)

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


class Caller(Plugin[C]):
    """Rings one person's telephone. A call says nothing: it bids to look at the message before it."""

    @abstractmethod
    def ring(self, call: Call) -> Rung:
        """Let it ring, hang up, and return what became of it.

        A call is never repeated by itself: whatever was dialled ends in an answer, not in an error.

        Raises:
            Retry: nothing was dialled, and may be later.
            Permanent: nothing was dialled, and never will be: no such number, or no such device.
        """


class Modem(Plugin[C]):
    """Answers what a technician asks who puts up an antenna or looks for a fault."""

    @abstractmethod
    def info(self) -> ModemInfo:
        """Return what the modem is.

        Raises:
            Retry: it does not answer now.
            Permanent: it never will, as it is.
        """

    @abstractmethod
    def signal(self) -> Signal:
        """Return how well it hears the network now; quick enough to be asked every second.

        Raises:
            Retry: it does not answer now.
            Permanent: it never will, as it is.
        """

    @abstractmethod
    def ussd(self, code: str) -> str:
        """Ask the network, such as `*100#` for the balance, and return its answer.

        Raises:
            Retry: no answer now.
            Permanent: this modem or network cannot do it, or the code is none.
        """

    @abstractmethod
    def messages(self) -> tuple[StoredMessage, ...]:
        """Return what is in the device's own lists of SMS.

        Raises:
            Retry: it does not answer now.
            Permanent: it never will, as it is.
        """


class Panel(Plugin[C]):
    """Shows how the site does on lamps and a buzzer, hears a button, and holds the router's relay.

    What the button and the mains input say goes through `attend` and `collect`. Whatever happens to its
    process, the router has power: a new one gives it back before it does anything else.
    """

    @abstractmethod
    def show(self, picture: PanelPicture) -> None:
        """Show this from now on, without the agent's help, and return at once.

        Raises:
            Retry: the panel cannot be reached now.
            Permanent: there is none, or its wiring is not as configured.
        """

    @abstractmethod
    def cut_power(self, cut: PowerCut) -> None:
        """Take the router's power away for that time; return when it has it again.

        Raises:
            Retry: the relay cannot be reached now; the router has power.
            Permanent: there is no relay.
        """


class Action(Plugin[C]):
    """Switches one thing on and off outside the box, such as a telephone system's outage announcement.

    It is called only with what somebody has released. An order may come again after a crash or a power
    cut: it says how the thing is to be, so that twice is the same as once.
    """

    @abstractmethod
    def do(self, order: Order) -> Receipt:
        """Bring the thing into that state, and return only when it surely is in it.

        Raises:
            Retry: it surely is not, and may be brought into it later.
            Permanent: it surely is not, and never will be, as it is.
            Unknown: it may be: `is_on` is asked before the order is repeated.
        """

    @abstractmethod
    def is_on(self) -> bool | None:
        """Say how the thing is: True for on, False for off, None if nobody can tell.

        Raises:
            Retry: it cannot be asked now.
        """


PARTS: Final[Mapping[str, type[Plugin[msgspec.Struct]]]] = {
    "uplink": Uplink,
    "channel": Channel,
    "caller": Caller,
    "modem": Modem,
    "panel": Panel,
    "action": Action,
}


def parts_of(kind: type[Plugin[msgspec.Struct]]) -> frozenset[str]:
    """Return the names of the parts that the class plays."""
    return frozenset(name for name, part in PARTS.items() if issubclass(kind, part))
