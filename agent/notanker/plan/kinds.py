"""The fifteen kinds of texts: for whom, at which stage, who releases them, and what they must say.

What a text says of itself in its head can make it stricter than its kind, never looser.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from notanker.plan.model import TemplateHead
from notanker.plan.shipped import PUBLIC_AUDIENCES, base_of

Release = Literal["auto", "one", "two"]

OUTSIDE: Final = PUBLIC_AUDIENCES | {"client"}
INSIDE: Final = frozenset({"on duty", "hotline", "staff", "management", "internal", "provider"})
"""Inside, or on the line with us to mend it."""
AUDIENCES: Final = INSIDE | OUTSIDE
STAGES: Final = ("alarm", "acknowledge", "outage", "update", "all-clear", "recovery", "drill")
STRICTNESS: Final[dict[str, int]] = {"auto": 0, "one": 1, "two": 2}


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of text.

    Attributes:
        must: What it has to say: `affected`, `works`, `we_do` (what we do), `you_do` (what the reader
            is to do), `next` (when there is news), `reach` (how to reach us), `signoff`.
        sorry: It has one sentence that feels with the reader; no text has two.
        spoken_to_public: Its sentences are said to callers, whoever reads the sheet.
    """

    audience: str
    stage: str
    release: Release
    must: tuple[str, ...] = ()
    sorry: bool = False
    spoken_to_public: bool = False


KINDS: Final[dict[str, Kind]] = {
    "T1": Kind("on duty", "alarm", "auto", ("affected", "works", "reach")),
    "T1-system": Kind("on duty", "alarm", "auto", ("affected", "reach")),
    "T2": Kind("on duty", "acknowledge", "auto", ("you_do", "reach")),
    "T2-bridge": Kind("on duty", "acknowledge", "auto", ("affected", "you_do", "reach")),
    "T3": Kind("hotline", "outage", "auto", ("affected", "you_do", "next")),
    "T4": Kind("staff", "outage", "auto", ("affected", "you_do", "next")),
    "T5": Kind("management", "outage", "auto", ("affected", "works", "next")),
    "T5-system": Kind("management", "outage", "auto", ("affected", "next")),
    "T6": Kind("client", "outage", "one", ("affected", "works", "we_do", "next", "reach")),
    "T7": Kind("callers", "outage", "one", ("affected", "works", "we_do", "reach"), sorry=True),
    "T8": Kind("hotline", "outage", "auto", ("affected", "we_do"), spoken_to_public=True),
    "T9": Kind(
        "customers", "outage", "two", ("affected", "works", "we_do", "next", "signoff")
    ),
    "T10": Kind("press", "outage", "two", ("affected", "works", "we_do", "next", "reach")),
    "T11": Kind("internal", "update", "auto", ("affected", "works", "next")),
    "T11-system": Kind("internal", "update", "auto", ("affected", "next")),
    "T11-ack": Kind("internal", "update", "auto", ("affected", "next")),
    "T12": Kind("internal", "all-clear", "auto", ("works",)),
    "T13": Kind("customers", "recovery", "two", ("works", "signoff"), sorry=True),
    "T14": Kind("on duty", "drill", "auto", ("affected", "you_do", "reach")),
    "T15": Kind("provider", "outage", "auto", ("affected", "reach")),
}  # fmt: skip
_TO_OUTSIDE: Final = ("affected", "we_do", "next")


def kind_of(head: TemplateHead) -> Kind:
    """Return the kind of a text: that of its id, else what its head says of it."""
    known = KINDS.get(head.id) or KINDS.get(base_of(head.id))
    if known is not None:
        return known
    outside = head.audience in OUTSIDE and head.stage == "outage"
    return Kind(head.audience, head.stage, head.release, _TO_OUTSIDE if outside else ())


def release_of(template: str, head: TemplateHead | None = None) -> Release:
    """Return how many persons must release a text: what its kind asks for, or more.

    A text of no known kind and without a head is released by two.
    """
    known = KINDS.get(template) or KINDS.get(base_of(template))
    asked: list[Release] = [known.release] if known is not None else []
    asked += [head.release] if head is not None else []
    return max(asked, key=lambda release: STRICTNESS[release], default="two")


def is_inside(head: TemplateHead) -> bool:
    """Tell whether it stays inside; a text for nobody that we know does not."""
    return {head.audience, kind_of(head).audience} <= INSIDE


def is_spoken(head: TemplateHead) -> bool:
    """Tell whether it is an announcement, which callers hear once and cannot read again."""
    return base_of(head.id) == "T7" or head.channel.strip().lower() == "announcement"
