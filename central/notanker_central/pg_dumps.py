"""PostgreSQL's own programs for copies; its password is never in the process list."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, func, select
from sqlalchemy.exc import SQLAlchemyError

from notanker.errors import NotankerError
from notanker_central.database import WATCHING, open_engine

LIMIT_S: Final = 3600.0
_SAID: Final = 400


class ToolError(NotankerError):
    """pg_dump or pg_restore is missing, or did not do it; the text is what it said."""


def dump(where: URL, part: Path) -> None:
    """Write the whole database into a file, and read that back.

    Raises:
        ToolError: there is no such copy.
    """
    _run(where, ["pg_dump", "--format=custom", f"--file={part}", "--no-password", _database(where)])
    # Reads the table of contents and all of what follows it; nothing is written anywhere.
    _run(where, ["pg_restore", "--file=/dev/null", str(part)])


def load(where: URL, copy: Path) -> None:
    """Put what a file holds in the place of what the database holds: all of it, or nothing.

    Raises:
        ToolError: it could not be; the database is as it was.
    """
    ways = ["--clean", "--if-exists", "--no-owner", "--no-privileges", "--single-transaction"]
    words = ["pg_restore", *ways, "--exit-on-error", "--no-password", _database(where), str(copy)]
    _run(where, words)


def is_watched(where: URL) -> bool:
    """Return whether a centre runs on the database: one of them always holds the watch (`lease`).

    Raises:
        ToolError: the database does not answer.
    """
    engine = open_engine(where.render_as_string(hide_password=False))
    try:
        with engine.connect() as connection:
            return not connection.execute(select(func.pg_try_advisory_lock(WATCHING))).scalar()
    except SQLAlchemyError as error:
        raise ToolError(str(error)) from error
    finally:
        engine.dispose()


def _database(where: URL) -> str:
    return f"--dbname={_conninfo(where)}"


def _conninfo(where: URL) -> str:
    """Return where the database is, in the words that libpq's programs share, without the password."""
    from psycopg.conninfo import make_conninfo  # an extra

    return make_conninfo(**{**_told(where), "password": None})


def _told(where: URL) -> dict[str, Any]:
    _, told = where.get_dialect()().create_connect_args(where)
    return dict(told)


def _run(where: URL, words: Sequence[str]) -> None:
    password = _told(where).get("password")
    # Others may see a command line; a process's environment only its own user does (proc(5)).
    secret = {"PGPASSWORD": str(password)} if password else {}
    environment = {**os.environ, **secret, "LC_ALL": "C.UTF-8"}
    try:
        done = subprocess.run(
            words,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=environment,
            timeout=LIMIT_S,
            check=False,
        )
    except FileNotFoundError:
        raise ToolError(f"{words[0]} is missing (Debian's package postgresql-client)") from None
    except subprocess.TimeoutExpired:
        raise ToolError(f"{words[0]} did not end in {LIMIT_S:.0f} s") from None
    if done.returncode:
        raise ToolError(f"{words[0]}: {done.stderr.decode(errors='replace').strip()[:_SAID]}")
