"""The board reads the indexes that were made for it: SQLite would take the one of all sites if it could."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, event

from notanker_central import views
from notanker_central.board import fleets, incidents
from notanker_central.board.filters import Filter
from notanker_central.store import Store


@contextmanager
def heard(store: Store) -> Iterator[list[tuple[str, object]]]:
    told: list[tuple[str, object]] = []

    def hear(_c: object, _u: object, sql: str, parameters: object, *_: object) -> None:
        told.append((sql, parameters))

    event.listen(store.engine, "before_cursor_execute", hear)
    yield told
    event.remove(store.engine, "before_cursor_execute", hear)


def plans(store: Store, read: Callable[[Connection], object]) -> str:
    with heard(store) as told, store.read() as connection:
        read(connection)
    asked = [(sql, values) for sql, values in told if "SELECT" in sql]
    with store.read() as connection:
        steps = [
            connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values).all()  # type: ignore[arg-type]  # as the driver got them
            for sql, values in asked
        ]
    return "\n".join(str(row[-1]) for found in steps for row in found)


@pytest.mark.parametrize(
    ("read", "index"),
    [
        (incidents.count_unheld, "site_open (incidents>?)"),
        (lambda connection: incidents.page(connection, 1), "site_open (incidents>?)"),
        (lambda connection: fleets.choices(connection)[0], "site_regions (region>?)"),
        (lambda connection: fleets.choices(connection)[1], "site_operators (operator>?)"),
        (lambda connection: fleets.regions(connection, Filter(), 1.0), "COVERING INDEX site_regions"),
        (views.counts, "COVERING INDEX site_glance"),
        (lambda connection: views.page(connection, 2), "COVERING INDEX site_glance"),
        (views.alarms, "alarm_closed (closed_s=?)"),
    ],
)  # fmt: skip
def test_a_list_is_read_out_of_its_index(
    read: Callable[[Connection], object], index: str, store: Store
) -> None:
    assert index in plans(store, read)


def test_regions_need_no_sorting(store: Store) -> None:
    told = plans(store, lambda connection: fleets.regions(connection, Filter(), 1.0))
    assert "TEMP B-TREE" not in told


def test_a_filter_by_region_or_operator_reads_no_row_to_count(store: Store) -> None:
    for wanted in (Filter(region="Küste"), Filter(operator="Funk Eins"), Filter(q="nord")):
        told = plans(store, lambda connection, w=wanted: fleets.find(connection, w, 1.0))  # type: ignore[misc]  # mypy infers no type of the default
        assert told.count("COVERING INDEX site_glance") == 2
