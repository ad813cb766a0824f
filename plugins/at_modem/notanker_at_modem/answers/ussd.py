"""What the network answers to a code such as `*100#` (3GPP TS 27.007, 7.15).

The coding scheme that stands beside the text is wrong more often than not: UCS-2 comes flagged as 15
(GSM's alphabet), packed septets come without any flag. So the text itself decides.
"""

from __future__ import annotations

import re
from typing import Final

import msgspec

from notanker_at_modem.answers import texts
from notanker_at_modem.answers.fields import number_of

_LINE: Final = re.compile(
    r'\+CUSD:\s*(\d)\s*(?:,\s*(?:"(.*)"|([^",]*))\s*(?:,\s*(\d+))?)?\s*', re.ASCII | re.DOTALL
)
_MOST: Final = 1000


class Ussd(msgspec.Struct, frozen=True):
    """One answer.

    Attributes:
        status: 0 the end, 1 the network waits for an answer, 2 it has ended the session, 3 another
            client has answered, 4 not supported, 5 the network does not answer.
        scheme: The coding scheme that the modem names.
    """

    status: int
    text: str
    scheme: int | None = None

    @property
    def waits(self) -> bool:
        """Whether the network wants an answer; nobody here has one."""
        return self.status == 1


def ussd_of(said: str) -> Ussd | None:
    """Read `+CUSD: 0,"...",15`; None if it is something else."""
    match = _LINE.fullmatch(said[: 4 * _MOST].strip())
    if match is None:
        return None
    raw = match[2] if match[2] is not None else (match[3] or "").strip()
    scheme = None if match[4] is None else number_of(match[4])
    return Ussd(int(match[1]), _read(raw)[:_MOST], scheme)


def _read(raw: str) -> str:
    compact = raw.strip()
    wide = texts.of_hex(compact)
    if wide:
        return texts.trimmed(wide)
    packed = texts.of_septets(compact)
    if packed:
        return texts.trimmed(packed)
    try:
        return texts.trimmed(raw.encode("latin-1").decode())
    except UnicodeError:
        return texts.trimmed(raw)


def in_gsm(text: str) -> str:
    """Return the text as it reads if the modem's character set is GSM's: `{` is an `ä`."""
    return texts.of_gsm(text)
