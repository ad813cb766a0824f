"""`notanker central user`: who may sign in at the board, on the centre's own machine."""

from __future__ import annotations

import os
import pwd
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from notanker.cli.central_open import become_its_user, no_database, read_central
from notanker.cli.output import fail, json_option, print_json, say

if TYPE_CHECKING:
    from sqlalchemy import Connection

ROLES: Final = ("viewer", "operator", "admin")
_WHY: Final = {
    "name": ("Das ist kein Name für ein Konto.", "That is no name for an account."),
    "taken": ("Dieses Konto gibt es schon.", "There is such an account already."),
    "unknown": ("Dieses Konto gibt es nicht.", "There is no such account."),
    "elsewhere": (
        "Dieses Konto meldet sich über OpenID Connect an und hat hier kein Passwort.",
        "This account signs in by OpenID Connect and has no password here.",
    ),
    "password": (
        "Ein Passwort hat 12 bis 256 Zeichen und ist nicht der Name.",
        "A password has 12 to 256 characters and is not the name.",
    ),
    "last-admin": (
        "Das ist der letzte Admin. Zuerst einen anderen anlegen.",
        "This is the last admin. Make another one first.",
    ),
}


@click.group("user")
def user() -> None:
    """Say who may sign in at the board, and as what: viewer, operator or admin."""


@user.command("add")
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), default="viewer", show_default=True)
@click.pass_obj
def add(config_path: Path, name: str, role: str) -> None:
    """Make an account. The password is asked for, or read from standard input."""
    from notanker_central.board import accounts
    from notanker_central.board.audit import Did
    from notanker_central.board.roles import Role

    password = _password()
    with _written(config_path, Did.ADDED, f"{name} {role}") as connection:
        accounts.add(connection, name, Role(role), password, _now_s())


@user.command("list")
@json_option
@click.pass_obj
def listed(config_path: Path, as_json: bool) -> None:
    """List the accounts."""
    from notanker_central.board import accounts

    with _store(config_path) as store, store.read() as connection:
        found = accounts.every(connection)
    if as_json:
        print_json({"accounts": found})
        return
    for one in found:
        how = "OpenID Connect" if one.elsewhere else say("Passwort", "password")
        token = say(", mit Lesezugang", ", with a token") if one.has_token else ""
        click.echo(f"{one.name:24} {one.role:10} {how}{token}")
    if not found:
        click.echo(say("Noch kein Konto.", "No account yet."))


@user.command("password")
@click.argument("name")
@click.pass_obj
def password(config_path: Path, name: str) -> None:
    """Give NAME another password and end its sessions."""
    from notanker_central.board import accounts
    from notanker_central.board.audit import Did

    wanted = _password()
    with _written(config_path, Did.PASSWORD, name) as connection:
        accounts.set_password(connection, name, wanted)


@user.command("role")
@click.argument("name")
@click.argument("role", type=click.Choice(ROLES))
@click.pass_obj
def role(config_path: Path, name: str, role: str) -> None:
    """Give NAME another role, from its next page on."""
    from notanker_central.board import accounts
    from notanker_central.board.audit import Did
    from notanker_central.board.roles import Role

    with _written(config_path, Did.ROLE, f"{name} {role}") as connection:
        accounts.set_role(connection, name, Role(role))


@user.command("token")
@click.argument("name")
@click.pass_obj
def token(config_path: Path, name: str) -> None:
    """Print a new token with which a program may read as NAME; the one before is void."""
    from notanker_central.board import accounts
    from notanker_central.board.audit import Did

    with _written(config_path, Did.TOKEN, name) as connection:
        made = accounts.make_token(connection, name)
    click.echo(made)


@user.command("remove")
@click.argument("name")
@click.pass_obj
def remove(config_path: Path, name: str) -> None:
    """Remove NAME and end its sessions; what it did stays in the audit log."""
    from notanker_central.board import accounts
    from notanker_central.board.audit import Did

    with _written(config_path, Did.REMOVED, name) as connection:
        accounts.remove(connection, name)


@contextmanager
def _written(config_path: Path, did: Any, about: str) -> Iterator[Connection]:
    """Open a transaction that changes accounts, and have it in the audit log; an error is a sentence."""
    from notanker_central.board import audit
    from notanker_central.board.accounts import AccountError

    asker = _asker()  # before the centre's own user goes on
    try:
        with _store(config_path) as store, store.write() as connection:
            yield connection
            audit.note(connection, asker, did, about, audit.CONSOLE, _now_s())
    except AccountError as error:
        fail(*_WHY[error.code])


@contextmanager
def _store(config_path: Path) -> Iterator[Any]:
    from sqlalchemy.exc import SQLAlchemyError

    from notanker_central.store import Store, StoreError

    config = read_central(config_path)
    become_its_user(config)
    try:
        store = Store(config.database.url)
    except (SQLAlchemyError, StoreError) as error:
        no_database(error)
    try:
        yield store
    finally:
        store.close()


def _password() -> str:
    """Ask twice at a terminal; else take the first line. Never an argument: the process list shows those."""
    if not sys.stdin.isatty():
        return sys.stdin.readline(1000).rstrip("\r\n")
    told: str = click.prompt(
        say("Passwort", "Password"), hide_input=True, confirmation_prompt=True, err=True
    )
    return told


def _asker() -> str:
    """Return who sits at the machine; under sudo that is who called it."""
    try:
        return os.environ.get("SUDO_USER") or pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def _now_s() -> float:
    return time.clock_gettime(time.CLOCK_REALTIME)
