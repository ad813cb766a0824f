"""What goes outside: texts are made, people release them, callers hear of it. Nothing leaves by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from notanker.config.model import Config
from notanker.core import drafts
from notanker.core.commands import Announce, Compose
from notanker.core.events import AnnouncementDone, DraftMade, Event, OrderRefused, ReleaseAsked
from notanker.core.incident import Incident
from notanker.core.moment import Moment
from notanker.core.state import Site
from notanker.plan.model import Plan
from notanker.shell.announcing import Announcer
from notanker.shell.control import Deed
from notanker.shell.logs import Log
from notanker.shell.offering import Offering
from notanker.shell.tasks import Tasks
from notanker.shell.texts import Context, values_outside

BOX: Final = "box"
"""How somebody releases whom root names."""


class Outside:
    """Texts for people outside, as the shell deals with them.

    Args:
        config: The configuration.
        site: Gives the present state.
        plan: Gives the plan in force.
        now: Gives the present moment.
        announcer: Switches announcements.
        tasks: Where work is done beside all else.
        happened: Takes what happened.
        changed: Is told that the panel has something else to show.
        log: Where changes are logged.
    """

    def __init__(
        self,
        config: Config,
        site: Callable[[], Site],
        plan: Callable[[], Plan | None],
        now: Callable[[], Moment],
        announcer: Announcer,
        tasks: Tasks,
        happened: Callable[[Event], None],
        changed: Callable[[], None],
        log: Log,
    ) -> None:
        self._config = config
        self._site = site
        self._plan = plan
        self._now = now
        self._announcer = announcer
        self._tasks = tasks
        self._happened = happened
        has_panel = config.panel is not None
        self.offering = Offering(site, now, happened, changed, has_panel=has_panel)
        self._log = log

    def compose(self, command: Compose) -> None:
        """Have a text made."""
        self._tasks.once("draft", self._compose(command))

    def announce(self, command: Announce) -> None:
        """Have callers hear an announcement, or hear it no more."""
        self._announcer.order(command)

    def deeds(self) -> Mapping[str, Deed]:
        """Return what root may do at the box in a person's name."""
        return {
            "release": lambda wish: self.release(wish.incident, wish.template, wish.contact, BOX),
            "withdraw": lambda wish: self.release(
                wish.incident, wish.template, wish.contact, BOX, back=True
            ),
            "off": lambda wish: self.is_off(wish.incident, wish.contact, wish.contact, BOX),
        }

    def refusal(self, number: int, template: str, contact: str, *, back: bool) -> str:
        """Return why this person's release, or its withdrawal, would not count; empty if it would."""
        site = self._site()
        known, telling = site.incidents, site.settings.telling
        if back:
            why = drafts.against_withdrawal(known, telling, number, template, contact)
        else:
            why = drafts.refusal(known, telling, number, template, contact, self._now())
        return "" if why is None else str(why)

    def release(
        self, number: int, template: str, contact: str, how: str, *, back: bool = False
    ) -> str:
        """Release a draft or take that back; return what came of it, or why it did not count.

        Returns:
            A `Refusal`, else `released`, `one_more` or `withdrawn`.
        """
        why = self.refusal(number, template, contact, back=back)
        self._happened(ReleaseAsked(number, template, contact, how, back))
        if why:
            return why
        if back:
            return "withdrawn"
        draft = self._draft(number, template)
        return "released" if draft is not None and draft.is_released else "one_more"

    def words(self, number: int, template: str, language: str) -> str:
        """Return a draft's words in that language, or in the one that it has; empty if there are none."""
        draft = self._draft(number, template)
        known = dict(draft.words) if draft is not None else {}
        return known.get(language) or next(iter(known.values()), "")

    def waiting(self, contact: str) -> tuple[tuple[int, str], ...]:
        """Return what this person may release now: incident and template."""
        site = self._site()
        found = drafts.releasable(site.incidents, site.settings.telling, contact, self._now())
        return tuple((number, draft.template) for number, draft in found)

    def is_off(self, number: int, contact: str, name: str, how: str) -> str:
        """Take somebody's word that the announcements of an incident are off.

        Returns:
            `off`, or why it does not count.
        """
        site = self._site()
        heads = [one for one in site.announced if one.incident == number and not one.on]
        if contact not in drafts.releasers(site.settings.telling):
            return self._refuse(contact, f"off {number}", "not_yours")
        if not heads:
            return self._refuse(contact, f"off {number}", "nothing_on")
        for one in heads:
            self._happened(AnnouncementDone(one.head_number, False, True, f"{name} ({how})"))
        return "off"

    def _refuse(self, contact: str, order: str, reason: str) -> str:
        self._happened(OrderRefused(contact, order, reason))
        return reason

    def _draft(self, number: int, template: str) -> drafts.Draft | None:
        incident = self._incident(number)
        return drafts.find(incident.drafts, template) if incident is not None else None

    def _incident(self, number: int) -> Incident | None:
        return self._site().incidents.find(number)

    async def _compose(self, command: Compose) -> None:
        """Make the text in every language of the plan; the alarm's texts have gone before."""
        incident = self._incident(command.incident)
        made: tuple[_Made, ...] = ()
        if incident is not None:
            context = Context(self._plan(), self._config.site.id, self._site().settings.telling)
            try:
                made = await asyncio.to_thread(_make, command, incident, context, self._now())
            except Exception as error:  # noqa: BLE001 - a text that fails must not cost the others
                self._log.error("draft_failed", template=command.template, reason=repr(error))
        refused = next((one.refused for one in made if any(one.refused)), ("", ""))
        if any(refused):
            self._log.warning("draft_refused", template=command.template, problem=refused[1])
        self._happened(
            DraftMade(
                command.incident,
                command.template,
                command.basis,
                tuple((one.language, one.text) for one in made),
                any(one.promises for one in made),
                refused,
            )
        )


@dataclass(frozen=True, slots=True)
class _Made:
    """One language's text."""

    language: str
    text: str
    refused: tuple[str, str]
    promises: bool


def _make(command: Compose, incident: Incident, context: Context, now: Moment) -> tuple[_Made, ...]:
    # The wording check is heavy, and wanted once people are told something.
    from notanker.plan.drafting import words

    plan, made = context.plan, list[_Made]()
    if plan is None:
        return ()
    for language in plan.head.languages:
        values = values_outside(incident, context, language, command.line, now)
        text = words(plan, command.template, language, values, in_drill=command.drill)
        promise = values["next_update"]
        promises = bool(promise) and promise in text.text
        made.append(_Made(language, text.text, text.refused, promises))
    return tuple(made)
