"""What a plugin's child may cost: time, bytes, lines, restarts."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class PluginSpec:
    """One plugin instance as the configuration names it."""

    name: str
    kind: str
    options: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds on one child.

    Attributes:
        start_s: From the start of the process to its `Ready`; a Pi under load is slow.
        longest_deadline_s: No plugin may ask for more time than this for one call.
        queue_s: How long a call waits for its turn.
        queue_length: How many calls wait at most.
        close_s: What the child has for giving back what its device lent, when the agent ends.
        term_s: From SIGTERM to SIGKILL.
        kill_s: From SIGKILL until the agent goes on without having seen the end.
        back_off_s: Pauses before the restarts; the last one holds from `degraded_after` on.
        degraded_after: Failures in a row.
        steady_s: After so long without a failure any success makes a plugin well again.
        output_tick_s: Pause between two reads of the child's output.
        output_chunk_bytes: Read per tick at most; the rest waits in the pipe, and the child with it.
        output_line_bytes: Longer lines are cut.
        output_burst_lines: Logged at once at most.
        output_lines_per_s: Logged in the long run; what is over that is counted only.
        dropped_report_s: How often that count is logged at most.
    """

    start_s: float = 30.0
    longest_deadline_s: float = 300.0
    queue_s: float = 120.0
    queue_length: int = 64
    close_s: float = 2.0
    term_s: float = 2.0
    kill_s: float = 2.0
    back_off_s: tuple[float, ...] = (0.5, 2.0, 5.0, 15.0, 60.0)
    degraded_after: int = 5
    steady_s: float = 600.0
    output_tick_s: float = 0.1
    output_chunk_bytes: int = 65536
    output_line_bytes: int = 400
    output_burst_lines: int = 20
    output_lines_per_s: float = 1.0
    dropped_report_s: float = 60.0

    def back_off(self, failures: int) -> float:
        """Return the pause in seconds after that many failures in a row."""
        return self.back_off_s[min(failures, len(self.back_off_s)) - 1]


@dataclass(frozen=True, slots=True)
class Launch:
    """How a child is started.

    Attributes:
        python: The interpreter, the agent's own unless told otherwise.
        path: Folders that are searched for plugins before the installed ones.
    """

    python: str = sys.executable
    path: tuple[str, ...] = ()
