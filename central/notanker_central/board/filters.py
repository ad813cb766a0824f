"""Which sites are looked at: the address of the page says it, so that it can be kept and sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any, Final
from urllib.parse import urlencode

from sqlalchemy import ColumnElement

from notanker_central import tables as t
from notanker_central.board.places import place_of
from notanker_central.states import State, rank_of

LONGEST: Final = 100
MOST_DAYS: Final = 3650
_DAY_S: Final = 86400.0


class Sort(StrEnum):
    """What comes first."""

    WORST = "worst"
    NAME = "name"
    LTE = "lte"
    """Whose backup has not been proven for longest."""
    PLAN = "plan"
    """Whose plan is the oldest."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What an address asks for; empty or 0 asks for all.

    Attributes:
        q: Part of name, id or region.
        lte: The backup has not been proven for so many days.
        plan: The plan has been the same for so many days.
        held: `no` for sites with an incident that nobody has taken on.
    """

    q: str = ""
    state: State | None = None
    region: str = ""
    operator: str = ""
    lte: int = 0
    plan: int = 0
    held: str = ""
    sort: Sort = Sort.WORST
    page: int = 1

    @property
    def narrows(self) -> bool:
        """Whether it leaves anything out, the state aside."""
        return replace(self, state=None, sort=Sort.WORST, page=1) != Filter()

    def query(self, **changes: object) -> str:
        """Return the address of the same but for the changes; what is usual is not in it."""
        told = {name: getattr(self, name) for name in _USUAL} | {"page": 1} | changes
        odd = [(name, value) for name, value in told.items() if value != _USUAL[name]]
        return f"?{urlencode(odd)}" if odd else "?"

    def where(self, now_s: float) -> list[ColumnElement[bool]]:
        """Return the conditions, the state aside: the tiles count all states."""
        c = t.site.c
        found: list[ColumnElement[bool]] = [c.listed]
        if self.q:
            found += [place_of(c.search, word) > 0 for word in self._words()]
        if self.region:
            found.append(c.region == self.region)
        if self.operator:
            found.append(c.operator == self.operator)
        if self.lte:
            limit_s = now_s - self.lte * _DAY_S
            found.append((c.lte_proven_s < limit_s) | c.lte_proven_s.is_(None))
        if self.plan:
            found.append(c.plan_since_s < now_s - self.plan * _DAY_S)
        if self.held == "no":
            found.append(c.unheld > 0)
        return found

    def order(self) -> tuple[ColumnElement[Any], ...]:
        """Return what comes first."""
        c = t.site.c
        by: dict[Sort, tuple[ColumnElement[Any], ...]] = {
            Sort.WORST: (c.rank, c.name),
            Sort.NAME: (c.name,),
            Sort.LTE: (c.lte_proven_s.is_not(None), c.lte_proven_s, c.name),
            Sort.PLAN: (c.plan_since_s.is_(None), c.plan_since_s, c.name),
        }
        return (*by[self.sort], c.id)

    @property
    def rank(self) -> int | None:
        """The rank of the chosen state."""
        return None if self.state is None else rank_of(self.state)

    def _words(self) -> list[str]:
        return self.q.casefold().split()[:5]


_USUAL: Final = {field.name: field.default for field in fields(Filter)}


def filter_of(asked: Mapping[str, str]) -> Filter:
    """Return what an address asks for. Total: nonsense asks for nothing."""
    state, sort = asked.get("state", ""), asked.get("sort", "")
    return Filter(
        q=" ".join(asked.get("q", "").split())[:LONGEST],
        state=State(state) if state in {*State} else None,
        region=asked.get("region", "")[:LONGEST],
        operator=asked.get("operator", "")[:LONGEST],
        lte=min(_number(asked.get("lte", "")), MOST_DAYS),
        plan=min(_number(asked.get("plan", "")), MOST_DAYS),
        held="no" if asked.get("held") == "no" else "",
        sort=Sort(sort) if sort in {*Sort} else Sort.WORST,
        page=max(1, _number(asked.get("page", ""))),
    )


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0
