"""A text that the button at the box may release, for a while: offered by a person who has its words.

    asked for by SMS, words answered -> offered -> pressed 8 to 15 s -> released, by nobody in particular
                                           |
                                           +-> 5 minutes, other words, released elsewhere -> over

The button has no name and no eyes. So it takes two: somebody of the plan who may release the text and has
been sent its words, and a hand at the box that does what no other press is. A text that takes two persons is
never offered.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from notanker.core import drafts
from notanker.core.drafts import PANEL, Draft, Refusal
from notanker.core.incident import Incidents
from notanker.core.moment import Moment, between_s
from notanker.core.settings import Telling

OFFERED_S: Final = 300.0
"""Time to read the words, and to walk to the box."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What the button releases now.

    Attributes:
        version: The words that were read; others are not released by it.
        since: When it was offered.
    """

    incident: int
    template: str
    version: int
    since: Moment

    @property
    def name(self) -> str:
        """What tells it from any other: `17 T7 1`."""
        return f"{self.incident} {self.template} {self.version}"


def refusal(
    known: Incidents, telling: Telling, number: int, template: str, contact: str, now: Moment
) -> Refusal | None:
    """Return why a text is not offered to the button at this person's wish, None if it is."""
    own = drafts.refusal(known, telling, number, template, contact, now)
    return own or drafts.refusal(known, telling, number, template, PANEL, now)


def made(known: Incidents, number: int, template: str, now: Moment) -> Offer | None:
    """Return the offer of a text as it stands, None if there is no such text."""
    draft = _draft(known, number, template)
    return Offer(number, draft.template, draft.version, now) if draft is not None else None


def holds(offer: Offer, known: Incidents, telling: Telling, now: Moment) -> bool:
    """Tell whether the button still releases just these words."""
    draft = _draft(known, offer.incident, offer.template)
    if draft is None or draft.version != offer.version:
        return False
    if not 0 <= between_s(offer.since, now) < OFFERED_S:
        return False
    why = drafts.refusal(known, telling, offer.incident, offer.template, PANEL, now)
    return why is None


def _draft(known: Incidents, number: int, template: str) -> Draft | None:
    incident = known.find(number)
    return drafts.find(incident.drafts, template) if incident is not None else None
