"""SMS texts: what D-Bus takes, and when two are the same."""

from __future__ import annotations

import re
from typing import Final

from notanker.plugin import Message
from notanker.plugin.sms.numbers import same_subscriber
from notanker.plugin.sms.outgoing import mark_of, number_of, text_of

UNWRITABLE: Final = re.compile("[\x00-\x09\x0b\x0c\x0e-\x1f\ud800-\udfff]")
"""What D-Bus or a PDU cannot hold."""


def is_copy(text: str, number: str, message: Message) -> bool:
    """Say whether a text to a number surely is this very message; a repeat's mark may bear an r."""
    if not same_subscriber(number, number_of(message)) and number != number_of(message):
        return False
    mark = mark_of(message)
    seen, wanted = (mark.sub("#", one.strip()) for one in (text, text_of(message, UNWRITABLE)))
    # Without its mark in it a text cannot be told from an older one that says the same.
    return seen == wanted and mark.search(message.text) is not None
