"""Reads a record of users' traffic: how long users were cut off, and by which uplink they went."""

import ipaddress
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_UPLINKS = {
    "primary": ("198.18.1.0/24", "192.0.2.0/24", "2001:db8:1::/64"),
    "lte": ("198.18.2.0/24", "192.168.8.0/24", "2001:db8:2::/64"),
}
_NETWORKS = [(ipaddress.ip_network(net), name) for name, nets in _UPLINKS.items() for net in nets]


def uplink_of(address: str) -> str:
    """Say by which uplink a source address on the internet came: primary, lte or unknown."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    for network, name in _NETWORKS:
        if parsed.version == network.version and parsed in network:
            return name
    return "unknown"


@dataclass(frozen=True, slots=True)
class Echo:
    """One question of a user; instants are monotonic seconds, ``received_s`` None if lost."""

    flow: str
    number: int
    sent_s: float
    received_s: float | None = None
    uplink: str = ""

    @property
    def good(self) -> bool:
        """Whether it was answered."""
        return self.received_s is not None

    @property
    def rtt_s(self) -> float | None:
        """Round trip, None if lost."""
        return None if self.received_s is None else self.received_s - self.sent_s


@dataclass(frozen=True, slots=True)
class Outage:
    """What users saw of one cut.

    ``outage_s``: from the last answered question before the cut to the first answered one after it;
    None when none was answered. ``lost`` of ``sent`` questions after the cut went unanswered.
    """

    outage_s: float | None
    last_good_s: float
    first_good_s: float | None
    lost: int
    sent: int
    uplink_after: str
    switches: int


class Record:
    """All questions of one flow or several, by the time they were sent."""

    def __init__(self, echoes: Iterable[Echo]) -> None:
        self.echoes = sorted(echoes, key=lambda echo: echo.sent_s)

    @classmethod
    def read(cls, path: Path) -> "Record":
        """Read what traffic.py wrote; a half-written last line is left out."""
        sent: dict[tuple[str, int], float] = {}
        back: dict[tuple[str, int], tuple[float, str]] = {}
        for line in path.read_text(encoding="ascii").split("\n")[:-1]:
            row = json.loads(line)
            key = (row["f"], row["n"])
            if "t" in row:
                sent[key] = row["t"]
            else:
                back.setdefault(key, (row["r"], uplink_of(row["a"])))
        return cls(Echo(*key, at_s, *back.get(key, (None, ""))) for key, at_s in sent.items())

    def flow(self, name: str) -> "Record":
        """Give one flow alone."""
        return Record(echo for echo in self.echoes if echo.flow == name)

    def between(self, start_s: float, end_s: float) -> "Record":
        """Give what was sent within [start_s, end_s)."""
        return Record(echo for echo in self.echoes if start_s <= echo.sent_s < end_s)

    def lost(self) -> int:
        """Count unanswered questions."""
        return sum(not echo.good for echo in self.echoes)

    def rtts_s(self) -> list[float]:
        """Give the round trips of the answered questions."""
        return [echo.rtt_s for echo in self.echoes if echo.rtt_s is not None]

    def uplinks(self) -> list[tuple[float, str]]:
        """Give (instant, uplink) of the first answered question and of each change after it."""
        changes: list[tuple[float, str]] = []
        for echo in self.echoes:
            if echo.good and (not changes or changes[-1][1] != echo.uplink):
                changes.append((echo.sent_s, echo.uplink))
        return changes

    def switches(self) -> int:
        """Count changes of the uplink."""
        return max(0, len(self.uplinks()) - 1)


def analyse(
    record: Record, t_cut: float, t_end: float = float("inf"), settle_s: float = 0.0
) -> Outage:
    """Measure the outage that the cut at ``t_cut`` (monotonic s) meant to one flow's users.

    ``t_end`` bounds what is looked at; the questions of the last ``settle_s`` before the record's
    end are left out, because their answers may still have been on their way.

    Raises:
        ValueError: nothing was answered before the cut.
    """
    last_s = record.echoes[-1].sent_s if record.echoes else 0.0
    after = record.between(t_cut, min(t_end, last_s - settle_s + 1e-9))
    before = [echo for echo in record.echoes if echo.sent_s < t_cut and echo.good]
    if not before:
        raise ValueError("no question was answered before the cut")
    first_good = next((echo for echo in after.echoes if echo.good), None)
    return Outage(
        outage_s=None if first_good is None else first_good.sent_s - before[-1].sent_s,
        last_good_s=before[-1].sent_s,
        first_good_s=None if first_good is None else first_good.sent_s,
        lost=after.lost(),
        sent=len(after.echoes),
        uplink_after="" if first_good is None else first_good.uplink,
        switches=Record([before[-1], *after.echoes]).switches(),
    )
