"""SMS texts and telephone numbers: what a modem takes, and when two are the same."""

from __future__ import annotations

import re
from typing import Final

from notanker.plugin import Message, Permanent

_NUMBER: Final = re.compile(r"\+?[0-9]{3,15}")
_NOT_IN_XML: Final = re.compile("[^\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MAX_TEXT: Final = 1000
_SAME_DIGITS: Final = 8


def number_of(message: Message) -> str:
    """Return the recipient as a modem takes it. One at a time: several end as a draft.

    Raises:
        Permanent: it is no telephone number.
    """
    number = re.sub(r"[\s()/.-]", "", message.recipient)
    if not _NUMBER.fullmatch(number):
        raise Permanent("not a telephone number")
    return number


def text_of(message: Message) -> str:
    """Return the text without characters that XML cannot hold.

    Raises:
        Permanent: nothing is left, or it is too long.
    """
    text = _NOT_IN_XML.sub(" ", message.text).strip()
    if not text or len(text) > _MAX_TEXT:
        raise Permanent(f"an SMS has 1 to {_MAX_TEXT} characters")
    return text


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
    mark = re.compile(rf"(?<![\w-]){re.escape(message.mark)}r?(?![\w-])")
    seen, wanted = (mark.sub("#", " ".join(text.split())) for text in (content, text_of(message)))
    if not mark.search(message.text):
        # Without its mark in it a text cannot be told from an older one that says the same.
        return None if seen == wanted else False
    if not mark.search(content):
        return False
    return True if seen == wanted else None
