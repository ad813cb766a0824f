"""The LTE data budget: what was used this month and for what, and what that still allows.

Theory of operation. The kernel's counters only grow, but begin anew with each boot, with each new
interface, and when somebody clears them. The ledger adds up how much they *grew*; it keeps the counters as
they were last read, so that neither a restart nor a reset counts anything twice or forgets it. A month is
closed only by a clock that can be trusted. Bytes counted while the time was not known belong to the month
that is known next: they are never thrown away, and a wrong clock never empties the ledger.

The modem's own counter is added up in the same way. The larger of the two is what was used.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from typing import Final

WARNED_PCT: Final = 75.0
SCARCE_PCT: Final = 95.0
SPENT_PCT: Final = 100.0
"""The bands of Peplink's bandwidth allowance (mail at 75 and 95 %, cut at 100 %), widened by what stops."""
MOST_AHEAD_BYTES: Final = 65_536
"""What our own accounting may be ahead of the kernel's counters, which are read a moment later."""

OWN: Final = "filter"
"""The source of readings that count from when we began, and nothing else."""


class Purpose(StrEnum):
    """What LTE data is used for."""

    STANDBY = "standby"
    HEARTBEAT = "heartbeat"
    ALERTS = "alerts"
    TUNNEL = "tunnel"
    USERS = "users"
    OTHER = "other"


class Band(StrEnum):
    """How much of the budget is used."""

    PLENTY = "plenty"
    WARNED = "warned"
    SCARCE = "scarce"
    SPENT = "spent"


class Users(StrEnum):
    """What of the users' traffic may take LTE in gateway mode."""

    ALL = "all"
    CORE = "core"
    NONE = "none"


class Beats(StrEnum):
    """Which heartbeats may take LTE."""

    ALL = "all"
    THINNED = "thinned"
    CHANGES = "changes"


@dataclass(frozen=True, slots=True)
class Allowance:
    """What may still take LTE. Alerts and their acknowledgements always may: there is no field for them."""

    users: Users = Users.ALL
    beats: Beats = Beats.ALL


ALLOWANCES: Final[Mapping[Band, Allowance]] = {
    Band.PLENTY: Allowance(),
    Band.WARNED: Allowance(),
    Band.SCARCE: Allowance(Users.CORE, Beats.THINNED),
    Band.SPENT: Allowance(Users.NONE, Beats.CHANGES),
}
"""Users before heartbeats, heartbeats before alarms."""


@dataclass(frozen=True, slots=True)
class BudgetSettings:
    """What the SIM may use.

    Attributes:
        monthly_bytes: None for no limit.
        first_day: Day of the month on which the data plan's month begins, 1 to 28.
    """

    monthly_bytes: int | None = None
    first_day: int = 1


@dataclass(frozen=True, slots=True)
class Tally:
    """Bytes by purpose, sent and received, as IP packets."""

    standby: int = 0
    heartbeat: int = 0
    alerts: int = 0
    tunnel: int = 0
    users: int = 0
    other: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return sum(getattr(self, item.name) for item in fields(self))

    def plus(self, more: Tally) -> Tally:
        """Return the sum."""
        names = [item.name for item in fields(self)]
        return Tally(**{name: getattr(self, name) + getattr(more, name) for name in names})


@dataclass(frozen=True, slots=True)
class Reading:
    """The counters at one moment.

    Attributes:
        source: Which counters: those of another kind say nothing about these.
        life: What they count from: another boot, or another table of the packet filter, is another life.
        total: Bytes over the backup's interface.
        users: Those of them that were forwarded, 0 where nobody can tell.
        modem: The modem's own count of its month, None if it told none.
        modem_since: The ISO date on which it began to count, empty if it does not say.
    """

    source: str
    life: str
    total: int
    users: int = 0
    modem: int | None = None
    modem_since: str = ""


