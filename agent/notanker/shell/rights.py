"""Rights: the agent keeps its own, and hands none on."""

from __future__ import annotations

import contextlib
import ctypes
from collections.abc import Iterator
from typing import Final

CAP_NET_ADMIN: Final = 12

_PR_CAP_AMBIENT: Final = 47
_PR_CAP_AMBIENT_RAISE: Final = 2
_PR_CAP_AMBIENT_LOWER: Final = 3
_PR_CAP_AMBIENT_CLEAR_ALL: Final = 4


def keep_rights_to_oneself() -> None:
    """Clear the ambient capabilities: whatever the agent starts gets none of them (capabilities(7))."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)


@contextlib.contextmanager
def handed_on(capability: int) -> Iterator[None]:
    """Hand one right on to what this thread starts meanwhile, and to nothing else.

    Ambient capabilities are the thread's own (capabilities(7)): what other threads start gets none. Where the
    agent was not given the right to hand on (`AmbientCapabilities=` of systemd does), its child does without.
    """
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, capability, 0, 0)
    try:
        yield
    finally:
        prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_LOWER, capability, 0, 0)
