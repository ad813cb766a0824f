"""The log: one line an event, for programs and for people, and nothing below the level that is wanted."""

from __future__ import annotations

import io
import json
from collections.abc import Callable

import pytest

from notanker.shell.logs import Log, Record, Write, as_json, for_people


def test_an_event_is_one_line_of_json_with_its_fields() -> None:
    stream = io.StringIO()
    Log(as_json(stream)).bind(plugin="lte1").info("switched", to="backup", took_ms=1.25)
    (line,) = stream.getvalue().splitlines()
    told = json.loads(line)
    assert told.pop("timestamp").endswith("Z")
    assert told == {
        "event": "switched",
        "level": "info",
        "plugin": "lte1",
        "to": "backup",
        "took_ms": 1.25,
    }


def test_what_json_does_not_know_is_written_all_the_same() -> None:
    stream = io.StringIO()
    Log(as_json(stream)).warning("odd", what=object, text="a\nb")
    assert json.loads(stream.getvalue())["what"] == "<class 'object'>"
    assert stream.getvalue().count("\n") == 1


@pytest.mark.parametrize("write", [as_json, for_people])
def test_a_failure_says_where_it_came_from(write: Callable[[io.StringIO], Write]) -> None:
    stream = io.StringIO()
    try:
        int("the reason")
    except ValueError as error:
        Log(write(stream)).error("part_failed", part="outbox", exc_info=error)
    assert "test_logs.py" in stream.getvalue()
    assert "ValueError: invalid literal" in stream.getvalue()


@pytest.mark.parametrize(
    ("least", "told"),
    [("debug", "diwe"), ("info", "iwe"), ("warning", "we"), ("error", "e")],
)
def test_nothing_below_the_level_is_told(least: str, told: str) -> None:
    records: list[Record] = []
    log = Log(records.append, least)
    for tell in (log.debug, log.info, log.warning, log.error):
        tell("something_happened")
    assert "".join(str(record["level"])[0] for record in records) == told


def test_a_bound_field_stays_with_its_own_log() -> None:
    records: list[Record] = []
    log = Log(records.append)
    log.bind(plugin="a").info("one")
    log.info("two")
    assert [record.get("plugin") for record in records] == ["a", None]


def test_a_log_that_cannot_be_written_stops_nothing() -> None:
    def gone(record: Record) -> None:
        raise BrokenPipeError

    Log(gone).info("switched")
    stream = io.StringIO()
    stream.close()
    Log(as_json(stream)).info("switched")
