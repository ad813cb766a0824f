"""How long a text takes when it is spoken, for the announcement that callers hear.

Counted are syllables, not words: German words are longer than English ones, and numbers are written short
and spoken long. Figures and abbreviations are spelled out first.

Speed. German radio news is read with at most five syllables a second, pauses included; faster than that
listeners stop to follow (I. Bose et al., Testmaterial zur Hörverständlichkeit von Radionachrichten, in:
Bose, Schwiesau (eds.), Nachrichten schreiben, sprechen, hören, Berlin 2011). For English radio 160 to 180
words a minute are advised (E. Rodero, Text & Talk 32-3, 2012, doi:10.1515/text-2012-0019), which is four
syllables a second and more. A caller in trouble hears an announcement once, on a telephone: it is read a
fifth slower than the news.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from notanker.errors import Place, Problem
from notanker.plan.catalogue_tone import CATALOGUE

SYLLABLES_PER_S: Final = {"de": 4.0, "en": 3.3}
PAUSE_S: Final = 0.4
"""After each sentence but the last; the pauses within one are part of the speed."""
MAX_WORDS: Final = 45
MAX_S: Final = 25.0


def _list(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_ONES: Final = {
    "de": _list(
        "null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn "
        "fünfzehn sechzehn siebzehn achtzehn neunzehn"
    ),
    "en": _list(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
        "fifteen sixteen seventeen eighteen nineteen"
    ),
}
_TENS: Final = {
    "de": _list("- - zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig"),
    "en": _list("- - twenty thirty forty fifty sixty seventy eighty ninety"),
}
_ABBREVIATIONS: Final = {
    "de": {
        "z. B.": "zum Beispiel", "z.B.": "zum Beispiel", "d. h.": "das heißt", "bzw.":
        "beziehungsweise", "ca.": "circa", "Nr.": "Nummer", "Nr": "Nummer", "Min.": "Minuten",
        "Min": "Minuten", "min": "Minuten", "Std.": "Stunden", "h": "Stunden", "Tel.": "Telefon",
        "&": "und", "%": "Prozent", "€": "Euro", "+": "plus", "usw.": "und so weiter",
    },
    "en": {
        "e.g.": "for example", "i.e.": "that is", "No.": "number", "No": "number",
        "min.": "minutes", "min": "minutes", "h": "hours", "&": "and", "%": "per cent",
        "€": "euros", "+": "plus", "etc.": "et cetera", "approx.": "approximately",
    },
}  # fmt: skip
_ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÜ"
_LETTERS: Final = {
    "de": _list(
        "a be ce de e ef ge ha i jot ka el em en o pe ku er es te u vau we ix ypsilon zet ä ö ü"
    ),
    "en": _list(
        "ay bee see dee ee eff jee aitch eye jay kay ell em en oh pee kyu ar ess tee you vee "
        "doubleyou ex why zed ay oh you"
    ),
}
_TIME: Final = re.compile(r"\b([01]?[0-9]|2[0-3]):([0-5][0-9])\b(?: ?Uhr\b)?")
_LONG_NUMBER: Final = re.compile(r"\+?[0-9][0-9 /-]{5,40}[0-9]")
_NUMBER: Final = re.compile(r"[0-9]+")
_SAID: Final = "+0123456789"
_CAPITALS: Final = re.compile(r"(?<!\w)[A-ZÄÖÜ]{2,5}(?!\w)")
_SPOKEN_AS_WORDS: Final = frozenset({"PIN", "INFO", "NOTFALL", "UPDATE", "DRILL", "OUTAGE"})
_WORD: Final = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_VOWELS: Final = {
    "de": re.compile(r"ie|ei|ai|ey|au|eu|äu|ee|aa|oo|[aeiouyäöü]"),
    "en": re.compile(r"[aeiouy]+"),
}
_SILENT_E: Final = re.compile(r"(?<![aeiouyl])(?:e|es|ed)$|(?<=[aeiouy]l)es?$")
_END: Final = re.compile(r"[.!?:](?:\s|$)|\n+")


def seconds(text: str, language: str) -> float:
    """Return how long it takes to speak the text, in seconds."""
    tongue = _tongue(language)
    said = spelled(text, tongue)
    syllables = sum(_syllables(word, tongue) for word in _WORD.findall(said))
    pauses = max(0, len([one for one in _END.split(said) if one.strip()]) - 1)
    return syllables / SYLLABLES_PER_S[tongue] + pauses * PAUSE_S if syllables else 0.0


def words(text: str, language: str) -> int:
    """Return how many words are spoken."""
    return len(_WORD.findall(spelled(text, _tongue(language))))


def check(text: str, language: str, place: Place) -> Iterator[Problem]:
    """Report an announcement that callers do not hear to its end."""
    count, took_s = words(text, language), seconds(text, language)
    if count > MAX_WORDS or took_s > MAX_S:
        yield CATALOGUE.problem(
            "spoken-too-long", place, words=count, seconds=round(took_s),
            max_words=MAX_WORDS, max_seconds=round(MAX_S),
        )  # fmt: skip


def spelled(text: str, language: str) -> str:
    """Return the text as it is spoken: numbers, times and abbreviations in words."""
    tongue = _tongue(language)
    text = " ".join(_expanded(token, tongue) for token in _joined(text).split(" "))
    text = _LONG_NUMBER.sub(lambda found: _digits(found[0], tongue), text)
    text = _TIME.sub(lambda found: _clock(int(found[1]), int(found[2]), tongue), text)
    text = _CAPITALS.sub(lambda found: _letters(found[0], tongue), text)
    return _NUMBER.sub(lambda found: f" {_number(found[0], tongue)} ", text)


def _joined(text: str) -> str:
    """Return the text with the two halves of an abbreviation beside each other."""
    return text.replace("z. B.", "z.B.").replace("d. h.", "d.h.")


def _expanded(token: str, tongue: str) -> str:
    known = _ABBREVIATIONS[tongue]
    return known.get(token) or known.get(token.rstrip(",;"), token)


def _clock(hour: int, minute: int, tongue: str) -> str:
    if tongue == "en":
        return f"{_below_hundred(hour, 'en')} {_below_hundred(minute, 'en') if minute else 'hours'}"
    return (
        f"{_number(str(hour), 'de')} Uhr {_below_hundred(minute, 'de') if minute else ''}".strip()
    )


def _digits(text: str, tongue: str) -> str:
    said = ("plus" if char == "+" else _ONES[tongue][int(char)] for char in text if char in _SAID)
    return " ".join(said)


def _letters(text: str, tongue: str) -> str:
    if text in _SPOKEN_AS_WORDS:
        return text
    return " ".join(_LETTERS[tongue][_ALPHABET.index(char)] for char in text)


def _number(digits: str, tongue: str) -> str:
    """Return a number up to 9999 as a word, a longer one digit by digit."""
    if len(digits) > 4:
        return _digits(digits, tongue)
    value = int(digits)
    names = ("thousand", "hundred") if tongue == "en" else ("tausend", "hundert")
    gap = " " if tongue == "en" else ""
    parts = [
        f"{_before(count, tongue)}{gap}{name}"
        for count, name in zip((value // 1000, value // 100 % 10), names, strict=True)
        if count
    ]
    if value % 100 or not parts:
        parts.append(_below_hundred(value % 100, tongue))
    return gap.join(parts)


def _below_hundred(value: int, tongue: str) -> str:
    if value < 20:
        return _ONES[tongue][value]
    ten, one = _TENS[tongue][value // 10], value % 10
    if not one:
        return ten
    return f"{ten}-{_ONES['en'][one]}" if tongue == "en" else f"{_before(one, 'de')}und{ten}"


def _before(value: int, tongue: str) -> str:
    """Return a digit as it stands before another word: "einhundert", not "einshundert"."""
    return "ein" if (value, tongue) == (1, "de") else _ONES[tongue][value]


def _syllables(word: str, tongue: str) -> int:
    """Count the groups of vowels, without the silent e at the end of an English word."""
    low = word.lower()
    count = len(_VOWELS[tongue].findall(low))
    if tongue == "en" and count > 1 and _SILENT_E.search(low):
        count -= 1
    return max(1, count)


def _tongue(language: str) -> str:
    return "en" if language == "en" else "de"
