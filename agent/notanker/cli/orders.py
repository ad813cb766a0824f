"""`notanker orders`: one-time codes for what is ordered by SMS, on paper and for an authenticator."""

from __future__ import annotations

import os
import secrets
from base64 import b32encode
from pathlib import Path
from typing import Final, NoReturn
from urllib.parse import quote

import click

from notanker.cli.output import (
    config_option,
    fail,
    json_option,
    print_json,
    read_config,
    say,
    say_aloud,
)
from notanker.core import codes
from notanker.files import FOR_GROUP, replace_file
from notanker.plan.values import is_id

SECRET_BYTES: Final = 20
"""160 bits, as RFC 4226, 4, R6 recommends."""


@click.group()
def orders() -> None:
    """Make one-time codes for what people order by SMS."""


@orders.command("codes")
@config_option
@json_option
@click.option("--count", type=click.IntRange(1, 100), default=20, show_default=True)
@click.option("--keep", is_flag=True, help="Keep the codes of earlier lists good.")
def make_codes(config_path: Path, as_json: bool, count: int, keep: bool) -> None:
    """Print a new list of codes for the wallet; the box keeps only their hashes.

    The codes are shown this once. Each is good once, in any order.
    """
    path = read_config(config_path).orders.paper
    if path is None:
        _not_set("paper", "/etc/notanker/secrets/paper-codes")
    listed = [_code() for _ in range(count)]
    _write(path, (_lines(path) if keep else []) + [codes.paper_hash(code) for code in listed])
    shown = [f"{code[:4]}-{code[4:]}".upper() for code in listed]
    if as_json:
        print_json(shown)
        return
    click.echo(say("Einmalcodes für Befehle per SMS", "One-time codes for orders by SMS"))
    click.echo(
        say("Jeder gilt einmal, etwa:", "Each is good once, such as:") + f" TUNNEL {shown[0]}"
    )
    for index in range(0, count, 2):
        row = [f"[ ] {number + 1:>3}  {shown[number]}" for number in range(index, count)[:2]]
        click.echo("   ".join(row))
    say_aloud(
        f"Nur die Prüfwerte stehen in {path}; die Codes werden nicht noch einmal gezeigt.",
        f"Only hashes are in {path}; the codes are not shown again.",
    )


@orders.command("enrol")
@click.argument("contact")
@config_option
def enrol(config_path: Path, contact: str) -> None:
    """Make a secret for CONTACT (an id of the plan) and show it for an authenticator, once.

    An earlier secret of the same contact ends with it.
    """
    config = read_config(config_path)
    path = config.orders.totp
    if path is None:
        _not_set("totp", "/etc/notanker/secrets/totp")
    if not is_id(contact):
        fail(
            f"„{contact}“ ist keine Kennung aus contacts.toml, wie mara-beispiel.",
            f"'{contact}' is no id of contacts.toml, such as mara-beispiel.",
        )
    secret = b32encode(os.urandom(SECRET_BYTES)).decode()
    others = [line for line in _lines(path) if line.partition(" ")[0] != contact]
    _write(path, [*others, f"{contact} {secret}"])
    click.echo(otpauth(config.site.id, contact, secret))
    say_aloud(
        "Jetzt in die Authenticator-App eintragen: es wird nicht noch einmal gezeigt.",
        "Put it into the authenticator now: it is not shown again.",
    )


def otpauth(site: str, contact: str, secret: str) -> str:
    """Return the URI that authenticators read (the Key URI format)."""
    label, issuer = quote(f"notanker {site}:{contact}"), quote(f"notanker {site}")
    return (
        f"otpauth://totp/{label}?secret={secret}&issuer={issuer}"
        f"&algorithm=SHA1&digits={codes.DIGITS}&period={codes.STEP_S}"
    )


def _code() -> str:
    return "".join(secrets.choice(codes.PAPER_CHARACTERS) for _ in range(codes.PAPER_LENGTH))


def _lines(path: Path) -> list[str]:
    """Return the lines of the file; none if there is no file yet."""
    try:
        return path.read_text("utf-8").splitlines()
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        return fail(f"{path} ist nicht lesbar: {error}.", f"{path} cannot be read: {error}.")


def _not_set(field: str, example: str) -> NoReturn:
    fail(
        f'In notanker.toml fehlt [orders] {field}; {field} = "{example}" eintragen.',
        f'notanker.toml has no [orders] {field}; write {field} = "{example}".',
    )


def _write(path: Path, lines: list[str]) -> None:
    """Write the file whole; the agent reads it through its group, and nobody else has to."""
    data = ("\n".join(lines) + "\n").encode()
    try:
        replace_file(path, data, sync=True, mode=FOR_GROUP, keep_owner=True)
    except OSError as error:
        reason = error.strerror or str(error)
        fail(f"{path} ist nicht schreibbar: {reason}.", f"{path} cannot be written: {reason}.")
