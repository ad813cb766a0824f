"""How long a text is as SMS, for those who may not import the plugins' contract: the centre."""

from notanker.plugin.sms.text import cut, fold, is_short, segments, units

__all__ = ["cut", "fold", "is_short", "segments", "units"]
