"""The closed lists: states, verdicts, causes, outcomes. Their values are what files and wires hold."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


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
    SIP = "sip"
    TLS = "tls"


LINE_LAYERS: Final = (Layer.ICMP, Layer.DNS, Layer.TCP, Layer.HTTP)
"""The layers that judge an uplink; the others are for systems alone."""


class Via(StrEnum):
    """Which way a system is watched: on the site itself, over the primary, or as the traffic goes."""

    LAN = "lan"
    PRIMARY = "primary"
    EITHER = "either"


class Kind(StrEnum):
    """What a system of the plan is."""

    POWER = "power"
    UPS = "ups"
    SWITCH = "switch"
    WIFI = "wifi"
    ROUTER = "router"
    ACCESS_LINE = "access_line"
    PROVIDER = "provider"
    MOBILE = "mobile"
    DNS = "dns"
    VPN = "vpn"
    TELEPHONY = "telephony"
    CLIENT_SYSTEM = "client_system"
    SERVER = "server"
    OTHER = "other"


class Cause(StrEnum):
    """Why something does not work: a closed list."""

    OWN_POWER = "own_power"
    SWITCH = "switch"
    ROUTER = "router"
    ACCESS_LINE = "access_line"
    PROVIDER = "provider"
    DNS = "dns"
    VPN = "vpn"
    TELEPHONY = "telephony"
    CLIENT_SYSTEM = "client_system"
    SYSTEM = "system"
    CAPTIVE_PORTAL = "captive_portal"
    BROWN_OUT = "brown_out"
    HALF_DEAD = "half_dead"
    ANCHOR = "anchor"
    BOTH_LINES = "both_lines"
    UNKNOWN = "unknown"


class Confidence(StrEnum):
    """How sure a cause is.

    `certain`: the broken thing was seen to be broken. `likely`: it is what all the evidence has in common,
    and nothing contradicts. `possible`: something else would look the same.
    """

    CERTAIN = "certain"
    LIKELY = "likely"
    POSSIBLE = "possible"


class Stage(StrEnum):
    """The life of an incident."""

    OPEN = "open"
    RESTORING = "restoring"
    RESOLVED = "resolved"


class Outcome(StrEnum):
    """What is known of a message.

    `unknown`: handed over, and the answer never came. `sent`: the network took it. `delivered`: the network
    says that it is on the phone.
    """

    QUEUED = "queued"
    HANDED_OVER = "handed_over"
    UNKNOWN = "unknown"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"


class Unsaid(StrEnum):
    """Why somebody was not told something."""

    ACKNOWLEDGED = "acknowledged"
    ALREADY_ALARMED = "already_alarmed"
    NO_NUMBER = "no_number"
    OFF_DUTY = "off_duty"
    NEVER_ALARMED = "never_alarmed"
    QUIET_HOURS = "quiet_hours"


class Phase(StrEnum):
    """How far people are with an incident, as they speak of it."""

    OPENED = "opened"
    ACKNOWLEDGED = "acknowledged"
    MITIGATED = "mitigated"
    RESOLVED = "resolved"


ON_ITS_WAY: Final = frozenset({Outcome.SENT, Outcome.DELIVERED})
"""What left; only the phone's owner may not have it yet."""


class Carrier(StrEnum):
    """By what a beat travels to the centre."""

    HTTPS = "https"
    UDP = "udp"
    MQTT = "mqtt"
    SMS = "sms"


class Waiting(StrEnum):
    """What a beat had to leave in the journal.

    `more`: events that follow in the next. `too_large`: the oldest of them fits into no datagram.
    """

    NOTHING = "nothing"
    MORE = "more"
    TOO_LARGE = "too_large"


class PluginHealth(StrEnum):
    """How a plugin's child process does."""

    STARTING = "starting"
    OK = "ok"
    RESTARTING = "restarting"
    DEGRADED = "degraded"
