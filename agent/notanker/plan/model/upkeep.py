"""What keeps a plan alive: drills planned and held, and weak points that somebody has accepted."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

import msgspec

from notanker.plan.values import Id, Line, Names

Level = Literal["L0", "L1", "L2", "L3", "L4"]
"""How deep a drill goes: self test, alarm, failover, a day on paper, the whole with the client."""


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """One drill that is planned: `[[drill]]` of `exercises/programme.toml`.

    Attributes:
        interval_days: After how many days it is due again; left out, once.
        observer_role: Who watches and writes down, and takes no part.
        window: When it may begin and must have ended, as people say it.
        announced: Whether those who take part know of it beforehand.
        customer_impact: What customers notice.
    """

    on: dt.date
    level: Level
    title: Line
    scenario: Id
    lead_role: Id
    id: Id = ""
    interval_days: Annotated[int, msgspec.Meta(ge=1, le=1830)] | None = None
    observer_role: Id = ""
    partners: tuple[Line, ...] = ()
    window: Line = ""
    announced: bool = True
    customer_impact: Literal["none", "low", "real"] = "none"


class Programme(msgspec.Struct, frozen=True, kw_only=True):
    """`exercises/programme.toml`."""

    drills: tuple[Planned, ...] = ()


class Action(msgspec.Struct, frozen=True, kw_only=True):
    """What a drill showed that has to be done, by whom and until when."""

    what: Line
    owner: Id
    due: dt.date
    done_on: dt.date | None = None


class Drill(msgspec.Struct, frozen=True, kw_only=True):
    """One drill that was held: `exercises/<date>-<name>.toml`.

    Attributes:
        met: What was to be shown, and was; `missed`: what was not.
        signed_by: The contact who stands for the record.
    """

    id: Id
    held_on: dt.date
    level: Level
    scenario: Id
    took_min: Annotated[float, msgspec.Meta(ge=0, le=10_000)]
    took_part: Names
    met: tuple[Line, ...] = ()
    missed: tuple[Line, ...] = ()
    action: tuple[Action, ...] = ()
    signed_by: Id = ""
    signed_on: dt.date | None = None


class Risk(msgspec.Struct, frozen=True, kw_only=True):
    """One weak point that is known and lived with: `[[risk]]` of `risks.toml`.

    Attributes:
        finding: The code of the check's finding that it silences, such as `same-network`; empty for one
            that no check can see.
        subject: What the finding is about, such as a contact's id.
        expires: Until when it is accepted. After that the finding comes back.
    """

    id: Id
    title: Line
    why: Line
    accepted_by: Id
    accepted_on: dt.date
    expires: dt.date
    finding: Line = ""
    subject: Line = ""
    instead: Line = ""
