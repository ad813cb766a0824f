"""Copies of the centre's database while it runs, and the way back.

A copy is written beside its final name, read back, put on the disk, and only then named: what bears a
copy's name is whole. The master key is not in it on purpose: whoever steals the copies opens nothing.
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlalchemy import URL

from notanker.core.wording import Pair
from notanker.errors import NotankerError
from notanker_central import pg_dumps
from notanker_central.database import address
from notanker_central.tables import SCHEMA_VERSION

DAY_S: Final = 86_400.0
_NAME: Final = re.compile(r"central-(\d{8}T\d{6}Z)\.(sqlite|pgdump)")
_STAMP: Final = "%Y%m%dT%H%M%SZ"


class BackupError(NotankerError):
    """A copy could not be made or brought back; `pair` says why, German and English."""

    def __init__(self, german: str, english: str) -> None:
        self.pair: Final[Pair] = (german, english)
        super().__init__(english)


def back_up(url: str, folder: Path, keep_days: float, now_s: float) -> Path:
    """Copy the database into the folder, and remove what is older than `keep_days` there.

    The newest copy always stays, and nothing is removed before a new one is whole.

    Args:
        url: Of the database, as central.toml has it.
        folder: Where the copies are.
        keep_days: So long a copy is kept.
        now_s: Wall time.

    Raises:
        BackupError: there is no copy; what was there before still is.
    """
    where = address(url)
    shared = where.get_backend_name() == "postgresql"
    stamp = datetime.fromtimestamp(now_s, UTC).strftime(_STAMP)
    final = folder / f"central-{stamp}.{'pgdump' if shared else 'sqlite'}"
    part = final.with_name(f".{final.name}.part")
    try:
        # For its owner's eyes: it says who is told of what, and when nobody is at a site.
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        (_dump if shared else _copy)(where, part)
        _on_disk(part, final)
    except (OSError, sqlite3.Error) as error:
        raise _failed(error) from error
    finally:
        part.unlink(missing_ok=True)
    _forget(folder, now_s - keep_days * DAY_S, final)
    return final


def restore(url: str, copy: Path, now_s: float) -> Path | None:
    """Put a copy in the database's place. The centre has to stand still.

    Returns:
        Where the database is that was in force until now; None with PostgreSQL, or if there was none.

    Raises:
        BackupError: it is no copy of a centre's database, or the centre runs. Nothing was changed.
    """
    where = address(url)
    try:
        if where.get_backend_name() == "postgresql":
            _load(where, copy)
            return None
        _look(copy)
        return _replace(Path(where.database or ""), copy, now_s)
    except (OSError, sqlite3.Error) as error:
        raise _failed(error) from error


def _copy(where: URL, part: Path) -> None:
    source = Path(where.database or "")
    if not source.is_file():
        raise FileNotFoundError(2, os.strerror(2), str(source))
    # SQLite's own way of copying: one moment of the database, while others write (sqlite.org/backup.html).
    with closing(sqlite3.connect(source)) as theirs, closing(sqlite3.connect(part)) as ours:
        theirs.execute("PRAGMA busy_timeout=60000")
        theirs.backup(
            ours
        )  # at one go: in pieces it would begin again with each beat that is stored
        ours.execute("PRAGMA journal_mode=DELETE")
    _look(part)


def _look(copy: Path) -> None:
    """Read the whole copy as a database of this version."""
    with closing(sqlite3.connect(f"{copy.resolve().as_uri()}?mode=ro", uri=True)) as database:
        told = database.execute("PRAGMA quick_check").fetchone()[0]
        found = database.execute("SELECT version FROM schema_version").fetchone()
    if told != "ok":
        raise sqlite3.DatabaseError(told)
    if found is None or found[0] != SCHEMA_VERSION:
        raise _other_version(copy)


def _dump(where: URL, part: Path) -> None:
    with _tools():
        pg_dumps.dump(where, part)


def _load(where: URL, copy: Path) -> None:
    with _tools():
        if pg_dumps.is_watched(where):
            raise _runs()
        pg_dumps.load(where, copy)


@contextmanager
def _tools() -> Iterator[None]:
    try:
        yield
    except pg_dumps.ToolError as error:
        raise _failed(error) from error


def _replace(database: Path, copy: Path, now_s: float) -> Path | None:
    part = database.with_name(f".{database.name}.new")
    before = None
    try:
        shutil.copyfile(copy, part)
        part.chmod(0o600)
        if os.geteuid() == 0:  # the centre's user gets it all the same
            owner = (database if database.exists() else database.parent).stat()
            os.chown(part, owner.st_uid, owner.st_gid)
        if database.exists():
            _alone(database)
            stamp = datetime.fromtimestamp(now_s, UTC).strftime(_STAMP)
            before = database.with_name(f"{database.name}.before-{stamp}")
            os.link(database, before)
        _on_disk(part, database)
    finally:
        part.unlink(missing_ok=True)
    return before


def _alone(database: Path) -> None:
    """See to it that nobody uses the database, and that all of it is in its one file.

    Only whoever is alone with a database may end its write-ahead log (sqlite.org/wal.html).
    """
    with closing(sqlite3.connect(database)) as ours:
        try:
            ours.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.OperationalError:
            raise _runs() from None


def _on_disk(part: Path, final: Path) -> None:
    """Name a file that is whole, and wait until the disk has both."""
    with part.open("rb+") as stream:
        os.fsync(stream.fileno())
    part.replace(final)
    folder = os.open(final.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _forget(folder: Path, before_s: float, newest: Path) -> None:
    for one in folder.iterdir():
        known = _NAME.fullmatch(one.name)
        if known is None or one == newest:
            continue  # somebody else's file
        made = datetime.strptime(known[1], _STAMP).replace(tzinfo=UTC)
        if made.timestamp() < before_s:
            one.unlink(missing_ok=True)


def _failed(error: Exception) -> BackupError:
    return BackupError(
        f"Das ging nicht: {error}. Platz, Rechte und Datei prüfen.",
        f"That failed: {error}. Check space, permissions and file.",
    )


def _runs() -> BackupError:
    return BackupError(
        "Die Zentrale läuft noch. Zuerst „systemctl stop notanker-central“.",
        "The centre is still running. First 'systemctl stop notanker-central'.",
    )


def _other_version(copy: Path) -> BackupError:
    return BackupError(
        f"{copy} ist keine Sicherung, die diese Version der Zentrale lesen kann.",
        f"{copy} is no copy that this version of the centre can read.",
    )
