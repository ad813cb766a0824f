"""`roles.toml` and `contacts.toml`: who does what, and how they are reached."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Literal

import msgspec

from notanker.core.ways import MAIL, SMS, Way
from notanker.plan.model.head import Text
from notanker.plan.values import Id, Ids, Line, Names, Phone, Tongue


class Role(msgspec.Struct, frozen=True, kw_only=True):
    """One role, who holds it and who steps in."""

    id: Id
    name: Text
    tasks: Names
    holder: Id
    deputies: Ids
    authority: Line = ""
    on_duty: Line = ""
    briefed_on: dt.date | None = None


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """One person or organisation.

    Attributes:
        sms: A number, or whether `phone` takes SMS. Left out, `phone` is tried.
        call: A number, or whether `phone` is rung after the SMS of an alarm about the line.
        addresses: What other channels reach the person by, such as `{ntfy = "rufbereitschaft"}`.
        channels: In which order the ways are tried; without it SMS, then mail, then the others.
    """

    id: Id
    name: Line
    org: Line
    kind: Literal["person", "team", "provider", "authority", "client"]
    phone: Phone
    availability: Line
    verified_on: dt.date
    show_to: Literal["all", "leads"]
    phone_2: Phone = ""
    sms: bool | Phone | None = None
    call: bool | Phone = False
    email: Line = ""
    language: Tongue = "de"
    contract_no: Line = ""
    customer_no: Line = ""
    service_no: Line = ""
    sla: Line = ""
    security_phrase_hint: Line = ""
    verified_by: Line = ""
    depends_on: tuple[Id, ...] = ()
    network: Line = ""
    addresses: Annotated[dict[Id, Line], msgspec.Meta(max_length=16)] = {}
    channels: tuple[Id, ...] = ()

    def ways(self) -> tuple[Way, ...]:
        """Return how the person is told something, the first way first."""
        known = {SMS: self.sms_number(), MAIL: self.email, **self.addresses}
        wanted = dict.fromkeys(self.channels or known)
        return tuple(Way(kind, known[kind]) for kind in wanted if known.get(kind))

    def sms_number(self) -> str:
        """Return the number that takes SMS, in E.164, or nothing."""
        if isinstance(self.sms, str):
            return dialled(self.sms)
        return "" if self.sms is False else dialled(self.phone)

    def call_number(self) -> str:
        """Return the number that is rung after an alarm, in E.164, or nothing."""
        if isinstance(self.call, str):
            return dialled(self.call)
        return dialled(self.phone) if self.call else ""


def dialled(number: str) -> str:
    """Return the number as it is dialled: without what only helps the eye."""
    return re.sub(r"[^+0-9]", "", number)
