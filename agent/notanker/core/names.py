"""The closed lists: states, verdicts, causes, outcomes. Their values are what files and wires hold."""

from __future__ import annotations

from enum import StrEnum


class Uplink(StrEnum):
    """The two paths to the internet."""

    PRIMARY = "primary"
    BACKUP = "backup"


class Line(StrEnum):
    """Where the site's traffic goes, and why (the failover machine's states)."""

    PRIMARY = "primary"
    HOLD_OFF = "hold_off"
    ISOLATED = "isolated"
    BACKUP = "backup"
    WAIT_TO_RESTORE = "wait_to_restore"


class Verdict(StrEnum):
    """What the detector says of an uplink. An uplink not yet proven is `unknown`, never `up`."""

    UNKNOWN = "unknown"
    UP = "up"
    DOWN = "down"


class Layer(StrEnum):
    """What a probe asks with; each layer is judged by itself."""

    ICMP = "icmp"
    DNS = "dns"
    TCP = "tcp"
    HTTP = "http"


class Cause(StrEnum):
    """Why an uplink does not work, out of what the probes can tell apart."""

    ACCESS_LINE = "access_line"
    PROVIDER = "provider"
    DNS = "dns"
    HALF_DEAD = "half_dead"
    CAPTIVE_PORTAL = "captive_portal"
    BOTH_LINES = "both_lines"
    UNKNOWN = "unknown"


class Stage(StrEnum):
    """The life of an incident."""

    OPEN = "open"
    RESTORING = "restoring"
    RESOLVED = "resolved"


class Outcome(StrEnum):
    """What is known of a message. `unknown`: handed over, and the answer never came."""

    QUEUED = "queued"
    SENDING = "sending"
    UNKNOWN = "unknown"
    SENT = "sent"
    FAILED = "failed"


class PluginHealth(StrEnum):
    """How a plugin's child process does."""

    STARTING = "starting"
    OK = "ok"
    RESTARTING = "restarting"
    DEGRADED = "degraded"
