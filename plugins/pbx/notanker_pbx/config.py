"""The plugin's options."""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from notanker.plugin import Order, SecretFile

METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")

Line = Annotated[str, Meta(pattern=r"^[^\x00-\x1f\x7f]*$", max_length=2000)]
Body = Annotated[str, Meta(max_length=20_000)]
Path = Annotated[str, Meta(pattern=r"^(/[A-Za-z0-9._/-]+)?$")]
"""ssh reads blanks, quotes, % and $ in a path as its own signs (ssh_config(5), TOKENS)."""
Seconds = Annotated[float, Meta(gt=0, le=30)]


class PbxConfig(msgspec.Struct, frozen=True, kw_only=True):
    """One announcement of one telephone system.

    Attributes:
        way: How the system is reached.
        on: What switches the announcement on: `PUT https://...` or, by SSH, a command.
        off: What switches it off.
        ask: What asks for its state; empty: it cannot be asked.
        on_body: What is sent with `on` (HTTP).
        says_on: The word in the answer to `ask` that means on.
        settle_s: How long the system may take until `ask` shows what was ordered.
        secret: A file with the token, password or key (HTTP).
        log_in: `bearer`, `basic` (the file holds `user:password`), or the name of a header.
        ca: A file of certificates to trust instead of the system's (HTTP).
        key: A file with the private key (SSH).
        known_hosts: A file with the system's host key; no other is accepted (SSH).
    """

    way: Literal["http", "ssh"] = "http"
    on: Line = ""
    off: Line = ""
    ask: Line = ""
    on_body: Body = ""
    off_body: Body = ""
    content_type: Annotated[str, Meta(pattern=r"^[!-~ ]+$", max_length=100)] = "application/json"
    says_on: Annotated[str, Meta(min_length=1, max_length=100)] = "on"
    says_off: Annotated[str, Meta(min_length=1, max_length=100)] = "off"
    settle_s: Annotated[float, Meta(ge=0, le=60)] = 5.0
    secret: SecretFile | None = None
    log_in: Annotated[str, Meta(pattern=r"^[A-Za-z0-9-]{1,60}$")] = "bearer"
    ca: Path = ""
    host: Annotated[str, Meta(pattern=r"^([A-Za-z0-9.:_][A-Za-z0-9.:_-]*)?$", max_length=253)] = ""
    port: Annotated[int, Meta(ge=1, le=65535)] = 22
    user: Annotated[str, Meta(pattern=r"^([A-Za-z0-9._][A-Za-z0-9._-]*)?$", max_length=64)] = ""
    key: Path = ""
    known_hosts: Path = ""
    connect_timeout_s: Seconds = 10.0
    answer_timeout_s: Seconds = 15.0

    def order(self, order: Order) -> tuple[str, str]:
        """Return the request or command for an order, and the body that goes with it."""
        return (self.on, self.on_body) if order == "on" else (self.off, self.off_body)

    def __post_init__(self) -> None:
        """Check what no type says: that both orders are there and differ, and that the way is complete.

        Raises:
            ValueError: one of it is not so, in German and English.
        """
        if self.says_on.casefold() == self.says_off.casefold():
            raise ValueError(
                "says_on und says_off sind gleich; die Wörter eintragen, die an und aus bedeuten.",
                "says_on and says_off are the same; write the words that mean on and off.",
            )
        if not (self.on or self.off):
            return
        if self.order("on") == self.order("off") or not (self.on and self.off):
            raise ValueError(
                "on und off müssen beide dastehen und sich unterscheiden: was nur umschaltet, lässt nach"
                " einem Absturz niemanden wissen, ob die Ansage läuft.",
                "on and off must both be there and differ: what only toggles leaves nobody knowing, after a"
                " crash, whether the announcement plays.",
            )
        self._check_http() if self.way == "http" else self._check_ssh()

    def _check_http(self) -> None:
        from notanker.plugin.web import address_fault

        for name in ("on", "off", "ask"):
            method, _, url = getattr(self, name).partition(" ")
            if method and (method not in METHODS or address_fault(url, "https", "http")):
                raise ValueError(
                    f"{name}: Methode und Adresse eintragen, wie PUT https://pbx.example/ansage,"
                    " ohne Benutzer und Passwort.",
                    f"{name}: write method and address, such as PUT https://pbx.example/announcement,"
                    " without a user or a password.",
                )

    def _check_ssh(self) -> None:
        for name in ("host", "user", "key", "known_hosts"):
            if not getattr(self, name):
                raise ValueError(
                    f'{name} fehlt; für way = "ssh" wird es gebraucht.',
                    f'{name} is missing; way = "ssh" needs it.',
                )
