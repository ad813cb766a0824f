"""Gives memory back that only a start, or a new plan, has needed."""

from __future__ import annotations

import ctypes
import gc


def give_back() -> None:
    """Free what lies about, and hand free pages back to the kernel where the C library can (glibc)."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
