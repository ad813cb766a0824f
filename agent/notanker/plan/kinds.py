"""The fifteen kinds of texts: for whom, at which stage, and what they must say.

Who releases them is in `shipped.py`: whoever sends must know.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from notanker.plan.model import TemplateHead
from notanker.plan.shipped import PUBLIC_AUDIENCES, base_of

OUTSIDE: Final = PUBLIC_AUDIENCES | {"client"}
INSIDE: Final = frozenset({"on duty", "hotline", "staff", "management", "internal", "provider"})
"""Inside, or on the line with us to mend it."""
AUDIENCES: Final = INSIDE | OUTSIDE
STAGES: Final = ("alarm", "acknowledge", "outage", "update", "all-clear", "recovery", "drill")


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
    must: tuple[str, ...] = ()
    sorry: bool = False
    spoken_to_public: bool = False


KINDS: Final[dict[str, Kind]] = {
    "T1": Kind("on duty", "alarm", ("affected", "works", "reach")),
    "T1-system": Kind("on duty", "alarm", ("affected", "reach")),
    "T1-again": Kind("on duty", "alarm", ("affected", "works", "reach")),
    "T1-system-again": Kind("on duty", "alarm", ("affected", "reach")),
    "T2": Kind("on duty", "acknowledge", ("you_do", "reach")),
    "T2-bridge": Kind("on duty", "acknowledge", ("affected", "you_do", "reach")),
    "T3": Kind("hotline", "outage", ("affected", "you_do", "next")),
    "T4": Kind("staff", "outage", ("affected", "you_do", "next")),
    "T5": Kind("management", "outage", ("affected", "works", "next")),
    "T5-system": Kind("management", "outage", ("affected", "next")),
    "T6": Kind("client", "outage", ("affected", "works", "we_do", "next", "reach")),
    "T7": Kind("callers", "outage", ("affected", "works", "we_do", "reach"), sorry=True),
    "T8": Kind("hotline", "outage", ("affected", "we_do"), spoken_to_public=True),
    "T9": Kind(
        "customers", "outage", ("affected", "works", "we_do", "next", "signoff")
    ),
    "T10": Kind("press", "outage", ("affected", "works", "we_do", "next", "reach")),
    "T11": Kind("internal", "update", ("affected", "works", "next")),
    "T11-system": Kind("internal", "update", ("affected", "next")),
    "T11-ack": Kind("internal", "update", ("affected", "next")),
    "T12": Kind("internal", "all-clear", ("works",)),
    "T13": Kind("customers", "recovery", ("works", "signoff"), sorry=True),
    "T14": Kind("on duty", "drill", ("affected", "you_do", "reach")),
    "T15": Kind("provider", "outage", ("affected", "reach")),
}  # fmt: skip
_TO_OUTSIDE: Final = ("affected", "we_do", "next")


def kind_of(head: TemplateHead) -> Kind:
    """Return the kind of a text: that of its id, else what its head says of it."""
    known = KINDS.get(head.id) or KINDS.get(base_of(head.id))
    if known is not None:
        return known
    outside = head.audience in OUTSIDE and head.stage == "outage"
    return Kind(head.audience, head.stage, _TO_OUTSIDE if outside else ())


def is_inside(head: TemplateHead) -> bool:
    """Tell whether it stays inside; a text for nobody that we know does not."""
    return {head.audience, kind_of(head).audience} <= INSIDE


def is_spoken(head: TemplateHead) -> bool:
    """Tell whether it is an announcement, which callers hear once and cannot read again."""
    return base_of(head.id) == "T7" or head.channel.strip().lower() == "announcement"
