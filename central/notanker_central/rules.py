"""Rules across the fields of central.toml, and the sentences for those who break them."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from notanker.certificates import trusting
from notanker.config.fields import Document
from notanker.errors import Catalogue, Entry, Problem
from notanker_central import board_rules
from notanker_central.alarm import rules as alarms
from notanker_central.database import address
from notanker_central.reach import is_loopback, tls_context

if TYPE_CHECKING:
    from notanker_central.config import CentralConfig, Mqtt

CATALOGUE: Final = Catalogue(
    {
        "no-certificate": Entry(
            "error",
            (
                "Ohne Zertifikat liefen die Schlüssel der Standorte offen durchs Netz.",
                "„certificate“ und „key“ angeben; nur auf 127.0.0.1 oder ::1 geht auch insecure_http = true.",
            ),
            (
                "Without a certificate the sites' keys would cross the network in the open.",
                "Set 'certificate' and 'key'; only on 127.0.0.1 or ::1 insecure_http = true works too.",
            ),
        ),
        "insecure-not-loopback": Entry(
            "error",
            (
                "insecure_http gilt nur auf der eigenen Maschine, „{host}“ ist aber aus dem Netz erreichbar.",
                'host = "127.0.0.1" setzen oder Zertifikat und Schlüssel angeben.',
            ),
            (
                "insecure_http is for this machine alone, but '{host}' can be reached from the network.",
                'Set host = "127.0.0.1", or give a certificate and key.',
            ),
        ),
        "insecure-and-certificate": Entry(
            "error",
            ("insecure_http und ein Zertifikat widersprechen sich.", "Eines von beiden streichen."),
            ("insecure_http and a certificate contradict each other.", "Remove one of them."),
        ),
        "bad-certificate": Entry(
            "error",
            (
                "Zertifikat und Schlüssel sind so nicht brauchbar ({reason}).",
                "Beide als PEM angeben, zueinander passend und für den Dienst lesbar.",
            ),
            (
                "Certificate and key cannot be used ({reason}).",
                "Give both as PEM, matching each other and readable by the service.",
            ),
        ),
        "broker-in-the-open": Entry(
            "error",
            (
                "mqtt:// ohne TLS gilt nur auf der eigenen Maschine, „{host}“ ist eine andere.",
                "mqtts:// schreiben.",
            ),
            (
                "mqtt:// without TLS is for this machine alone, '{host}' is another one.",
                "Write mqtts://.",
            ),
        ),
        "broker-address": Entry(
            "error",
            (
                "„{url}“ ist keine Adresse eines Brokers.",
                "Eine wie mqtts://broker.example:8883 angeben.",
            ),
            ("'{url}' is no broker's address.", "Give one such as mqtts://broker.example:8883."),
        ),
        "broker-file": Entry(
            "error",
            (
                "Die Datei ist nicht zu gebrauchen ({reason}).",
                "Eine angeben, die der Dienst lesen darf.",
            ),
            ("The file cannot be used ({reason}).", "Give one that the service may read."),
        ),
        "bad-database": Entry(
            "error",
            (
                "Das ist keine Datenbankadresse.",
                "Zum Beispiel sqlite:////var/lib/notanker-central/central.sqlite (vier Schrägstriche).",
            ),
            (
                "This is not a database address.",
                "For example sqlite:////var/lib/notanker-central/central.sqlite (four slashes).",
            ),
        ),
        "missing-driver": Entry(
            "error",
            (
                "Dafür fehlt das Python-Paket „{package}“.",
                "notanker mit dem Extra „{extra}“ einrichten.",
            ),
            (
                "The Python package '{package}' is missing for this.",
                "Install notanker with the extra '{extra}'.",
            ),
        ),
        "bus-needs-postgresql": Entry(
            "error",
            (
                "Empfänger und Arbeiter an einem Cluster brauchen eine gemeinsame Datenbank.",
                "Unter [database] eine Adresse postgresql://… angeben.",
            ),
            (
                "Receivers and workers at a cluster need a database in common.",
                "Set an address postgresql://… under [database].",
            ),
        ),
        "same-id": Entry(
            "error",
            ("Den Standort „{value}“ gibt es schon.", "Jedem Standort eine eigene id geben."),
            ("There is a site '{value}' already.", "Give each site an id of its own."),
        ),
        "bad-authority": Entry(
            "error",
            (
                "{file} ist kein Zertifikat, das die Standorte bekommen könnten ({reason}).",
                "Die PEM-Datei der Stelle angeben, die das Zertifikat der Zentrale unterschrieben hat.",
            ),
            (
                "{file} is no certificate that sites could be given ({reason}).",
                "Give the PEM file of the authority that signed the centre's certificate.",
            ),
        ),
        "status-no-url": Entry(
            "error",
            (
                "Wer den Feed der Statusseite liest, muss sie auch finden.",
                "Unter [status_page] url angeben, zum Beispiel https://status.example.",
            ),
            (
                "Whoever reads the status page's feed has to find the page.",
                "Set url under [status_page], such as https://status.example.",
            ),
        ),
        "nobody-told": Entry(
            "warning",
            (
                "Verstummt ein Standort, erfährt es nur, wer auf die Übersicht schaut.",
                "Unter [alarm] command oder webhook angeben, oder Personen und Stufen ([[alarm.step]]).",
            ),
            (
                "When a site falls silent, only those who look at the board learn of it.",
                "Set command or webhook under [alarm], or people and steps ([[alarm.step]]).",
            ),
        ),
    }
)


def check(document: Document, config: CentralConfig) -> list[Problem]:
    """Return what is wrong across the fields."""
    found = [*_listen(document, config), *_rest(document, config), *_sites(document)]
    found += _mqtt(document, config.mqtt)
    found += _readable(document, ("bus", "ca"), config.bus.ca)
    found += board_rules.check(document, config)
    found += alarms.check(document, config.alarm, config.push)
    if not (config.alarm.command or config.alarm.webhook or config.alarm.step):
        found.append(CATALOGUE.problem("nobody-told", document.place(("alarm",))))
    return found


def _listen(document: Document, config: CentralConfig) -> Iterator[Problem]:
    listen = config.listen
    place = document.place(("listen",))
    given = bool(listen.certificate or listen.key)
    if listen.insecure_http and given:
        yield CATALOGUE.problem("insecure-and-certificate", place)
    elif listen.insecure_http and not is_loopback(listen.host):
        yield CATALOGUE.problem("insecure-not-loopback", place, host=listen.host or "*")
    elif not listen.insecure_http and not given:
        yield CATALOGUE.problem("no-certificate", place)
    elif given:
        try:
            tls_context(listen.certificate, listen.key)
        except OSError as error:
            reason = error.strerror or str(error)
            yield CATALOGUE.problem("bad-certificate", place, reason=reason)


def _rest(document: Document, config: CentralConfig) -> Iterator[Problem]:
    yield from _database(document, config)
    if config.status_page.listen and not config.status_page.url:
        yield CATALOGUE.problem("status-no-url", document.place(("status_page",)))
    if ca := config.keys.ca:
        try:
            trusting(ca)
        except OSError as error:
            place, reason = document.place(("keys", "ca")), error.strerror or str(error)
            yield CATALOGUE.problem("bad-authority", place, file=ca, reason=reason)


def _mqtt(document: Document, mqtt: Mqtt) -> Iterator[Problem]:
    try:
        parts = urlsplit(mqtt.url)
        known = parts.port != 0
    except ValueError:  # no number, or none that a port can have
        parts, known = urlsplit(""), False
    if not known or (mqtt.url and not parts.hostname):
        yield CATALOGUE.problem("broker-address", document.place(("mqtt", "url")), url=mqtt.url)
    if parts.scheme == "mqtt" and not is_loopback(parts.hostname or ""):
        yield CATALOGUE.problem(
            "broker-in-the-open", document.place(("mqtt", "url")), host=parts.hostname
        )
    yield from _readable(document, ("mqtt", "ca"), mqtt.ca)
    yield from _readable(document, ("mqtt", "password"), mqtt.password)


def _readable(document: Document, key: tuple[str, str], path: str) -> Iterator[Problem]:
    try:
        if path:
            Path(path).read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        yield CATALOGUE.problem("broker-file", document.place(key), reason=reason)


def _database(document: Document, config: CentralConfig) -> Iterator[Problem]:
    place, bus = document.place(("database", "url")), document.place(("bus", "nodes"))
    try:
        where = address(config.database.url)
        where.get_dialect()
    except (ArgumentError, NoSuchModuleError, ImportError, ValueError):
        yield CATALOGUE.problem("bad-database", place)
        return
    shared = where.get_backend_name() == "postgresql"
    if shared and find_spec("psycopg") is None:
        names = {"package": "psycopg", "extra": "postgresql"}
        yield CATALOGUE.problem("missing-driver", place, **names)
    if config.bus.nodes and not shared:
        yield CATALOGUE.problem("bus-needs-postgresql", bus)
    if config.bus.nodes and find_spec("pika") is None:
        yield CATALOGUE.problem("missing-driver", bus, package="pika", extra="rabbitmq")


def _sites(document: Document) -> Iterator[Problem]:
    # Over the table as it was written: a site that is wrong otherwise must not shift the lines.
    ids: dict[str, str] = {}
    written = document.table.get("site", [])
    for index, item in enumerate(written if isinstance(written, list) else []):
        if not isinstance(item, dict):
            continue  # told already, as the wrong value that it is
        name = str(item.get("id", ""))
        if ids.setdefault(name, f"{index}") != f"{index}" and name:
            place = document.place(("site", index, "id"))
            yield CATALOGUE.problem("same-id", place, value=name)
