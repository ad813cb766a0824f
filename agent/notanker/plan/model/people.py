"""`roles.toml` and `contacts.toml`: who does what, and how they are reached."""

from __future__ import annotations

import datetime as dt
import re
from typing import Literal

import msgspec

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
