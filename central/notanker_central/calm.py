"""Beats that tell nothing new: nearly all of them, so they are kept as they came and not taken apart.

A site's standing is remembered from the last beat that was taken the long way (`taking`). A beat is calm if,
going by that, all that it would change is the site's counter, the time, and its figures. Such beats are
written by one statement, on the condition that each row still stands as is remembered. If a single one does
not (somebody gave the site another interval, another receiver took a beat), nothing of the batch is written
and all of it goes the long way. So what is remembered decides which way a beat goes and nothing else, and
the database is right, always.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from notanker.beat import flags, packed
from notanker.beat.shapes import Packed
from notanker.core.heartbeat import Ack, Beat
from notanker_central.bulk import CalmRow, Standing, Stands
from notanker_central.taken import Taken

MOST: Final = 200_000
"""So many sites are remembered: 60 MB. Beats of any more go the long way."""


class Told(Protocol):
    """A beat whose sender has proved to be its site."""

    @property
    def site(self) -> str:
        """The site's id."""

    @property
    def counter(self) -> int:
        """The beat's counter, as the seal proves it."""

    @property
    def record(self) -> bytes:
        """The beat as it came, packed."""

    @property
    def packed(self) -> Packed | None:
        """What was read of it; None if it came in another way."""

    @property
    def beat(self) -> Beat:
        """What the site tells."""


@dataclass(slots=True)
class _Remembered:
    """How a site stands, as far as a calm beat depends on it.

    Attributes:
        proven_s: When its backup was proven last.
        taken: What becomes of each calm beat.
    """

    key: object
    counter: int
    flags: int
    promised_s: int
    proven_s: float
    stored_to: int
    stands: Stands
    taken: Taken


class Calm:
    """What is remembered of the sites. For one thread at a time."""

    def __init__(self) -> None:
        self._sites: dict[str, _Remembered] = {}

    def split(
        self, told: Sequence[Told], apart: Collection[str]
    ) -> tuple[list[CalmRow], list[Taken | None], list[int]]:
        """Tell the calm beats of a batch from the others.

        Args:
            told: In the order in which they came.
            apart: Sites whose beats go the long way: something is wanted of them.

        Returns:
            What to write, a row for each site; what becomes of each beat, None for the others; and the
            others' places. Once one of a site goes the long way, the rest of them follow it.
        """
        sites = self._sites
        rows: dict[str, CalmRow] = {}
        taken: list[Taken | None] = [None] * len(told)
        others: list[int] = []
        gone = set(apart)
        for place, one in enumerate(told):
            site = one.site
            known = sites.get(site)
            if known is None or site in gone or not _is_calm(one, known):
                gone.add(site)
                others.append(place)
                continue
            known.counter = one.counter
            rows[site] = CalmRow(
                known.key, one.counter, known.stored_to, site, one.record, known.stands
            )
            taken[place] = known.taken
        return list(rows.values()), taken, others

    def remember(self, told: Iterable[Told], sites: dict[str, Standing]) -> None:
        """Remember how sites stand whose beats were taken the long way, in the order in which they came."""
        for one in told:
            self._sites.pop(one.site, None)
            site, found = sites.get(one.site), one.packed
            if found is None or site is None or site.counter != one.counter:
                continue
            if len(self._sites) < MOST and not flags.is_over_backup(found.flags):
                self._sites[site.id] = _remembered(site, found)

    def forget(self, told: Iterable[Told]) -> None:
        """Send the next beats of these sites the long way."""
        for one in told:
            self._sites.pop(one.site, None)


def _is_calm(one: Told, known: _Remembered) -> bool:
    found = one.packed
    return (
        found is not None
        and one.counter > known.counter
        and found.flags == known.flags
        and found.interval_s == known.promised_s
        and found.about is None
        and found.events is None
        and found.answers is None
        and (found.proven_ago_s is None or found.sent_s - found.proven_ago_s <= known.proven_s)
    )


def _remembered(site: Standing, found: Packed) -> _Remembered:
    proven_s = site.traits.lte_proven_s
    ack = Ack(0, max(site.stored_to, 0))
    return _Remembered(
        key=site.key,
        counter=site.counter,
        flags=found.flags,
        promised_s=found.interval_s,
        proven_s=-math.inf if proven_s is None else proven_s,
        stored_to=site.stored_to,
        stands=Stands(site.state, site.interval_s, site.grace_s, site.wait_s),
        taken=Taken(ack, newest=True, record=packed.pack_ack(ack)),
    )
