"""Holds which text the button at the box releases now. A restart forgets it: then nothing is offered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from notanker.core import drafts, offering
from notanker.core.events import Event, OrderRefused, ReleaseAsked
from notanker.core.moment import Moment
from notanker.core.offering import Offer
from notanker.core.state import Site
from notanker.core.status import BoxStatus


class Offering:
    """The one text that is offered, if there is one.

    Args:
        site: Gives the present state.
        now: Gives the present moment.
        happened: Takes what happened.
        changed: Is told that the panel has something else to show.
        has_panel: Whether there is a button at all.
    """

    def __init__(
        self,
        site: Callable[[], Site],
        now: Callable[[], Moment],
        happened: Callable[[Event], None],
        changed: Callable[[], None],
        *,
        has_panel: bool,
    ) -> None:
        self._site: Final = site
        self._now: Final = now
        self._happened: Final = happened
        self._changed: Final = changed
        self._has_panel: Final = has_panel
        self._offer: Offer | None = None

    def refusal(self, number: int, template: str, contact: str) -> str:
        """Return why a text would not be offered at this person's wish; empty if it would."""
        if not self._has_panel:
            return "no_panel"
        site = self._site()
        known, telling = site.incidents, site.settings.telling
        why = offering.refusal(known, telling, number, template, contact, self._now())
        return "" if why is None else str(why)

    def offer(self, number: int, template: str) -> None:
        """Offer a text to the button, instead of one before."""
        self._offer = offering.made(self._site().incidents, number, template, self._now())
        self._changed()

    def seen(self, box: BoxStatus) -> BoxStatus:
        """Return the box with what is offered there."""
        offer = self._current()
        return replace(box, offered=offer.name) if offer is not None else box

    def press(self, name: str) -> None:
        """Hear that a hand released what was offered under that name. One press takes one text."""
        offer = self._current()
        if offer is None or offer.name != name:
            self._happened(OrderRefused(drafts.PANEL, "release", "not_offered"))
        else:
            self._offer = None
            self._happened(
                ReleaseAsked(offer.incident, offer.template, drafts.PANEL, drafts.PANEL, back=False)
            )
        self._changed()

    def _current(self) -> Offer | None:
        site, offer = self._site(), self._offer
        if offer is None:
            return None
        holds = offering.holds(offer, site.incidents, site.settings.telling, self._now())
        return offer if holds else None