@dataclass(frozen=True, slots=True)
class Ledger:
    """What was used this month.

    Attributes:
        month: The ISO date on which the month began; empty until the time was known for the first time.
        tally: By our own count.
        modem: By the modem's, None while it has told nothing.
        undated: The part of `tally` that was counted since the time was known last.
        undated_modem: The same of `modem`.
        ahead: What our own accounting has told before the kernel's counters showed it.
        last: The counters as they were read last.
    """

    month: str = ""
    tally: Tally = field(default_factory=Tally)
    modem: int | None = None
    undated: Tally = field(default_factory=Tally)
    undated_modem: int = 0
    ahead: int = 0
    last: Reading | None = None

    @property
    def used_bytes(self) -> int:
        """What was used: the larger of the two counts."""
        return max(self.tally.total, self.modem or 0)


def count(
    ledger: Ledger,
    reading: Reading,
    own: Mapping[Purpose, int],
    month: str,
) -> Ledger:
    """Return the ledger after one more look at the counters.

    Args:
        ledger: As it was.
        reading: The counters now.
        own: Bytes that our own code has told since the last look, by purpose.
        month: The month that it is (`calendar.month_of`), empty while nobody knows the time.
    """
    grown, ahead = _grown(ledger, reading, own)
    modem = _modem_grown(ledger.last, reading, month)
    dated = _dated(ledger, month, grown, modem or 0)
    if modem is None:  # not to be used yet, or not told this time: the last one stays to count from
        seen = ledger.last.modem if ledger.last else None
        reading = replace(reading, modem=seen)
    elif dated.modem is None:
        dated = replace(dated, modem=modem)
    return replace(dated, ahead=ahead, last=reading)


def band(ledger: Ledger, settings: BudgetSettings) -> Band:
    """Return how much of the budget is used; without a limit there is always plenty."""
    if settings.monthly_bytes is None:
        return Band.PLENTY
    used_pct = 100.0 * ledger.used_bytes / settings.monthly_bytes
    for at_pct, name in (
        (SPENT_PCT, Band.SPENT),
        (SCARCE_PCT, Band.SCARCE),
        (WARNED_PCT, Band.WARNED),
    ):
        if used_pct >= at_pct:
            return name
    return Band.PLENTY


def _grown(ledger: Ledger, reading: Reading, own: Mapping[Purpose, int]) -> tuple[Tally, int]:
    """Return by how much each purpose grew; what nobody accounts for is `other`."""
    last = ledger.last
    total = _growth(last, reading, reading.total, last.total if last else 0)
    users = min(_growth(last, reading, reading.users, last.users if last else 0), total)
    told = sum(own.values()) + ledger.ahead
    rest = total - users - told
    # Told earlier, seen by the kernel now: only what is new is added.
    tally = Tally(users=users, other=max(0, rest)).plus(
        Tally(**{str(k): v for k, v in own.items()})
    )
    return tally, min(max(0, -rest), MOST_AHEAD_BYTES)


def _growth(last: Reading | None, now: Reading, value: int, before: int) -> int:
    if last is None and now.source == OWN:
        return value  # nobody but us has ever counted there
    if last is None or last.source != now.source:
        return 0  # the first look at these counters: what they hold is older than we are
    if last.life != now.life or value < before:
        return value  # they began anew
    return value - before


def _modem_grown(last: Reading | None, now: Reading, month: str) -> int | None:
    """Return by how much the modem's count grew, None if nothing can be said of it yet."""
    if now.modem is None:
        return None
    if last is None or last.modem is None:
        if not month:
            return None  # whether its month is ours is known only with the time
        return now.modem if now.modem_since >= month else 0
    return now.modem - last.modem if now.modem >= last.modem else now.modem


def _dated(ledger: Ledger, month: str, grown: Tally, modem: int) -> Ledger:
    """Add to the month that it is, or begin a new one."""
    tally, undated = ledger.tally.plus(grown), ledger.undated.plus(grown)
    known = None if ledger.modem is None else ledger.modem + modem
    undated_modem = ledger.undated_modem + modem
    if not month:
        return replace(
            ledger, tally=tally, modem=known, undated=undated, undated_modem=undated_modem
        )
    if ledger.month and month > ledger.month:
        tally, known = undated, None if known is None else undated_modem
    # A clock that was wrong into the future and was put right: the month gets its name, and keeps its bytes.
    return replace(ledger, month=month, tally=tally, modem=known, undated=Tally(), undated_modem=0)
