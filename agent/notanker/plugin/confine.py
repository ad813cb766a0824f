"""Takes from this process what a plugin never needs, before any code of the plugin runs.

capabilities(7), prctl(2), capset(2). libc has no wrapper in Python's standard library, hence ctypes.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
from pathlib import Path
from typing import Final

_PR_SET_PDEATHSIG: Final = 1
_PR_SET_DUMPABLE: Final = 4
_PR_CAPBSET_DROP: Final = 24
_PR_SET_NO_NEW_PRIVS: Final = 38
_PR_CAP_AMBIENT: Final = 47
_PR_CAP_AMBIENT_CLEAR_ALL: Final = 4
_CAPABILITY_VERSION_3: Final = 0x20080522
_CAPABILITIES: Final = 64
_FIRST_TO_DIE: Final = b"500"
"""When memory runs out the kernel shall take a plugin, not the agent (proc(5), oom_score_adj)."""
_NICENESS: Final = 5


def confine(parent: int) -> None:
    """Die with the parent, and give up every capability, core dumps and precedence.

    Args:
        parent: The process id of the agent.

    Raises:
        OSError: the kernel refused.
        SystemExit: the parent is gone already.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    _be_first_to_die()
    _drop_bounding_set(libc)
    # Kernels before 4.3 have no ambient set, so there is nothing to clear.
    libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
    _drop_capabilities(libc)
    _prctl(libc, _PR_SET_NO_NEW_PRIVS, 1)
    _prctl(libc, _PR_SET_DUMPABLE, 0)
    # Last, because the kernel forgets this signal when credentials change.
    _prctl(libc, _PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before the line above took effect
        sys.exit(1)


def _be_first_to_die() -> None:
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_bytes(_FIRST_TO_DIE)
    with contextlib.suppress(OSError):
        os.nice(_NICENESS)


def _drop_bounding_set(libc: ctypes.CDLL) -> None:
    # Needs CAP_SETPCAP, and the kernel knows fewer than 64: both refusals are harmless, because
    # NO_NEW_PRIVS keeps an execve from adding anything.
    for number in range(_CAPABILITIES):
        libc.prctl(_PR_CAPBSET_DROP, number, 0, 0, 0)


def _drop_capabilities(libc: ctypes.CDLL) -> None:
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    nothing = (ctypes.c_uint32 * 6)()
    if libc.capset(header, nothing) != 0:
        raise OSError(ctypes.get_errno(), "capset")


def _prctl(libc: ctypes.CDLL, option: int, value: int) -> None:
    if libc.prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), f"prctl {option}")
