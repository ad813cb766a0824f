"""Facts of what people outside are told: the texts, their releases, and what callers hear."""

from __future__ import annotations

from dataclasses import dataclass

from notanker.core.moment import Moment


@dataclass(frozen=True, slots=True)
class Drafted:
    """There is a text for people outside, which goes nowhere until people release it.

    Attributes:
        version: Counts up with its words; the release of one version is worth nothing for the next.
        persons: So many different people release it.
        words: Language and text; empty where the version before it was looked at and is still true.
        basis: What it is true of: traffic and cause.
        good_s: So long its promise of the next news holds, 0 where it makes none.
        shipped: The plan's own words could not be used, because of `refused` (German, English).
        drill: It was made in a drill, and can never be released.
    """

    at: Moment
    incident: int
    template: str
    version: int
    persons: int
    words: tuple[tuple[str, str], ...]
    basis: str
    good_s: float = 0.0
    shipped: bool = False
    refused: tuple[str, str] = ("", "")
    drill: bool = False


@dataclass(frozen=True, slots=True)
class Released:
    """One person has released a draft in that version; `how` is `sms`, `box`, `panel` or `centre`.

    Attributes:
        order: The centre's order that it came by, 0 for none.
    """

    at: Moment
    incident: int
    template: str
    version: int
    contact: str
    name: str
    how: str
    order: int = 0


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """Somebody has taken back a draft's release, so that it waits for release anew."""

    at: Moment
    incident: int
    template: str
    version: int
    contact: str
    name: str
    how: str
    order: int = 0


@dataclass(frozen=True, slots=True)
class AnnouncementOrdered:
    """The announcement of a head number is to be on or off; without `plugin` a person does it."""

    at: Moment
    incident: int
    head_number: str
    on: bool
    plugin: str


@dataclass(frozen=True, slots=True)
class AnnouncementSwitched:
    """What became of such an order.

    Attributes:
        ok: It surely is so now; else it is tried on, for `reason`.
        found: It had been so before, by somebody else's hand.
        on_s: How long it was on, where it is off now.
    """

    at: Moment
    incident: int
    head_number: str
    on: bool
    ok: bool
    reason: str = ""
    found: bool = False
    on_s: float = 0.0
