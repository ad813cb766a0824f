"""What is done in the journal's thread, inside a transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]
