"""CONTRACT: all that a plugin may import.

    from notanker.plugin import Channel, Message, Receipt, Retry

The names Probe, Panel, Access and Inspector are kept for parts to come.
"""

from notanker.plugin.contract import Channel, Plugin, Uplink
from notanker.plugin.faults import Permanent, PluginError, Retry, Unknown
from notanker.plugin.secret import SecretFile
from notanker.plugin.values import Message, Receipt, UplinkState

__all__ = [
    "Channel",
    "Message",
    "Permanent",
    "Plugin",
    "PluginError",
    "Receipt",
    "Retry",
    "SecretFile",
    "Unknown",
    "Uplink",
    "UplinkState",
]
