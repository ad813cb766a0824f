"""Modems that speak AT commands: data session, state, SMS both ways with proof, rescue."""

from notanker_at_modem.plugin import AtModem

__all__ = ["AtModem"]
