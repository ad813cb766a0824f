"""SMS texts and telephone numbers: what the modem takes, and when two are the same."""

from __future__ import annotations

import re
from typing import Final

from notanker.plugin import Message, Permanent
from notanker.plugin.sms.numbers import same_subscriber

MAX_TEXT: Final = 1000
_NUMBER: Final = re.compile(r"\+?[0-9]{3,15}", re.ASCII)
_UNWRITABLE: Final = re.compile("[\x00-\x09\x0b\x0c\x0e-\x1f\ud800-\udfff]")


def number_of(message: Message) -> str:
    """Return the recipient as a modem takes it.

    Raises:
        Permanent: it is no telephone number.
    """
    number = re.sub(r"[\s()/.-]", "", message.recipient)
    if not _NUMBER.fullmatch(number):
        raise Permanent("not a telephone number")
    return number


def text_of(message: Message) -> str:
    """Return the text without what D-Bus or a PDU cannot hold.

    Raises:
        Permanent: nothing is left, or it is too long.
    """
    text = _UNWRITABLE.sub(" ", message.text).strip()
    if not text or len(text) > MAX_TEXT:
        raise Permanent(f"an SMS has 1 to {MAX_TEXT} characters")
    return text


def is_copy(text: str, number: str, message: Message) -> bool:
    """Say whether a text to a number surely is this very message; a repeat's mark may bear an r."""
    if not same_subscriber(number, number_of(message)) and number != number_of(message):
        return False
    mark = re.compile(rf"(?<![\w-]){re.escape(message.mark)}r?(?![\w-])")
    seen, wanted = (mark.sub("#", one.strip()) for one in (text, text_of(message)))
    # Without its mark in it a text cannot be told from an older one that says the same.
    return seen == wanted and mark.search(message.text) is not None
