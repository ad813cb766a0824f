"""The exit statuses of all commands."""

from __future__ import annotations

from typing import Final

OK: Final = 0
UNWELL: Final = 1
WRONG: Final = 2
SILENT: Final = 3
