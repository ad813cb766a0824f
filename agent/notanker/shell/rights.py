"""Rights: the agent keeps its own, and hands none on."""

from __future__ import annotations

import ctypes
from typing import Final

_PR_CAP_AMBIENT: Final = 47
_PR_CAP_AMBIENT_CLEAR_ALL: Final = 4


def keep_rights_to_oneself() -> None:
    """Clear the ambient capabilities: whatever the agent starts gets none of them (capabilities(7))."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
