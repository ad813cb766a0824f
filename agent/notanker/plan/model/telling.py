"""`escalation.toml`: who is told in which order, the bridge, and the announcements."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

import msgspec

from notanker.core.allowance import PER_HOUR
from notanker.core.chasing import REPORT_S
from notanker.plan.model.head import Text
from notanker.plan.values import Count, Id, Line, Names, Phone, Pin, Seconds


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step of the escalation: who is told, and how long an answer is waited for.

    Attributes:
        channels: The kinds of ways that this step takes, in order; who has none of them is told by his own.
        wait_s: From this step's messages to what `on_no_ack` says, if nobody has acknowledged.
    """

    order: Count
    role: Id
    channels: Names
    wait_s: Seconds
    ack: Literal["reply", "call", "none"]
    on_no_ack: Literal["next", "deputy", "bridge"]


class Bridge(msgspec.Struct, frozen=True, kw_only=True):
    """The telephone conference that the crisis is led in.

    Attributes:
        depends_on: What it cannot be reached without, as at a contact.
    """

    phone: Phone
    pin: Pin
    moderator_role: Id
    opens_when: Text
    backup_phone: Phone = ""
    depends_on: tuple[Id, ...] = ()
    tested_on: dt.date | None = None


class Announcement(msgspec.Struct, frozen=True, kw_only=True):
    """How the announcement of one head number is switched on."""

    head_number: Phone
    switch_contact: Id
    switch_method: Literal["portal", "phone", "fax"]
    text_template: Line
    lead_time_min: Annotated[int, msgspec.Meta(ge=0, le=1440)]
    check: Line
    tested_on: dt.date
    depends_on: tuple[Id, ...] = ()


class Quiet(msgspec.Struct, frozen=True, kw_only=True):
    """Hours in which only alarms are sent."""

    begin: Annotated[str, msgspec.Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    end: Annotated[str, msgspec.Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How much may be sent.

    Attributes:
        sms_per_hour: Messages to one person, by whatever way; what is over that is merged.
        report_s: Without a delivery report by then, a copy goes over the person's next way.
    """

    sms_per_hour: Annotated[int, msgspec.Meta(ge=1, le=1000)] = PER_HOUR
    report_s: Annotated[float, msgspec.Meta(ge=30, le=3600)] = REPORT_S


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """A role that is told when the alarm goes out, without being asked to do anything: the hotline."""

    role: Id
    template: Annotated[str, msgspec.Meta(pattern=r"^T[0-9]{1,2}$")]


class Updates(msgspec.Struct, frozen=True, kw_only=True):
    """How often those who know of an incident are told how it stands, 0 for never."""

    every_min: Annotated[int, msgspec.Meta(ge=0, le=1440)] = 30


class Agreed(msgspec.Struct, frozen=True, kw_only=True):
    """What the report measures an incident against; what is not said is shipped.

    Attributes:
        hotline_s: From the opening to the first notice to the hotline.
        takeover_s: From the opening to the traffic on the backup uplink.
    """

    hotline_s: Seconds | None = None
    takeover_s: Seconds | None = None


class Escalation(msgspec.Struct, frozen=True, kw_only=True):
    """`escalation.toml`; the steps are in their order."""

    steps: tuple[Step, ...] = ()
    bridge: Bridge | None = None
    announcements: tuple[Announcement, ...] = ()
    notices: tuple[Notice, ...] = ()
    updates: Updates = Updates()
    quiet: Quiet | None = None
    limits: Limits = Limits()
    targets: Agreed = Agreed()
