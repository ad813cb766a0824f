"""Gives an alarm the link by which its reader takes the incident on, where the channel has room for one."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final

from notanker.beat import link_key
from notanker.config.centre import CentreConfig
from notanker.core import acklink
from notanker.core.acklink import Told
from notanker.core.delivery import Delivery
from notanker.core.lineage import Kind, Lineage
from notanker.core.ways import SMS, Choice
from notanker.plugin import Link
from notanker.shell.logs import Log
from notanker.shell.sealing import SealError, read_key

KEY_S: Final = 2.0
"""No alarm waits longer than this for the disk that holds the key; it goes without a link then."""
_WORDS: Final = {"de": "Ich übernehme:", "en": "I have it:"}
_DRILL_WORDS: Final = frozenset({"ÜBUNG", "DRILL"})


class Links:
    """Makes links.

    Args:
        config: The centre that they lead to, None for none.
        site: The site's id.
        log: Where it is logged that there is no key to make them with.
    """

    def __init__(self, config: CentreConfig | None, site: str, log: Log) -> None:
        self._base: Final = config.links if config is not None else ""
        self._file: Final = config.key if config is not None else Path()
        self._site: Final = site
        self._log: Final = log
        self._failed = ""

    async def of(self, delivery: Delivery, choice: Choice, lineage: Lineage) -> Link | None:
        """Return the link for a message that goes that way, None where it gets none.

        Only alarms to contacts of the plan have one, never an SMS, which has no room for it, and none while
        the box does not know what time it is: the link's life could not be told.
        """
        is_alarm = delivery.kind == Kind.ALARM and delivery.incident > 0
        if not self._base or not is_alarm or choice.way.kind == SMS or lineage.at_s is None:
            return None
        key = await self._key()
        drill = _DRILL_WORDS.intersection(delivery.text.split()[:1])
        told = Told(
            self._site, delivery.incident, delivery.contact, int(lineage.at_s), drill=bool(drill)
        )
        path = acklink.path_of(told, key) if key is not None else ""
        words = _WORDS["en" if lineage.language == "en" else "de"]
        return Link(words, f"{self._base}{path}") if path else None

    async def _key(self) -> bytes | None:
        try:
            async with asyncio.timeout(KEY_S):
                key = await asyncio.to_thread(read_key, self._file)
        except (SealError, TimeoutError) as error:
            if (reason := str(error) or "no answer in time") != self._failed:
                self._log.warning("no_key_for_links", reason=reason)
            self._failed = reason
            return None
        self._failed = ""
        return link_key.key_of(key.secret)
