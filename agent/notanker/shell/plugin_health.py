"""When a plugin is well, restarting or degraded: counts failures in a row and what ends the row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from notanker.core.names import PluginHealth
from notanker.core.status import PluginStatus
from notanker.shell.plugin_limits import Limits, PluginSpec

STARTING: Final = "start"
IDLE: Final = "idle"


class PluginRecord:
    """The record of one plugin instance.

    A success ends a row of failures only if it is of the same kind: a modem whose `state` answers
    while every `send` hangs is not well. After `steady_s` without a failure any success will do.
    """

    def __init__(
        self, spec: PluginSpec, limits: Limits, on_change: Callable[[PluginStatus], None]
    ) -> None:
        self.status = PluginStatus(spec.name, spec.kind, PluginHealth.STARTING)
        self._limits: Final = limits
        self._on_change: Final = on_change
        self._guilty = ""
        self._failed_at = 0.0

    def failed(self, what: str, reason: str, now: float, *, hopeless: bool = False) -> float:
        """Note a failure of a method, of `STARTING` or while `IDLE`.

        Args:
            what: What failed.
            reason: Why, for people.
            now: The monotonic clock, in seconds.
            hopeless: A repeat cannot help until somebody changes something.

        Returns:
            The pause in seconds before the next start.
        """
        self._guilty, self._failed_at = what, now
        most = self._limits.degraded_after
        failures = max(most, self.status.failures + 1) if hopeless else self.status.failures + 1
        health = PluginHealth.DEGRADED if failures >= most else PluginHealth.RESTARTING
        self._tell(replace(self.status, health=health, failures=failures, reason=reason))
        return self._limits.back_off(failures)

    def succeeded(self, what: str, now: float) -> None:
        """Note that something of the kind worked."""
        if what == self._guilty or now - self._failed_at >= self._limits.steady_s:
            self._tell(replace(self.status, health=PluginHealth.OK, failures=0, reason=""))
        elif self.status.health in (PluginHealth.STARTING, PluginHealth.RESTARTING):
            self._tell(replace(self.status, health=PluginHealth.OK))

    def _tell(self, status: PluginStatus) -> None:
        if status != self.status:
            self.status = status
            self._on_change(status)
