"""What an emulated stick is like at the moment: the fault that is on, its radio, its data session."""

import time
from dataclasses import dataclass


class AnswerLostError(Exception):
    """The request was handled, but no answer may reach the asker; ``how`` is reset or hang."""

    def __init__(self, how: str) -> None:
        super().__init__(how)
        self.how = how


@dataclass(slots=True)
class Switch:
    """The fault that is on; see hilinkctl.SWITCHES.

    Attributes:
        acted: What it does only once is done.
    """

    name: str = "none"
    times: int = 0
    delay_s: float = 5.0
    how: str = "reset"
    path: str = ""
    acted: bool = False


@dataclass(slots=True)
class Radio:
    """What the stick hears and has counted."""

    operator: str = "Labornetz"
    plmn: str = "26299"
    rsrp_dbm: int = -89
    month_bytes: int = 0


@dataclass(slots=True)
class Bearer:
    """The stick's data session with the operator.

    Attributes:
        lost_s: When it was lost; None while it is well.
        tells_after_s: The stick says so only after so long; None: never.
        needs_reboot: Whether redialling does not bring it back.
    """

    lost_s: float | None = None
    tells_after_s: float | None = None
    needs_reboot: bool = False

    def told(self) -> bool:
        """Say whether the stick knows by now that it is lost."""
        if self.lost_s is None or self.tells_after_s is None:
            return False
        return time.monotonic() - self.lost_s >= self.tells_after_s
