"""A database that an earlier version made is taken into use with what it has."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import inspect, text
from tests.unit.central.conftest import make_beat, make_site

from notanker_central import views
from notanker_central.store import Store


def test_a_database_of_an_earlier_version_gets_the_columns_and_indexes_it_lacks(
    tmp_path: Path,
) -> None:
    url = f"sqlite:///{tmp_path}/central.sqlite"
    before = Store(url)
    before.list_sites([make_site("nord")])
    before.take(make_beat(1), 1.0)
    with before.write() as connection:
        for statement in (
            "alter table roll_up drop column signal_dbm",
            "alter table site drop column agreed",
            "drop index flip_at",
        ):
            connection.execute(text(statement))
    before.close()
    now = Store(url)
    found = inspect(now.engine)
    assert "signal_dbm" in {column["name"] for column in found.get_columns("roll_up")}
    assert "flip_at" in {index["name"] for index in found.get_indexes("flip")}
    with now.read() as connection:
        site = views.one(connection, "nord")
        assert connection.execute(text("select agreed from site")).scalar() == ""
    assert site is not None
    assert site.beat == make_beat(1)
    now.close()
