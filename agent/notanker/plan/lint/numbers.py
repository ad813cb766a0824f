"""Whether the numbers of a plan can be dialled at all: by phonenumberslite where it is installed.

It knows the numbering plans of the world and weighs 6 MB: it belongs to the desk where plans are written,
and is never on the Pi. Without it only what E.164 says is checked.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from notanker.errors import Place
from notanker.plan.lint.finding import Desk, Finding
from notanker.plan.model import dialled
from notanker.plan.places import place, row

_DROP_ZERO: Final = ("49", "43", "41", "44", "33", "31", "32", "34", "45", "46", "47", "48")
"""Countries in whose numbers no zero follows the country code (ITU-T E.164; Italy keeps its zero)."""
FICTION: Final = "+44", "7700900"
"""Country and first digits of numbers that no operator may have (Ofcom, numbers for drama)."""


def check(desk: Desk) -> Iterator[Finding]:
    """Yield the numbers that cannot be right."""
    known = library()
    for number, at, subject in _all(desk):
        plain = dialled(number)
        if _has_zero(plain):
            yield Finding("trunk-zero", at, subject, {"number": number})
        elif known is not None:
            yield from _looked_up(known, number, at, subject)


def library() -> Any:
    """Return phonenumberslite, None where it is not installed."""
    try:
        import phonenumbers  # heavy, and only on the desk
    except ImportError:
        return None
    return phonenumbers


def _all(desk: Desk) -> Iterator[tuple[str, Place, str]]:
    for one in desk.plan.contacts:
        for key in ("phone", "phone_2", "sms", "call"):
            number = getattr(one, key)
            if isinstance(number, str) and number:
                yield number, row(desk.documents, "contacts.toml", "contact", one.id, key), one.id
    written, file = desk.plan.escalation, "escalation.toml"
    if written.bridge is not None:
        for key in ("phone", "backup_phone"):
            if getattr(written.bridge, key):
                yield (
                    getattr(written.bridge, key),
                    place(desk.documents, file, "bridge", key),
                    "bridge",
                )
    for index, item in enumerate(written.announcements):
        at = place(desk.documents, file, "announcement", index, "head_number")
        yield item.head_number, at, item.head_number


def _has_zero(plain: str) -> bool:
    return any(plain.startswith(f"+{code}0") for code in _DROP_ZERO)


def _looked_up(known: Any, number: str, at: Place, subject: str) -> Iterator[Finding]:
    plain = dialled(number)
    try:
        parsed = known.parse(plain)
    except known.NumberParseException:
        yield Finding("number-impossible", at, subject, {"number": number})
        return
    if not known.is_possible_number(parsed):
        yield Finding("number-impossible", at, subject, {"number": number})
    elif not known.is_valid_number(parsed) and not plain.startswith("".join(FICTION)):
        yield Finding("number-unknown", at, subject, {"number": number})
    elif (
        at.field.endswith(".sms") and known.number_type(parsed) == known.PhoneNumberType.FIXED_LINE
    ):
        yield Finding("sms-to-landline", at, subject, {"number": number})
