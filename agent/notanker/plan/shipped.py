"""The texts that go out when the plan has none, or one that cannot be used.

Each is made of parts. A part is left out when a value is missing or the message would not fit one SMS;
the first and the mark always stay.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from notanker.plugin.sms import text as sms

# The first part stays; the others are given up from the last to the first.
_PARTS: Final[dict[tuple[str, str], tuple[str, ...]]] = {
    ("T1", "de"): (
        "STÖRUNG {site}: Hauptleitung aus",
        " seit {since}",
        ". Konferenz {bridge} PIN {pin}#",
        ". {fallback}",
        ". Ursache: {cause_internal}",
    ),
    ("T1", "en"): (
        "OUTAGE {site}: main line down",
        " since {since}",
        ". Bridge {bridge} PIN {pin}#",
        ". {fallback}",
        ". Cause: {cause_internal}",
    ),
    ("T1-system", "de"): (
        "STÖRUNG {site}",
        ": {system} antwortet nicht",
        " seit {since}",
        " ({needed_by})",
        ". Konferenz {bridge} PIN {pin}#",
    ),
    ("T1-system", "en"): (
        "OUTAGE {site}",
        ": {system} does not answer",
        " since {since}",
        " ({needed_by})",
        ". Bridge {bridge} PIN {pin}#",
    ),
    ("T12-system", "de"): (
        "ENTWARNUNG {site}",
        ": {system} antwortet wieder",
        ", Stand {now}",
        ". Ausfall {duration}",
        ". Danke!",
    ),
    ("T12-system", "en"): (
        "ALL CLEAR {site}",
        ": {system} answers again",
        " at {now}",
        ". Outage {duration}",
        ". Thank you!",
    ),
    ("T12", "de"): (
        "ENTWARNUNG {site}: Hauptleitung wieder stabil",
        ", Stand {now}",
        ". Ausfall {duration}",
        ". Danke!",
    ),
    ("T12", "en"): (
        "ALL CLEAR {site}: main line stable again",
        " at {now}",
        ". Outage {duration}",
        ". Thank you!",
    ),
}
# Where a part stands in the text, when that differs from how dear it is.
_ORDER: Final[dict[str, tuple[int, ...]]] = {"T1": (0, 1, 3, 4, 2)}
_PLAIN: Final = {"de": ("MELDUNG {site}",), "en": ("NOTICE {site}",)}
_MARK: Final = {"de": "Nr", "en": "No"}
_SITE_UNITS: Final = (60, 24, 12)
_VALUE_UNITS: Final = 80
_MARK_UNITS: Final = 16


def mark_words(mark: str, language: str) -> str:
    """Return how a message's mark is written: `Nr 17-1`."""
    word = _MARK["en" if language == "en" else "de"]
    number = mark.strip().removeprefix(word).strip()
    return f"{word} {sms.cut(number, _MARK_UNITS)}" if number else ""


def shipped(template: str, language: str, values: Mapping[str, str]) -> str:
    """Return the shipped text with the values; it always fits one SMS and ends with the mark."""
    tongue = "en" if language == "en" else "de"
    parts = _PARTS.get((template, tongue), _PLAIN[tongue])
    order = _ORDER.get(template, tuple(range(len(parts))))
    mark = mark_words(values.get("mark", ""), tongue)
    room = sms.SINGLE_UNITS - (sms.units(mark) + 2 if mark else 1)
    text = _fitting(parts, order, values, room)
    if not text.endswith(("!", ".")):
        text += "."
    return f"{text} {mark}" if mark else text


def _fitting(
    parts: tuple[str, ...], order: tuple[int, ...], values: Mapping[str, str], room: int
) -> str:
    text = ""
    for keep in range(len(parts), 0, -1):
        for site_units in _SITE_UNITS:
            folded = _folded(values, site_units)
            filled = [_fill(part, folded) for part in parts[:keep]]
            text = "".join(filled[n] for n in order if n < keep)
            if sms.units(text) <= room:
                return text
    return sms.cut(text, room)


def _folded(values: Mapping[str, str], site_units: int) -> dict[str, str]:
    folded = {
        key: sms.cut(" ".join(str(value).split()), _VALUE_UNITS).rstrip(".#")
        for key, value in values.items()
    }
    site = folded.get("site", "")
    short = sms.cut(site, site_units)
    folded["site"] = short if short == site else f"{short}."
    return folded


def _fill(part: str, values: Mapping[str, str]) -> str:
    """Return the part with its values, or nothing if one of them is missing."""
    names = [piece.partition("}")[0] for piece in part.split("{")[1:]]
    if any(not values.get(name) for name in names):
        # The first part has to stand without the site's name, too.
        return part.replace(" {site}", "") if names == ["site"] else ""
    for name in names:
        part = part.replace(f"{{{name}}}", values[name], 1)
    return part
