"""Who watches the watcher: a centre that has been mute for half an hour is told by a few sites, by SMS.

Every site sees it, and says so at the box. By SMS only those speak that the centre itself has chosen while
it still answered (three of the fleet), or a dead centre would cost a company a thousand SMS.
"""

from __future__ import annotations

from typing import Final

from notanker.shell import journal, notices
from notanker.shell.journal import Journal
from notanker.shell.outbox import Outbox

HERALD: Final = "herald"
TOLD: Final = "mute_told"
RANK: Final = 1
_TEXTS: Final = {
    True: {
        "de": "Zentrale stumm: seit 30 min bestätigt sie keine Lebenszeichen. {site} sagt es für alle.",
        "en": "Centre mute: it has confirmed no heartbeat for 30 min. {site} says so for all.",
    },
    False: {
        "de": "Die Zentrale bestätigt wieder Lebenszeichen. Standort {site}.",
        "en": "The centre confirms heartbeats again. Site {site}.",
    },
}


class Muting:
    """Tells people that the centre is mute, and that it is no more.

    Args:
        numbers: Whom.
        site: The site's name.
        language: Of the words.
        store: Remembers whether this site is one of the few, and what it has told.
        outbox: Carries the words.
    """

    def __init__(
        self, numbers: tuple[str, ...], site: str, language: str, store: Journal, outbox: Outbox
    ) -> None:
        self._numbers = numbers
        self._site = site
        self._language = language
        self._store = store
        self._outbox = outbox
        self._herald: bool | None = None

    async def chosen(self, *, herald: bool) -> None:
        """Hear whether this site is one of the few.

        Raises:
            sqlite3.Error: it cannot be remembered.
        """
        if herald is not self._herald:
            await self._store.do(journal.note(HERALD, int(herald)))
            self._herald = herald

    async def look(self, *, mute: bool) -> None:
        """Tell what is to be told by now, each once.

        Raises:
            sqlite3.Error: what was told cannot be read, or the words cannot be written down.
        """
        if not self._numbers or bool(await self._store.do(journal.recall(TOLD))) is mute:
            return
        if mute and not await self._store.do(journal.recall(HERALD)):
            return
        text = _TEXTS[mute][self._language].format(site=self._site)
        for number in self._numbers:
            await notices.queue(self._store, self._outbox, "mute", "Z", number, text, RANK)
        await self._store.do(journal.note(TOLD, int(mute)))
