"""Any modem that ModemManager knows: data session, SMS, and what a technician asks."""

from notanker_modemmanager.plugin import ModemManager

__all__ = ["ModemManager"]
