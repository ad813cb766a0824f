"""Why a call to a plugin has no result, where the plugin itself did not say."""

from __future__ import annotations

from typing import Final

from notanker.errors import NotankerError
from notanker.plugin import Permanent, PluginError, Retry, Unknown
from notanker.plugin.frames import Fault

MAY_HAVE_LEFT: Final = frozenset({"send"})
"""Calls whose loss leaves open whether they were done; all others may simply be asked again."""


class PluginDown(NotankerError):  # noqa: N818 - named like the answers beside it
    """The plugin's child cannot be asked, or ended before it did anything that lasts."""

    def __init__(self, reason: str) -> None:
        self.reason: Final = reason
        super().__init__(reason)


class LinkBroken(NotankerError):  # noqa: N818
    """The wire to a child ended, or what came over it breaks the protocol."""

    def __init__(self, reason: str) -> None:
        self.reason: Final = reason
        super().__init__(reason)


def lost(method: str, reason: str, *, handed_over: bool) -> Unknown | PluginDown:
    """Return what a caller gets whose call has no answer.

    Args:
        method: What was called.
        reason: What became of the child.
        handed_over: The child may have read the whole call.
    """
    if handed_over and method in MAY_HAVE_LEFT:
        return Unknown(reason)
    return PluginDown(reason)


def answered(fault: Fault) -> PluginError:
    """Return the plugin's own answer as the exception that it raised."""
    if fault.kind == "retry":
        return Retry(fault.after_s, fault.reason, fault.left)
    if fault.kind == "unknown":
        return Unknown(fault.reason, fault.left)
    return Permanent(fault.reason, fault.left)
