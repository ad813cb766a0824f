"""Codes to the network (USSD), such as `*100#` for the balance."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from huawei_lte_api.Connection import Connection
from huawei_lte_api.exceptions import ResponseErrorException

_HEX: Final = re.compile(r"(?:[0-9A-Fa-f]{4})+")
_NOT_YET: Final = 111019
"""The vendor's "the network has not answered"."""


def patient(
    ask: Callable[[Connection], Mapping[str, Any]],
) -> Callable[[Connection], Mapping[str, Any]]:
    """Return the call with "not yet" as an empty answer.

    It is an error of the modem, and an error would give up a session that is none the worse for it.
    """

    def asked(connection: Connection) -> Mapping[str, Any]:
        try:
            return ask(connection)
        except ResponseErrorException as error:
            if error.code == _NOT_YET:
                return {}
            raise

    return asked


def readable(answer: str) -> str:
    """Return the text of an answer; some networks send UCS-2 in hexadecimal and call it text.

    An answer of digits alone stays: it may be a balance.
    """
    if answer.isdecimal() or not _HEX.fullmatch(answer):
        return answer
    try:
        text = bytes.fromhex(answer).decode("utf-16-be")
    except UnicodeDecodeError:
        return answer
    return text if all(sign.isprintable() or sign.isspace() for sign in text) else answer
