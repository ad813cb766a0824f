"""What a database is asked while something runs, how long each statement takes, and by which plan."""

import time
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, event


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement with what it was asked with; `took_ms` until its first row."""

    sql: str
    parameters: Any
    took_ms: float


class Statements:
    """Listens to an engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._begun_s = 0.0
        self._quiet = False
        self.heard: list[Statement] = []
        event.listen(engine, "before_cursor_execute", self._begin)
        event.listen(engine, "after_cursor_execute", self._end)

    def took_ms(self) -> float:
        """Give what all of them took."""
        return sum(one.took_ms for one in self.heard)

    def plan(self, statement: Statement) -> list[str]:
        """Give how the database goes about a statement, a line for each step."""
        explain = "explain query plan" if self._engine.dialect.name == "sqlite" else "explain"
        self._quiet = True
        try:
            with self._engine.begin() as connection:
                found = connection.exec_driver_sql(
                    f"{explain} {statement.sql}", statement.parameters
                )
                return [str(row[-1]) for row in found]
        finally:
            self._quiet = False

    def _begin(self, *_: Any) -> None:
        self._begun_s = time.perf_counter()

    def _end(self, _connection: Any, _cursor: Any, sql: str, parameters: Any, *_: Any) -> None:
        if not self._quiet:
            took_ms = (time.perf_counter() - self._begun_s) * 1000
            self.heard.append(Statement(sql, parameters, took_ms))
