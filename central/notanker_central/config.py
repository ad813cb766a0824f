"""central.toml: what the centre listens on, which sites it knows, and whom it tells."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar

import msgspec
from msgspec import Meta, Struct

from notanker.config.fields import Document, convert, convert_items, read
from notanker.errors import Language, Problem, errors_of
from notanker_central.alarm.settings import Alarm
from notanker_central.listening import Address, Listening
from notanker_central.metrics_settings import Metrics
from notanker_central.push.settings import Push
from notanker_central.rules import check

_Port = Annotated[int, Meta(ge=0, le=65535)]
_Seconds = Annotated[float, Meta(ge=1, le=86400)]
_Latitude = Annotated[float, Meta(ge=-90, le=90)]
_Longitude = Annotated[float, Meta(ge=-180, le=180)]
_Id = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9._-]{0,62}$")]


_Template = Annotated[
    str,
    Meta(
        pattern=r"^T\d{1,2}$",
        extra={"de": "eine Textkennung wie T9", "en": "a text's id such as T9"},
    ),
]


class Listen(Struct, frozen=True, forbid_unknown_fields=True):
    """Where beats come in. An empty `host` means every address of the machine."""

    host: str = ""
    port: _Port = 8443
    certificate: str = ""
    key: str = ""
    insecure_http: bool = False


class Database(Struct, frozen=True, forbid_unknown_fields=True):
    """Where it is all kept, as an SQLAlchemy address."""

    url: str = "sqlite:////var/lib/notanker-central/central.sqlite"


class Board(Listening, frozen=True, forbid_unknown_fields=True):
    """The fleet board.

    Attributes:
        login: Whether people sign in; without it this machine alone is let in, and all may do all.
        certificate: For TLS, with `key`; without it the board is for this machine or for a proxy.
        proxy: Addresses or networks of the proxies whose X-Forwarded headers are believed.
        agreed: The hours that availability is reported for, such as `Mo-Fr 07-19`; a site may have its own.
    """

    listen: Address = "127.0.0.1:8444"
    title: str = "Standorte"
    language: Language = "de"
    time_zone: str = "Europe/Berlin"
    login: bool = True
    certificate: str = ""
    key: str = ""
    proxy: tuple[str, ...] = ()
    agreed: str = "24x7"


class Udp(Listening, frozen=True, forbid_unknown_fields=True):
    """Where beats come in as datagrams, such as `:8443`, which is every address; without it, nowhere."""

    listen: Annotated[str, Meta(pattern=r"^$|^(\[[0-9a-fA-F:]+\]|[^:\[\]]*):\d{1,5}$")] = ""


class Mqtt(Struct, frozen=True, forbid_unknown_fields=True):
    """The broker that beats are taken from; without it, none.

    Attributes:
        url: `mqtts://` and its name; `mqtt://` for one on this machine.
        ca: File with the certificate of the authority that signed its own; else the system's.
        user: Whom the broker knows.
        password: The file with that user's password.
        share: Name of the subscription that several receivers share; empty for one receiver alone.
        client: The name of the connection, another one for each receiver.
    """

    url: Annotated[str, Meta(pattern=r"^$|^mqtts?://[^\s/@]+$")] = ""
    ca: str = ""
    user: str = ""
    password: str = ""
    share: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{0,64}$")] = ""
    client: Annotated[str, Meta(pattern=r"^[A-Za-z0-9._-]{1,64}$")] = "notanker-central"


class Oidc(Struct, frozen=True, forbid_unknown_fields=True):
    """An identity provider that vouches for people (OpenID Connect); without an issuer there is none.

    Attributes:
        name: What the way in is called on the page.
        issuer: The provider's address, as it stands in its tokens.
        secret_file: Holds the client's secret.
        claim: Which claim names the person's groups.
        viewers: Groups that may see; `operators` and `admins` likewise. Who is in none is not let in.
    """

    name: str = "OpenID Connect"
    issuer: Annotated[str, Meta(pattern=r"^$|^https?://[^\s/]+")] = ""
    client_id: str = ""
    secret_file: str = ""
    claim: str = "groups"
    viewers: tuple[str, ...] = ()
    operators: tuple[str, ...] = ()
    admins: tuple[str, ...] = ()


class Plans(Struct, frozen=True, forbid_unknown_fields=True):
    """The plan depot; without a folder there is none.

    Attributes:
        folder: Holds a packed and signed plan for each site, in a folder of the site's id.
        archive: Where the centre keeps what it hands out; its own.
        staged: Whether a plan reaches a site only after `notanker central plan roll-out`.
    """

    folder: str = ""
    archive: str = "/var/lib/notanker-central/depot"
    staged: bool = False


class StatusPage(Listening, frozen=True, forbid_unknown_fields=True):
    """The status page; without `listen` there is none.

    Attributes:
        listen: Its own address. Beyond this machine it speaks TLS with the certificate of `[listen]`.
        url: Where people find it; the feed has to say so.
        title: Above the page and in feed readers.
        texts: Which texts are for the public, once they are released.
        days: So long an incident that is over stays.
        imprint: Address of the operator's imprint.
    """

    url: Annotated[str, Meta(pattern=r"^$|^https?://[^\s/]+(/[^\s?#]*)?$")] = ""
    title: str = "Störungen"
    texts: Annotated[tuple[_Template, ...], Meta(min_length=1, max_length=8)] = ("T9", "T13")
    days: Annotated[float, Meta(ge=0, le=365)] = 7.0
    imprint: Annotated[str, Meta(pattern=r"^$|^https?://[^\s/]+")] = ""


class Keys(Struct, frozen=True, forbid_unknown_fields=True):
    """How sites get their keys, and what the database's keys are sealed by.

    Attributes:
        master: File with the master key; without one, `central.master` beside the SQLite file.
        url: How sites reach the centre, as https://central.example:8443; it is written on the code's paper.
        ca: PEM of who signed the centre's certificate, handed to each site; none if everybody trusts it.
    """

    master: str = ""
    url: Annotated[str, Meta(pattern=r"^$|^https://[^\s/?#@]+$")] = ""
    ca: str = ""


class Bus(Struct, frozen=True, forbid_unknown_fields=True):
    """The RabbitMQ cluster that receivers hand beats to and workers take them from; without nodes, none.

    Attributes:
        nodes: Their addresses, each with user and password.
        ca: File with the certificate of the authority that signed theirs; else the system's.
    """

    nodes: tuple[Annotated[str, Meta(pattern=r"^amqps?://[^\s]+$")], ...] = ()
    ca: str = ""


class Site(Struct, frozen=True, forbid_unknown_fields=True):
    """One site that may report; others are added by command."""

    id: _Id
    name: str
    interval_s: _Seconds = 60.0
    grace_s: _Seconds = 80.0
    region: str = ""
    place: tuple[_Latitude, _Longitude] | None = None
    time_zone: str = ""
    agreed: str = ""


def site_of(site: str, told: Mapping[str, object]) -> Site | None:
    """Return a site that a command describes, None if its id cannot be one.

    Args:
        site: Its id, and its name where `told` has none.
        told: Fields of `Site`; what it does not have is as in central.toml.
    """
    try:
        return msgspec.convert({**told, "id": site, "name": told.get("name") or site}, Site)
    except msgspec.ValidationError:
        return None


class CentralConfig(Struct, frozen=True):
    """The whole of central.toml."""

    listen: Listen
    database: Database
    board: Board
    alarm: Alarm
    sites: tuple[Site, ...]
    plans: Plans = Plans()
    status_page: StatusPage = StatusPage()
    keys: Keys = Keys()
    udp: Udp = Udp()
    mqtt: Mqtt = Mqtt()
    oidc: Oidc = Oidc()
    bus: Bus = Bus()
    metrics: Metrics = Metrics()
    push: tuple[Push, ...] = ()


class _Head(Struct, frozen=True):
    """All tables but the sites, which are read one by one so that one fault hides no other."""

    listen: Listen = Listen()
    database: Database = Database()
    board: Board = Board()
    alarm: Alarm = Alarm()
    plans: Plans = Plans()
    status_page: StatusPage = StatusPage()
    keys: Keys = Keys()
    udp: Udp = Udp()
    mqtt: Mqtt = Mqtt()
    oidc: Oidc = Oidc()
    bus: Bus = Bus()
    metrics: Metrics = Metrics()
    push: list[dict[str, object]] = []
    site: list[dict[str, object]] = []


_S = TypeVar("_S", bound=Struct)
_TABLES: Final = {
    "listen": Listen,
    "database": Database,
    "board": Board,
    "alarm": Alarm,
    "plans": Plans,
    "status_page": StatusPage,
    "keys": Keys,
    "udp": Udp,
    "mqtt": Mqtt,
    "oidc": Oidc,
    "bus": Bus,
    "metrics": Metrics,
}


def load(path: Path, database: str = "") -> tuple[CentralConfig | None, list[Problem]]:
    """Read central.toml.

    Args:
        path: Where it is.
        database: Takes the place of its `url` under `[database]`; empty for none.

    Returns:
        The configuration, or None if it cannot be used, and every problem found. A configuration that can
        be used may still come with warnings.
    """
    document, problems = read(path)
    if document is None:
        return None, problems
    if database:
        table = {**document.table, "database": {"url": database}}
        document = dataclasses.replace(document, table=table)
    config, problems = _convert(document)
    problems += check(document, config)
    return (None if errors_of(problems) else config), problems


def _convert(document: Document) -> tuple[CentralConfig, list[Problem]]:
    unknown = {key: 0 for key in document.table if key not in {*_TABLES, "site", "push"}}
    problems: list[Problem] = []
    if unknown:
        _, problems = convert(Document(document.file, unknown, document.lines), _Head)
    tables: dict[str, Any] = {}
    for key, table in _TABLES.items():
        tables[key], found = _table(document, key, table())
        problems += found
    sites, found = convert_items(document, "site", Site)
    pushes, found_pushes = convert_items(document, "push", Push)
    config = CentralConfig(**tables, sites=sites, push=pushes)
    return config, [*problems, *found, *found_pushes]


def _table(document: Document, key: str, default: _S) -> tuple[_S, list[Problem]]:
    if key not in document.table:
        return default, []
    value, problems = convert(document, type(default), (key,))
    return (default if value is None else value), problems
