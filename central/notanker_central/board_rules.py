"""Rules for the board's settings, and the sentences for those who break them."""

from __future__ import annotations

import ipaddress
import zoneinfo
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from notanker.config.fields import Document
from notanker.errors import Catalogue, Entry, Problem
from notanker.plan.duty import duty
from notanker_central.reach import is_loopback, tls_context

if TYPE_CHECKING:
    from notanker_central.config import CentralConfig, Oidc

CATALOGUE: Final = Catalogue(
    {
        "unknown-zone": Entry(
            "error",
            ("Die Zeitzone „{zone}“ gibt es hier nicht.", "Zum Beispiel Europe/Berlin."),
            ("There is no time zone '{zone}' here.", "For example Europe/Berlin."),
        ),
        "board-no-login": Entry(
            "error",
            (
                "Ohne Anmeldung zeigt sich die Übersicht nur der eigenen Maschine, „{listen}“ ist mehr.",
                "login = true lassen oder auf 127.0.0.1 lauschen, ohne proxy.",
            ),
            (
                "Without a login the board is for this machine alone, '{listen}' is more.",
                "Keep login = true, or listen on 127.0.0.1 and without a proxy.",
            ),
        ),
        "board-no-tls": Entry(
            "error",
            (
                "Auf {listen} liefen Passwörter offen durchs Netz.",
                "„certificate“ und „key“ angeben, 127.0.0.1 nehmen oder unter „proxy“ den Proxy nennen.",
            ),
            (
                "On {listen} passwords would cross the network in the open.",
                "Set 'certificate' and 'key', use 127.0.0.1, or name under 'proxy' who stands in front.",
            ),
        ),
        "bad-proxy": Entry(
            "error",
            (
                "„{value}“ ist keine Adresse und kein Netz.",
                "Zum Beispiel 127.0.0.1 oder 192.0.2.0/24.",
            ),
            ("'{value}' is no address and no network.", "For example 127.0.0.1 or 192.0.2.0/24."),
        ),
        "oidc-incomplete": Entry(
            "error",
            (
                "Für die Anmeldung dort fehlt: {missing}.",
                "Alles vom Betreiber der Anmeldung erfragen und ergänzen.",
            ),
            (
                "For signing in there this is missing: {missing}.",
                "Ask whoever runs the provider, and add it.",
            ),
        ),
        "oidc-http": Entry(
            "error",
            (
                "Die Anmeldung unter „{issuer}“ ginge offen durchs Netz.",
                "Eine Adresse mit https:// angeben.",
            ),
            (
                "Signing in at '{issuer}' would cross the network in the open.",
                "Give an https:// address.",
            ),
        ),
        "unknown-agreed": Entry(
            "error",
            (
                "Die vereinbarte Zeit „{value}“ ist nicht zu verstehen.",
                "Zum Beispiel 24x7 oder Mo-Fr 07:00-19:00, Sa 08-12.",
            ),
            (
                "The agreed hours '{value}' cannot be understood.",
                "For example 24x7 or Mo-Fr 07:00-19:00, Sa 08-12.",
            ),
        ),
        "bad-board-certificate": Entry(
            "error",
            (
                "Zertifikat und Schlüssel der Übersicht sind so nicht brauchbar ({reason}).",
                "Beide als PEM angeben, zueinander passend und für den Dienst lesbar.",
            ),
            (
                "The board's certificate and key cannot be used ({reason}).",
                "Give both as PEM, matching each other and readable by the service.",
            ),
        ),
    }
)
_ALWAYS: Final = ("", "24x7", "24/7")


def check(document: Document, config: CentralConfig) -> Iterator[Problem]:
    """Give what is wrong with the board's settings."""
    yield from _open(document, config)
    yield from _certificate(document, config)
    yield from _proxies(document, config)
    yield from _oidc(document, config.oidc)
    yield from _zones(document, ("board",), config.board)
    for index, site in enumerate(_written(document)):
        if isinstance(site, dict):
            yield from _zones(document, ("site", index), site)


def _open(document: Document, config: CentralConfig) -> Iterator[Problem]:
    board = config.board
    if not board.listen:
        return
    near = is_loopback(board.host)
    place = document.place(("board", "listen"))
    if not board.login and (board.proxy or not near):
        yield CATALOGUE.problem("board-no-login", place, listen=board.listen)
    elif not near and not board.certificate and not board.proxy:
        yield CATALOGUE.problem("board-no-tls", place, listen=board.listen)


def _certificate(document: Document, config: CentralConfig) -> Iterator[Problem]:
    board = config.board
    if not board.certificate and not board.key:
        return
    try:
        tls_context(board.certificate, board.key)
    except OSError as error:
        place = document.place(("board", "certificate"))
        reason = error.strerror or str(error)
        yield CATALOGUE.problem("bad-board-certificate", place, reason=reason)


def _proxies(document: Document, config: CentralConfig) -> Iterator[Problem]:
    for name in config.board.proxy:
        try:
            ipaddress.ip_network(name)
        except ValueError:
            place = document.place(("board", "proxy"))
            yield CATALOGUE.problem("bad-proxy", place, value=name)


def _oidc(document: Document, oidc: Oidc) -> Iterator[Problem]:
    if not oidc.issuer:
        return
    place = document.place(("oidc", "issuer"))
    host = oidc.issuer.partition("://")[2].partition("/")[0]
    if oidc.issuer.startswith("http://") and not is_loopback(host.rpartition(":")[0] or host):
        yield CATALOGUE.problem("oidc-http", place, issuer=oidc.issuer)
    missing = [name for name in ("client_id", "secret_file") if not getattr(oidc, name)]
    if oidc.secret_file and not Path(oidc.secret_file).is_file():
        missing.append(oidc.secret_file)
    if not (oidc.viewers or oidc.operators or oidc.admins):
        missing.append("viewers, operators, admins")
    if missing:
        yield CATALOGUE.problem("oidc-incomplete", place, missing=", ".join(missing))


def _zones(document: Document, path: tuple[str | int, ...], of: Any) -> Iterator[Problem]:
    """Check a time zone and agreed hours, of the board's settings or of a site as it was written."""
    told = of if isinstance(of, dict) else {"time_zone": of.time_zone, "agreed": of.agreed}
    zone, agreed = told.get("time_zone", ""), told.get("agreed", "")
    if zone and isinstance(zone, str) and not _is_zone(zone):
        yield CATALOGUE.problem("unknown-zone", document.place((*path, "time_zone")), zone=zone)
    if isinstance(agreed, str) and agreed.strip().lower() not in _ALWAYS and not duty(agreed):
        yield CATALOGUE.problem("unknown-agreed", document.place((*path, "agreed")), value=agreed)


def _is_zone(name: str) -> bool:
    try:
        zoneinfo.ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        return False
    return True


def _written(document: Document) -> list[Any]:
    written = document.table.get("site", [])
    return written if isinstance(written, list) else []
