"""A world whose plan has texts for people outside, and a telephone system with an announcement."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from notanker.core.commands import Announce, Command, Compose
from notanker.core.drafts import Draft, find
from notanker.core.events import AnnouncementDone, DraftMade, PeopleKnown, ReleaseAsked
from notanker.core.names import Uplink
from notanker.core.settings import Announcement, DraftRule, Recipient, Telling
from tests.unit.core.world import JONAS, MARA, World, settings, to

PIA = Recipient("pia", "Pia Entwurf", "+493023125115")
HEAD = "+493023125000"
PEOPLE = (PIA, MARA, JONAS)
RULES = tuple(
    DraftRule(template, persons, PEOPLE)
    for template, persons in (("T6", 1), ("T7", 1), ("T9", 2), ("T10", 2), ("T13", 2))
)


def telling(plugin: str = "pbx", **more: Any) -> Telling:
    """Return an escalation with drafts for everybody here, and one announcement."""
    announcement = Announcement(HEAD, "T7", plugin, lead=(PIA,))
    return replace(to(MARA), drafts=RULES, announcements=(announcement,), **more)


@dataclass
class Outside(World):
    """The world with a composer and a telephone system.

    Attributes:
        said: What the composer writes; each text names what it is.
        promises: Whether the texts say when the next news comes.
        plays: Whether callers hear the announcement.
        broken: Why the telephone system does nothing, empty while it does.
    """

    said: str = "words"
    promises: bool = False
    plays: bool = False
    broken: str = ""
    orders: list[Announce] = field(default_factory=list)

    def dial(self, command: Command) -> None:
        """Compose and switch as the shell would, then do the rest."""
        if isinstance(command, Compose):
            words = (("de", f"{command.template} {self.said}"),)
            made = DraftMade(
                command.incident, command.template, command.basis, words, self.promises
            )
            self.later(0.2, made)
        elif isinstance(command, Announce):
            self.orders.append(command)
            if not self.broken:
                self.plays = command.on
            done = AnnouncementDone(
                command.head_number, command.on, not self.broken, self.broken or "asked"
            )
            self.later(0.5, done)
        else:
            super().dial(command)

    def draft(self, template: str, number: int = 1) -> Draft:
        """Return a draft as it stands."""
        incident = next(one for one in self.state.incidents.all if one.number == number)
        found = find(incident.drafts, template)
        assert found is not None
        return found

    def release(self, template: str, who: Recipient | str = PIA, *, back: bool = False) -> None:
        """Let somebody release a text of incident 1, or take that back."""
        contact = who if isinstance(who, str) else who.contact
        self.happen(ReleaseAsked(1, template, contact, "sms", back))

    def plan(self, known: Telling) -> None:
        """Bring another plan into force."""
        self.happen(PeopleKnown(known))


def outage(known: Telling | None = None, **more: Any) -> Outside:
    """Return a world whose line has been dead for half a minute."""
    world = Outside(replace(settings(), telling=known or telling()), **more)
    world.run(10)
    world.dead.add(Uplink.PRIMARY)
    world.run(30)
    return world


def recovered(world: Outside) -> None:
    """Let the line come back for good."""
    world.dead.clear()
    world.run(120)
