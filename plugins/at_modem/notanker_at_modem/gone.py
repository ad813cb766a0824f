"""What befalls the way to the modem. Each is an answer of the contract: nothing was done, try again."""

from __future__ import annotations

from notanker.plugin import Retry

SOON_S = 1.0


class Gone(Retry):
    """The port is not there, or is not there any more."""

    def __init__(self, reason: str, after_s: float = SOON_S) -> None:
        super().__init__(after_s, reason)


class Held(Gone):
    """Another program has the port."""


class Mute(Gone):
    """The port can be opened, and nobody answers there."""


class Silent(Retry):
    """The modem did not answer a command."""

    def __init__(self, command: str, after_s: float = SOON_S) -> None:
        # What follows the name may be a PIN or somebody's number.
        name = command.partition("=")[0]
        super().__init__(after_s, f"the modem does not answer {name or 'a line'}")


class Restarted(Retry):
    """The modem was started while it was asked something: its settings are gone."""

    def __init__(self) -> None:
        super().__init__(SOON_S, "the modem has restarted")
