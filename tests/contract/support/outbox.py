"""Does with a message what the agent's outbox does: nothing lost, nothing doubled."""

from __future__ import annotations

import time
from collections.abc import Callable

from notanker.plugin import Message, Permanent, Receipt, Retry, Unknown
from notanker.shell.plugin_faults import PluginDown
from tests.contract.support.runner import Instance

LONGEST_PAUSE_S = 0.05


def deliver(
    instance: Instance, message: Message, *, after_try: Callable[[int], None], tries: int = 40
) -> str:
    """Send until it left, was refused for ever, or the tries are used up; say which."""
    outcome = "waiting"
    for number in range(1, tries + 1):
        try:
            outcome = _step(instance, message, outcome)
        except Unknown:
            outcome = "unknown"
        except Permanent:
            outcome = "refused"
        except (Retry, PluginDown) as error:
            time.sleep(min(LONGEST_PAUSE_S, getattr(error, "after_s", 1.0)))
        if outcome in ("sent", "refused"):
            return outcome
        after_try(number)
    return outcome


def _step(instance: Instance, message: Message, outcome: str) -> str:
    if outcome == "unknown":
        left = instance.find_sent(message.text, message.mark)
        return {True: "sent", False: "waiting", None: "unknown"}[left]
    instance.call("send", message, answer=Receipt)
    return "sent"
