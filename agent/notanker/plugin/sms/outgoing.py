"""What a plugin makes of a message before its device takes it as an SMS."""

from __future__ import annotations

import re
from typing import Final

from notanker.plugin.faults import Permanent
from notanker.plugin.values import Message

MAX_TEXT: Final = 1000
"""Characters: some seven parts; more is no alarm."""
_SEPARATORS: Final = re.compile(r"[\s()/.-]")
_NUMBER: Final = re.compile(r"\+?[0-9]{3,15}", re.ASCII)


def number_of(message: Message) -> str:
    """Return the recipient as a modem takes it. One at a time: several end as a draft.

    Raises:
        Permanent: it is no telephone number.
    """
    number = _SEPARATORS.sub("", message.recipient)
    if not _NUMBER.fullmatch(number):
        raise Permanent("not a telephone number")
    return number


def text_of(message: Message, unwritable: re.Pattern[str]) -> str:
    """Return the text with a space for every character that the device's wire cannot hold.

    Raises:
        Permanent: nothing is left, or it is too long.
    """
    text = unwritable.sub(" ", message.text).strip()
    if not text or len(text) > MAX_TEXT:
        raise Permanent(f"an SMS has 1 to {MAX_TEXT} characters")
    return text


def mark_of(message: Message) -> re.Pattern[str]:
    """Return what finds the message's mark in a text; a repeat's may bear an r ("17-1r")."""
    return re.compile(rf"(?<![\w-]){re.escape(message.mark)}r?(?![\w-])")
