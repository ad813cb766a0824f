"""Opens the centre's configuration and database; what cannot be ends the command with a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

import click

from notanker.cli.exits import WRONG
from notanker.cli.output import fail, print_problems
from notanker.cli.owner import become_owner
from notanker.errors import NotankerError

if TYPE_CHECKING:
    from notanker_central import CentralConfig
    from notanker_central.operate import Operator

DATABASE: Final = "notanker.central.database"
"""Where the context of a command has what `--database` says."""


def read_central(path: Path) -> CentralConfig:
    """Read central.toml, or end with its problems and status 2."""
    import notanker_central

    config, problems = notanker_central.load(path, database())
    print_problems(problems)
    if config is None:
        raise SystemExit(WRONG)
    return config


def become_its_user(config: CentralConfig) -> None:
    """Go on as the centre's own user where root calls: whoever opens the centre's database does it first."""
    from notanker_central import keys

    become_owner(keys.master_path(config).parent)


@contextmanager
def operating(config: CentralConfig) -> Iterator[Operator]:
    """Open the centre's database; what is not possible ends the command with its sentence."""
    from sqlalchemy.exc import SQLAlchemyError

    import notanker_central

    become_its_user(config)
    try:
        with notanker_central.operating(config) as operator:
            yield operator
    except notanker_central.OperatorError as error:
        fail(*error.pair)
    except notanker_central.VaultError as error:
        no_master(error)
    except (NotankerError, SQLAlchemyError) as error:
        no_database(error)


def no_database(error: Exception) -> NoReturn:
    """End with the sentence that says why the database is of no use."""
    fail(
        f"Die Datenbank der Zentrale ist so nicht zu gebrauchen: {error}.",
        f"The centre's database cannot be used: {error}.",
    )


def no_master(error: Exception) -> NoReturn:
    """End with the sentence that says that the master key does not fit, and what then."""
    fail(
        f"Der Hauptschlüssel passt nicht: {error}. Aus der Sicherung zurückholen; ist er verloren, "
        "brauchen alle Standorte neue Schlüssel (siehe docs/de/central.md).",
        f"The master key does not fit: {error}. Bring it back from the backup; if it is lost, "
        "all sites need new keys (see docs/central.md).",
    )


def database() -> str:
    """Return what --database says, whichever command is at work."""
    return str(click.get_current_context().meta.get(DATABASE, ""))
