"""What a value of the plan may be: types with their bounds, in words for people."""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal

import msgspec

_ID: Final = r"^[a-z0-9][a-z0-9_-]{0,63}$"
_PHONE: Final = r"^\+[1-9](?: ?[0-9]){6,14}$"


def is_id(text: str) -> bool:
    """Tell whether the text may be an id of the plan."""
    return re.fullmatch(_ID, text) is not None


Id = Annotated[
    str,
    msgspec.Meta(
        pattern=_ID,
        extra={
            "de": "eine Kennung aus kleinen Buchstaben, Ziffern, - und _, bis 64 Zeichen",
            "en": "an id of small letters, digits, - and _, up to 64 characters",
        },
    ),
]
FormId = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,31}$",
        extra={
            "de": "eine Formularkennung wie F1: ein Buchstabe, dann Buchstaben, Ziffern, - und _",
            "en": "a form's id such as F1: a letter, then letters, digits, - and _",
        },
    ),
]
"""As it stands on the paper: the format's forms are F1 to F4."""
Phone = Annotated[
    str,
    msgspec.Meta(
        pattern=_PHONE,
        extra={
            "de": 'eine Rufnummer mit Landesvorwahl wie "+49 30 23125 110"',
            "en": 'a number with country code such as "+49 30 23125 110"',
        },
    ),
]
Line = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*$",
        max_length=500,
        extra={
            "de": "Text in einer Zeile, bis 500 Zeichen",
            "en": "text on one line, up to 500 characters",
        },
    ),
]
SystemName = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^[^\x00-\x20\x7f](?:[^\x00-\x1f\x7f]*[^\x00-\x20\x7f])?$",
        max_length=40,
        extra={
            "de": "ein kurzer Name, bis 40 Zeichen: er steht in der SMS",
            "en": "a short name, up to 40 characters: it stands in the SMS",
        },
    ),
]
Pin = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^[0-9*#]{1,20}$",
        extra={"de": "Ziffern als Text, bis 20", "en": "digits as text, up to 20"},
    ),
]
Count = Annotated[int, msgspec.Meta(ge=1, le=2**53)]
Seconds = Annotated[float, msgspec.Meta(ge=0, le=86400)]
Names = Annotated[tuple[Line, ...], msgspec.Meta(min_length=1)]
Ids = Annotated[tuple[Id, ...], msgspec.Meta(min_length=1)]
Tongue = Literal["de", "en"]
