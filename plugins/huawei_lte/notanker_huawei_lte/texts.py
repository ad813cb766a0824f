"""SMS texts and telephone numbers: what a modem takes, and when two are the same."""

from __future__ import annotations

import re
from typing import Final

from notanker.plugin import Message
from notanker.plugin.sms.outgoing import mark_of, text_of

UNWRITABLE: Final = re.compile("[^\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML cannot hold."""
_SAME_DIGITS: Final = 8


def same_number(one: str, other: str) -> bool:
    """Say whether two spellings mean one subscriber: +49 170..., 0049170..., 0170..."""
    first, second = (re.sub(r"\D", "", text) for text in (one, other))
    if min(len(first), len(second)) < _SAME_DIGITS:
        return first == second
    return first[-_SAME_DIGITS:] == second[-_SAME_DIGITS:]


def likeness(content: str, message: Message) -> bool | None:
    """Say whether a text in the modem's lists is this very message; None: it may be.

    A repeat may bear its mark with an r ("17-1r"), so both spellings count as the same.
    """
    mark = mark_of(message)
    seen, wanted = (
        mark.sub("#", " ".join(text.split())) for text in (content, text_of(message, UNWRITABLE))
    )
    if not mark.search(message.text):
        # Without its mark in it a text cannot be told from an older one that says the same.
        return None if seen == wanted else False
    if not mark.search(content):
        return False
    return True if seen == wanted else None
