"""Hands each message over as a CAP 1.2 alert, for control rooms and warning systems."""

from notanker_cap_webhook.plugin import CapWebhook

__all__ = ["CapWebhook"]
