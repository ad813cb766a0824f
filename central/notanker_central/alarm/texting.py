"""What a modem's plugin is told of a message, and what its answer means for the outbox."""

from __future__ import annotations

from typing import Final

from notanker.core.delivery import Delivery
from notanker.plugin import Message, Permanent, PluginError, Retry
from notanker.shell.plugin_faults import PluginDown
from notanker_central.alarm.channels import (
    ChannelError,
    Letter,
    NotTriedError,
    PermanentError,
    RetryError,
    UnknownError,
)

DOWN_AGAIN_S: Final = 1.0
"""As at a site: a plugin that is down comes back soon."""


def message_of(letter: Letter, delivery: Delivery) -> Message:
    """Return the message as a plugin takes it; `letter` has the text and the number of this attempt."""
    return Message(
        id=delivery.mark,
        mark=delivery.mark,
        recipient=letter.to["address"],
        text=letter.text,
        attempt=max(delivery.attempts, 1),
        reference=delivery.reference,
        repeat=delivery.repeat,
        left=delivery.left,
    )


def verdict_of(error: PluginError | PluginDown) -> ChannelError:
    """Return what a plugin's answer means; one that is none of ours is taken for "perhaps"."""
    if isinstance(error, PluginDown):
        return NotTriedError(error.reason, DOWN_AGAIN_S)
    if isinstance(error, Retry):
        return RetryError(error.reason, error.after_s, error.left)
    if isinstance(error, Permanent):
        return PermanentError(error.reason, error.left)
    return UnknownError(error.reason, error.left)
