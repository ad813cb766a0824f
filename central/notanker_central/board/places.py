"""Where a word begins in a text, by the function that each database has: `like` takes three times as long."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Integer
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction


class place_of(GenericFunction[int]):  # noqa: N801 - it is used as SQLAlchemy's other functions are
    """The place of a word in a text, counted from 1; 0 if it is not in it. Great and small letters differ."""

    type = Integer()
    inherit_cache = True

    def __init__(self, text: Column[str], word: str) -> None:
        super().__init__(text, word)


@compiles(place_of)
def _on_sqlite(element: place_of, compiler: Any, **settings: Any) -> str:
    return f"instr({compiler.process(element.clauses, **settings)})"


@compiles(place_of, "postgresql")
def _on_postgresql(element: place_of, compiler: Any, **settings: Any) -> str:
    return f"strpos({compiler.process(element.clauses, **settings)})"
