"""CONTRACT: all that a plugin may import.

    from notanker.plugin import Channel, Message, Receipt, Retry

The names Probe, Access and Inspector are kept for parts to come.
"""

from notanker.plugin.contract import Action, Caller, Channel, Modem, Panel, Plugin, Uplink
from notanker.plugin.faults import Permanent, PluginError, Retry, Unknown
from notanker.plugin.heard import Collected, Happening, Inbound, SendReport
from notanker.plugin.modem import ModemInfo, Signal, StoredMessage
from notanker.plugin.panel import (
    LAMPS,
    RHYTHMS,
    TONES,
    Hold,
    MainsPower,
    PanelNews,
    PanelPicture,
    PowerCut,
    Pressed,
    Rhythm,
    Steps,
    Tone,
    playing,
)
from notanker.plugin.secret import SecretFile
from notanker.plugin.values import (
    Call,
    Earlier,
    Link,
    Message,
    MessageKind,
    Order,
    Receipt,
    Registration,
    Rung,
    Sim,
    UplinkState,
)

__all__ = [
    "LAMPS",
    "RHYTHMS",
    "TONES",
    "Action",
    "Call",
    "Caller",
    "Channel",
    "Collected",
    "Earlier",
    "Happening",
    "Hold",
    "Inbound",
    "Link",
    "MainsPower",
    "Message",
    "MessageKind",
    "Modem",
    "ModemInfo",
    "Order",
    "Panel",
    "PanelNews",
    "PanelPicture",
    "Permanent",
    "Plugin",
    "PluginError",
    "PowerCut",
    "Pressed",
    "Receipt",
    "Registration",
    "Retry",
    "Rhythm",
    "Rung",
    "SecretFile",
    "SendReport",
    "Signal",
    "Sim",
    "Steps",
    "StoredMessage",
    "Tone",
    "Unknown",
    "Uplink",
    "UplinkState",
    "playing",
]
