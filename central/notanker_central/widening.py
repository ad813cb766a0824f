"""Gives tables that an earlier version made what this one has more: columns and indexes.

What is added may be empty or has a default, so that the earlier version can go on with the same database:
an update can be taken back.
"""

from __future__ import annotations

from sqlalchemy import Connection, MetaData, Table, inspect
from sqlalchemy.schema import CreateColumn


def widen(connection: Connection, metadata: MetaData) -> None:
    """Add the columns and indexes that are missing. The tables are there already.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: a column can neither be empty nor has it a default.
    """
    found = inspect(connection)
    for table in metadata.sorted_tables:
        there = {column["name"] for column in found.get_columns(table.name)}
        _add_columns(connection, table, there)
        named = {index["name"] for index in found.get_indexes(table.name)}
        for index in table.indexes:
            if index.name not in named:
                index.create(connection)


def _add_columns(connection: Connection, table: Table, there: set[str]) -> None:
    for column in table.columns:
        if column.name not in there:
            written = CreateColumn(column).compile(dialect=connection.dialect)
            name = connection.dialect.identifier_preparer.format_table(table)
            connection.exec_driver_sql(f"ALTER TABLE {name} ADD COLUMN {written}")
