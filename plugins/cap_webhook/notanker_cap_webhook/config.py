"""The plugin's options."""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from notanker.plugin import SecretFile
from notanker.plugin.web import address_fault

Language = Literal["de-DE", "en-GB"]
Severity = Literal["Extreme", "Severe", "Moderate", "Minor", "Unknown"]
Seconds = Annotated[float, Meta(gt=0, le=20)]
Kind = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
Words = Annotated[str, Meta(min_length=1, max_length=200)]

_NAME: Final = re.compile(r"[A-Za-z0-9._:@/-]{1,100}")
"""CAP 1.2, 3.2.1 forbids blanks, commas, < and &; and the identifier is a header as well."""


class CapWebhookConfig(msgspec.Struct, frozen=True, kw_only=True):
    """One service that takes CAP alerts.

    Attributes:
        kinds: The kinds of address of the plan that alerts are posted for; they do not bear the address.
        url: Where they are posted, `https://` only.
        site: The first part of each alert's identifier; no two sites may have the same.
        sender: Who the alert is from, as the service knows it.
        sender_name: The same for people.
        restriction: For whom the alerts are (scope Restricted).
        languages: The first is that of the messages; each further one gets the frame in its own words.
        severity: Of an alarm and its updates; an all-clear is always Minor.
        time_zone: In which the times are written.
        idempotent: Whether the service knows an `Idempotency-Key` again, so that an uncertain end is
            settled by handing the same alert over once more.
        token: A file with the token for `Authorization: Bearer`.
        hmac_key: A file with the key that signs each alert, in `X-Notanker-Signature`.
        ca: A file of certificates to trust instead of the system's.
    """

    kinds: Annotated[tuple[Kind, ...], Meta(min_length=1, max_length=8)] = ("cap",)
    url: str = ""
    site: str = "site"
    sender: str = "notanker"
    sender_name: Words = "notanker"
    restriction: Words = "internal"
    languages: Annotated[tuple[Language, ...], Meta(min_length=1, max_length=2)] = (
        "de-DE",
        "en-GB",
    )
    severity: Severity = "Severe"
    time_zone: str = "Europe/Berlin"
    idempotent: bool = True
    token: SecretFile | None = None
    hmac_key: SecretFile | None = None
    ca: Annotated[str, Meta(pattern=r"^(/.*)?$")] = ""
    connect_timeout_s: Seconds = 10.0
    answer_timeout_s: Seconds = 15.0

    def __post_init__(self) -> None:
        """Check what no type says: the address, the names that CAP allows, the time zone."""
        if self.url and address_fault(self.url, "https"):
            raise ValueError(
                "url: eine Adresse mit https:// und ohne Benutzer und Passwort eintragen.",
                "url: write an address with https:// and without a user or a password.",
            )
        for name in ("site", "sender"):
            if not _NAME.fullmatch(getattr(self, name)):
                raise ValueError(
                    f"{name}: nur Buchstaben von A bis Z, Ziffern und . _ : @ / - verwenden.",
                    f"{name}: use only letters from A to Z, digits and . _ : @ / - here.",
                )
        if len(set(self.languages)) != len(self.languages):
            raise ValueError(
                "languages: jede Sprache nur einmal nennen.", "languages: name each language once."
            )
        self._check_zone()

    def _check_zone(self) -> None:
        from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

        try:
            ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(
                "time_zone: diese Zeitzone gibt es nicht; eine wie Europe/Berlin eintragen.",
                "time_zone: there is no such time zone; write one such as Europe/Berlin.",
            ) from None
