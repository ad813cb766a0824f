"""CONTRACT: all that a plugin may import.

    from notanker.plugin import Channel, Message, Receipt, Retry

The names Probe, Panel, Access and Inspector are kept for parts to come.
"""

from notanker.plugin.contract import Channel, Modem, Plugin, Uplink
from notanker.plugin.faults import Permanent, PluginError, Retry, Unknown
from notanker.plugin.heard import Collected, Happening, Inbound, SendReport
from notanker.plugin.modem import ModemInfo, Signal, StoredMessage
from notanker.plugin.secret import SecretFile
from notanker.plugin.values import Message, Receipt, Registration, Sim, UplinkState

__all__ = [
    "Channel",
    "Collected",
    "Happening",
    "Inbound",
    "Message",
    "Modem",
    "ModemInfo",
    "Permanent",
    "Plugin",
    "PluginError",
    "Receipt",
    "Registration",
    "Retry",
    "SecretFile",
    "SendReport",
    "Signal",
    "Sim",
    "StoredMessage",
    "Unknown",
    "Uplink",
    "UplinkState",
]
