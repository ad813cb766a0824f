"""Calls to a plugin that is an Action."""

from __future__ import annotations

from typing import Any, Final

from notanker.plugin import Order, Receipt
from tests.contract.support.runner import Instance

_MAYBE: Final[Any] = bool | None


def do(instance: Instance, order: Order) -> str:
    """Give the order; return the proof that it was carried out."""
    return instance.call("do", order, answer=Receipt).proof


def is_on(instance: Instance) -> bool | None:
    """Ask how it is."""
    found: bool | None = instance.call("is_on", answer=_MAYBE)
    return found
