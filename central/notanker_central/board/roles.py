"""What people may do on the board: three roles, each may all that those before it may."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """A person's role."""

    VIEWER = "viewer"
    """Sees everything but the audit log."""
    OPERATOR = "operator"
    """Acknowledges and releases."""
    ADMIN = "admin"
    """Sees who did what."""

    def allows(self, needed: Role) -> bool:
        """Tell whether one of this role may what needs that role."""
        return _RANKS[self] >= _RANKS[needed]


_RANKS: Final = {role: rank for rank, role in enumerate(Role)}
