"""Tells people by mail, chat and push services, through the apprise library."""

from notanker_apprise.plugin import Apprise

__all__ = ["Apprise"]
