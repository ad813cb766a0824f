"""How the centre reaches its database: a file of SQLite, or PostgreSQL for several receivers side by side."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url

PREPARING: Final = 0x6E_6F_74_61
WATCHING: Final = PREPARING + 1
"""Numbers of advisory locks: whoever makes the tables, whoever watches."""

_POSTGRESQL: Final = {
    "connect_timeout": 10,
    "application_name": "notanker",
    # A server or client that is gone without a word is found out in 15 s, not after two hours (tcp(7)).
    "keepalives_idle": 5,
    "keepalives_interval": 5,
    "keepalives_count": 2,
    "tcp_user_timeout": 15_000,
    "options": "-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=2"
    " -c lock_timeout=15s -c statement_timeout=60s -c idle_in_transaction_session_timeout=60s",
}


def address(url: str) -> URL:
    """Return the address of a database, with the driver that the centre uses.

    Raises:
        sqlalchemy.exc.ArgumentError: it is none.
    """
    found = make_url(url)
    if found.drivername in ("postgresql", "postgres"):
        return found.set(drivername="postgresql+psycopg")
    return found


def open_engine(url: str) -> Engine:
    """Open a database; each connection is checked before it is used again, so a restart of it is survived.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: there is no such database, or the driver is not installed.
    """
    where = address(url)
    if where.get_backend_name() == "postgresql":
        return create_engine(where, pool_pre_ping=True, connect_args=_POSTGRESQL)
    engine = create_engine(where)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _on_connect)
        event.listen(engine, "begin", _on_begin)
    return engine


def _on_connect(connection: Any, _record: object) -> None:
    # Transactions begin where `_on_begin` says, not where sqlite3 guesses.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _on_begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
