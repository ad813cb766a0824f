"""What addresses below a site's have in common."""

from __future__ import annotations

from typing import Final

MOST: Final = 2**53
"""No incident has a higher number."""
