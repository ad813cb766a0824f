"""The texts that go out when the plan has none, or one that cannot be used.

Each is made of parts. A part is left out when a value is missing or the message would not fit one SMS;
the first and the mark always stay. What is read or spoken (`LONG`) has no such limit.

The words of alarms (`alarm_words.py`) are in memory from the start: whoever alarms must not have to read a
disk first. The others are in `words_shipped/` and are read when they are wanted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, Literal

from notanker.plan.alarm_words import ALARMS, ORDER, Parts
from notanker.plugin.sms import text as sms

Release = Literal["auto", "one", "two"]

LONG: Final = frozenset({"T6", "T7", "T8", "T10", "T13", "T15"})
"""Scripts, sheets, mails and announcements: no SMS, so as long as they need to be."""
PUBLIC: Final = frozenset({"T7", "T9", "T10", "T13"})
"""What the public reads or hears; it has no use for our number of the message."""
RELEASES: Final[Mapping[str, Release]] = {
    "T6": "one", "T7": "one", "T9": "two", "T10": "two", "T13": "two"
}  # fmt: skip
"""How many persons release what goes outside; what stays inside goes out by itself."""
PUBLIC_AUDIENCES: Final = frozenset({"callers", "customers", "press"})
DRILL: Final = "T14"
DRILL_WORDS: Final = {"de": "ÜBUNG", "en": "DRILL"}
"""The first and the last word of everything that is said in a drill."""

_STRICTNESS: Final[Mapping[str, int]] = {"auto": 0, "one": 1, "two": 2}
_PLAIN: Final[Mapping[str, Parts]] = {"de": ("MELDUNG {site}",), "en": ("NOTICE {site}",)}
_MARK: Final = {"de": "Nr", "en": "No"}
_SITE_UNITS: Final = (60, 24, 12)
_VALUE_UNITS: Final = 80
_MARK_UNITS: Final = 16
_PLACEHOLDER: Final = re.compile(r"\{([^{}\n]*)\}")
_MARKED: Final = re.compile(r" (?:Nr|No) \S{1,16}$")


def base_of(template: str) -> str:
    """Return the id without its variant: `T11` of `T11-ack`."""
    return template.partition("-")[0]


def is_public(template: str, audience: str = "") -> bool:
    """Tell whether people outside read or hear it who are told no cause and no technology."""
    return base_of(template) in PUBLIC or audience in PUBLIC_AUDIENCES


def release_of(template: str, asked: Release = "auto") -> Release:
    """Return how many persons must release a text: what its kind asks for, or more if its head does."""
    kind = RELEASES.get(base_of(template), "auto")
    return max(asked, kind, key=lambda release: _STRICTNESS[release])


def known_as(template: str) -> str:
    """Return the id under which there is a text: the variant's own, else the one that it varies."""
    return template if _parts(template, "de") is not None else base_of(template)


def words_of(template: str, language: str) -> str:
    """Return the shipped text with its placeholders, all its parts in reading order."""
    parts = _parts(template, _tongue(language)) or ()
    return "".join(parts[n] for n in _order(template, parts))


def mark_words(mark: str, language: str) -> str:
    """Return how a message's mark is written: `Nr 17-1`."""
    word = _MARK[_tongue(language)]
    number = mark.strip().removeprefix(word).strip()
    return f"{word} {sms.cut(number, _MARK_UNITS)}" if number else ""


def shipped(
    template: str, language: str, values: Mapping[str, str], *, in_drill: bool = False
) -> str:
    """Return the shipped text with the values; never raises.

    It fits one SMS and ends with the mark, but for those in `LONG` and `PUBLIC`. In a drill it
    begins and ends with the word for it.
    """
    tongue = _tongue(language)
    in_drill = in_drill or base_of(template) == DRILL
    parts = _parts(template, tongue) or _parts(base_of(template), tongue) or _PLAIN[tongue]
    if base_of(template) in LONG:
        text = "".join(_fill(part, values) for part in parts).strip()
        return drill(text, tongue, in_sms=False) if in_drill else text
    mark = "" if base_of(template) in PUBLIC else mark_words(values.get("mark", ""), tongue)
    room = sms.SINGLE_UNITS - (sms.units(mark) + 2 if mark else 1)
    room -= 2 * (len(DRILL_WORDS[tongue]) + 1) if in_drill else 0
    text = _fitting(parts, _order(template, parts), values, room)
    if not text.endswith(("!", ".")):
        text += "."
    text = f"{text} {mark}" if mark else text
    return drill(text, tongue) if in_drill else text


def drill(text: str, language: str, *, in_sms: bool = True) -> str:
    """Return the text with the word for a drill as its first and its last word.

    An SMS stays one: what is too long loses words before its mark, never a part of one, because
    half a telephone number is worse than none.
    """
    word = DRILL_WORDS[_tongue(language)]
    if not in_sms:
        return marked_as_drill(text.strip(), language)
    folded = " ".join(sms.fold(text).split())
    mark = _MARKED.search(folded.removesuffix(f" {word}"))
    end = mark[0] if mark else ""
    words = folded.removesuffix(f" {word}").removesuffix(end).split()
    while sms.units(whole := _between(word, f"{' '.join(words)}{end}".strip())) > sms.SINGLE_UNITS:
        words.pop()
    return whole


def marked_as_drill(text: str, language: str) -> str:
    """Return the text with the word for a drill at both ends, however long that makes it."""
    return _between(DRILL_WORDS[_tongue(language)], text)


def _between(word: str, text: str) -> str:
    """Put the word at both ends where it is not there yet; on lines of its own in a text of several."""
    gap = "\n\n" if "\n" in text else " "
    words = text.split()
    first = text if words[:1] == [word] else f"{word}{gap}{text}".rstrip()
    return first if words[1:] and words[-1] == word else f"{first}{gap}{word}"


def _tongue(language: str) -> str:
    return "en" if language == "en" else "de"


def _parts(template: str, tongue: str) -> Parts | None:
    found = ALARMS.get((template, tongue))
    if found is not None or (base_of(template), tongue) in ALARMS:
        return found
    try:
        from notanker.plan.words_shipped import TABLE
    except (ImportError, OSError):  # the disk is gone: a plain word is better than none
        return None
    return TABLE.get((template, tongue))


def _order(template: str, parts: Parts) -> tuple[int, ...]:
    order = ORDER.get(template, ())
    return order if len(order) == len(parts) else tuple(range(len(parts)))


def _fitting(parts: Parts, order: tuple[int, ...], values: Mapping[str, str], room: int) -> str:
    text = ""
    for keep in range(len(parts), 0, -1):
        for site_units in _SITE_UNITS:
            folded = _folded(values, site_units)
            filled = [_fill(part, folded, n == 0) for n, part in enumerate(parts[:keep])]
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


def _fill(part: str, values: Mapping[str, str], first: bool = False) -> str:
    """Return the part with its values; nothing if one is missing, but the first part does without."""
    names = _PLACEHOLDER.findall(part)
    missing = [name for name in names if not values.get(name)]
    if missing and not first:
        return ""
    for name in missing:
        part = part.replace(f" {{{name}}}", "", 1)
    return _PLACEHOLDER.sub(lambda found: values[found[1]], part)
