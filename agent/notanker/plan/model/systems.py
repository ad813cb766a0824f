"""`services.toml` and `systems.toml`: what the site does for others, and what that hangs on."""

from __future__ import annotations

from typing import Annotated

import msgspec

from notanker.core.names import Kind
from notanker.plan.model.head import Text
from notanker.plan.values import Count, FormId, Id, Line, SystemName


class Service(msgspec.Struct, frozen=True, kw_only=True):
    """One service of the site's to its customers.

    Attributes:
        core: Whether it is kept alive before all others: in gateway mode its hosts alone may use LTE.
        hosts: Where it lives on the internet; see `plan/hosts.py`.
        manual_procedure: The forms that it is done with when no computer works.
    """

    id: Id
    name: Text
    core: bool
    channels: Annotated[tuple[Line, ...], msgspec.Meta(max_length=16)] = ()
    hosts: Annotated[tuple[Line, ...], msgspec.Meta(max_length=100)] = ()
    needs: tuple[Id, ...] = ()
    order: Count | None = None
    rto: Line = ""
    mtd: Line = ""
    min_level: Line = ""
    customers: Line = ""
    manual_procedure: tuple[FormId, ...] = ()
    peak_note: Line = ""
    contract_duty: Line = ""


class SystemText(msgspec.Struct, frozen=True):
    """A system's name in German and, if there is one, English."""

    de: SystemName
    en: SystemName | None = None


class PlanSystem(msgspec.Struct, frozen=True, kw_only=True):
    """One system or line that the site's work depends on.

    Attributes:
        needs: Ids of systems, or resources that one of them provides.
        provides: Resources.
        hands_off: No machine may restart it, whatever it is the cause of.
        holds_min: For how many minutes it goes on once one of its needs is lost: a UPS.
        rto: After how long it must run again, as people say it.
        restart_doc: Where it says how to start it again, and `restore_doc` how to build it anew.
    """

    id: Id
    name: SystemName | SystemText
    kind: Kind
    location: Line
    owner_contact: Id
    needs: tuple[Id, ...]
    provides: tuple[Id, ...]
    hands_off: bool = False
    holds_min: Annotated[int, msgspec.Meta(ge=0, le=10_080)] = 0
    rto: Line = ""
    restart_doc: Line = ""
    restore_doc: Line = ""
    spof_accepted: Line = ""

    def words(self, language: str) -> str:
        """Return the name in the language."""
        if isinstance(self.name, str):
            return self.name
        return (self.name.en if language == "en" else None) or self.name.de
