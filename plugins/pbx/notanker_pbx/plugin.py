"""The plugin: an action that looks before it orders, and looks again after."""

from __future__ import annotations

import re
import time
from typing import Final

from notanker.plugin import Action, Order, Permanent, PluginError, Receipt, Retry, Unknown
from notanker_pbx.config import PbxConfig

AGAIN_S: Final = 60.0
LOOK_AGAIN_S: Final = 0.25
MOST_READ: Final = 64 * 1024


class Pbx(Action[PbxConfig]):
    """One announcement of one telephone system."""

    Config = PbxConfig
    # Asked before, ordered, asked after: each may take its connection and its answer.
    deadline_s = 300.0

    def do(self, order: Order) -> Receipt:
        """Bring the announcement into that state; where it can be asked, its own word is the proof.

        Raises:
            Retry: it surely is not in it.
            Permanent: it surely is not, and never will be.
            Unknown: it may be.
        """
        if not self.config.on:
            raise Permanent("the options on and off are missing")
        wanted = order == "on"
        if self._seen() is wanted:
            return Receipt(reference=order, proof=f"it was {order} already")
        try:
            proof = self._order(order)
        except Unknown:
            if self._settles(wanted):
                return Receipt(reference=order, proof=f"asked: {order}")
            raise
        return Receipt(reference=order, proof=self._proof(order, proof))

    def is_on(self) -> bool | None:
        """Say whether the announcement plays; None where the system cannot be asked or says neither.

        Raises:
            Retry: it cannot be asked now.
        """
        if not self.config.ask:
            return None
        try:
            return state_of(self._ask(), self.config.says_on, self.config.says_off)
        except (Permanent, Unknown) as error:
            raise Retry(AGAIN_S, error.reason) from None

    def _proof(self, order: Order, answered: str) -> str:
        """Return what proves an order that was taken; many a system says yes and does nothing."""
        if not self.config.ask:
            return answered
        if self._settles(order == "on"):
            return f"asked: {order}"
        if self._seen() is None:
            raise Unknown(f"{answered}, but it does not say how it is")
        raise Retry(AGAIN_S, f"{answered}, but it is not {order}")

    def _settles(self, wanted: bool) -> bool:
        """Look until the announcement is as wanted, for as long as it may take."""
        end_s = time.monotonic() + self.config.settle_s
        while self.config.ask:
            if self._seen() is wanted:
                return True
            if time.monotonic() >= end_s:
                break
            time.sleep(LOOK_AGAIN_S)
        return False

    def _seen(self) -> bool | None:
        """Return the state, None if it cannot be told: an order may be given all the same."""
        try:
            return self.is_on()
        except PluginError:
            return None

    def _order(self, order: Order) -> str:
        if self.config.way == "ssh":
            from notanker_pbx import ssh

            return ssh.order(self.config, order)
        from notanker_pbx import web

        return web.order(self.config, order)

    def _ask(self) -> str:
        if self.config.way == "ssh":
            from notanker_pbx import ssh

            return ssh.ask(self.config)
        from notanker_pbx import web

        return web.ask(self.config)


def state_of(answer: str, says_on: str, says_off: str) -> bool | None:
    """Return the state by the word that stands in the answer; None for both or neither."""
    on, off = _has(answer, says_on), _has(answer, says_off)
    return on if on is not off else None


def _has(answer: str, word: str) -> bool:
    # A whole word: "on" does not stand in "announcement".
    pattern = rf"(?<!\w){re.escape(word)}(?!\w)"
    return re.search(pattern, answer[:MOST_READ], re.IGNORECASE) is not None
