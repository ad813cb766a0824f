"""`[alarm]` of central.toml: who is told, when, and by which channel."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from notanker.core.ways import SMS
from notanker.errors import Language

Name = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,31}$")]
Address = Annotated[str, Meta(pattern=r"^https?://[^\s/]+")]
_Kind = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,31}$")]
_Way = Annotated[
    str,
    Meta(
        pattern=r"^[a-z0-9][a-z0-9_-]{0,31}:\S.{0,253}$",
        extra={
            "de": "Meldeweg und Adresse, etwa mail:anna@firma.example",
            "en": "channel and address, such as mail:anna@firma.example",
        },
    ),
]


class Channel(Struct, frozen=True, forbid_unknown_fields=True):
    """One way to people: an address of apprise, a program, a web address, or a modem of the centre's own.

    Attributes:
        kinds: The kinds of address that it takes; if none is given the channel's name, and `sms` for a modem.
        apprise: A file with one address of apprise; `{recipient}` in it becomes the person's own.
        command: A program that gets the message as JSON on its standard input.
        webhook: An address to which the same JSON is posted.
        secret: A file with the key by which what is posted is signed.
        modem: A plugin that sends SMS, as sites have it: `huawei_lte`, `at_modem`, `modemmanager`.
        options: The plugin's own, as under `[plugin.options]` of a site; the plugin checks them.
    """

    name: Name
    kinds: tuple[_Kind, ...] = ()
    apprise: Path | None = None
    command: tuple[str, ...] = ()
    webhook: Address | None = None
    secret: Path | None = None
    modem: Name | None = None
    options: dict[str, Any] = {}

    @property
    def takes(self) -> tuple[str, ...]:
        """The kinds of address that it takes."""
        return self.kinds or ((SMS,) if self.modem else (self.name,))

    def __post_init__(self) -> None:
        """Refuse a channel without a way, and one with two."""
        if sum(map(bool, (self.apprise, self.command, self.webhook, self.modem))) != 1:
            raise ValueError(
                "name: Ein Meldeweg hat genau eines von apprise, command, webhook und modem.",
                "name: A channel has exactly one of apprise, command, webhook and modem.",
            )
        if self.options and not self.modem:
            raise ValueError(
                "options: Optionen hat nur ein Modem; modem angeben oder options streichen.",
                "options: Only a modem has options; set modem, or remove options.",
            )


class Person(Struct, frozen=True, forbid_unknown_fields=True):
    """One person.

    Attributes:
        language: `de` or `en`; that of the alarms if none is given.
        ways: How the person is reached, in order: `sms:+49...`, `mail:...`.
        hours: When, as in a plan: `24x7`, `Mo-Fr 08-18`.
    """

    id: Name
    name: Annotated[str, Meta(min_length=1, max_length=80)]
    ways: Annotated[tuple[_Way, ...], Meta(min_length=1, max_length=8)]
    language: Language | None = None
    hours: str = "24x7"


class Step(Struct, frozen=True, forbid_unknown_fields=True):
    """One step of the escalation.

    Attributes:
        people: The holder, then the deputies.
        wait_s: How long an answer is waited for.
        ack: Whether one is asked for.
        on_no_ack: `next`; `deputy` to begin with the holder alone; `bridge` to call everybody together.
    """

    people: Annotated[tuple[Name, ...], Meta(min_length=1, max_length=20)]
    wait_s: Annotated[float, Meta(ge=60, le=86400)] = 300.0
    ack: bool = True
    on_no_ack: Literal["next", "deputy", "bridge"] = "next"


class Alarm(Struct, frozen=True, forbid_unknown_fields=True):
    """Whom the dead man's switch tells.

    Attributes:
        command: A program that is told everything, whoever else is.
        webhook: An address that is told everything.
        secret: A file with the key by which what is posted there is signed.
        every_s: So long after each piece of news the next is promised.
        quiet: Hours in which nobody is told that there is nothing new: `22:00-06:00`.
        per_hour: At most so many messages to one person.
        proof_s: A backup that nothing has proven for so long is an alarm; 0 turns that off.
        replies: A file with the key for answers that a gateway hands in; without it none are taken.
    """

    command: tuple[str, ...] = ()
    webhook: Annotated[str, Meta(pattern=r"^$|^https?://[^\s/]+")] = ""
    secret: Path | None = None
    language: Language = "de"
    every_s: Annotated[float, Meta(ge=300, le=86400)] = 1800.0
    quiet: Annotated[str, Meta(pattern=r"^$|^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$")] = (
        ""
    )
    per_hour: Annotated[int, Meta(ge=4, le=60)] = 20
    proof_s: Annotated[float, Meta(ge=0, le=31 * 86400)] = 3 * 3600.0
    replies: Path | None = None
    channel: tuple[Channel, ...] = ()
    person: tuple[Person, ...] = ()
    step: tuple[Step, ...] = ()
