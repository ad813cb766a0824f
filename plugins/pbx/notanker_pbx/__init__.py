"""Switches a telephone system's outage announcement on and off, by HTTP or by an SSH command."""

from notanker_pbx.plugin import Pbx

__all__ = ["Pbx"]
