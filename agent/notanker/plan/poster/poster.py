"""Draws the poster (A4) and the wallet card: two codes for cameras, and five steps in pictures.

What a frightened person does: takes the phone out, points the camera at the larger things on the wall.
So the codes are large and numbered, the address stands in letters for who has no camera that reads
codes, and nothing else is on the sheet that does not help.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from notanker.plan.labels import day
from notanker.plan.model import Plan
from notanker.plan.poster import words
from notanker.plan.poster.drawing import (
    ANCHOR,
    DEEP,
    GREY,
    INK,
    PALE,
    PICTURES,
    badge,
    box,
    code,
    picture,
    sheet,
    text,
)
from notanker.plan.poster.words import Pair
from notanker.plan.values import Tongue

A4: Final = (210.0, 297.0)
CARD: Final = (85.6, 53.98)
"""A card as ISO/IEC 7810 has it (ID-1)."""
ADDRESS_MM: Final = 8.47
"""24 pt: read at arm's length without glasses."""
STEP_MM: Final = 3.6
"""16 letters of this size fit beside each other's."""
LIGHT: Final = "#cfe3f0"


@dataclass(frozen=True, slots=True)
class Facts:
    """What stands on the sheet.

    Attributes:
        ssid: The Wi-Fi's name.
        key: Its key, empty for an open one.
        url: The portal, by its literal address: names do not resolve on every phone.
        wifi_code: The Wi-Fi as a code: one row of modules after another.
        url_code: The address as a code.
        place: Organisation and site.
        owner: Who answers for the plan.
        version: Which plan the sheet was made for.
        made: When.
        languages: The first is the large one.
        numbers: Name and number of who leads, and of the conference.
    """

    ssid: str
    key: str
    url: str
    wifi_code: tuple[bytes, ...]
    url_code: tuple[bytes, ...]
    place: str
    owner: str
    version: str
    made: dt.date
    languages: tuple[Tongue, ...]
    numbers: tuple[tuple[Pair, str], ...] = ()

    def say(self, pair: Pair, which: int = 0) -> str:
        """Return the words in the first or second language; empty if there is no second one."""
        if which >= len(self.languages):
            return ""
        return pair[1] if self.languages[which] == "en" else pair[0]


def owner_of(plan: Plan, language: Tongue) -> str:
    """Return who answers for the plan: the role, since people change."""
    role = plan.role(plan.head.owner_role)
    return role.name.words(language) if role else plan.head.owner_role


def poster(facts: Facts) -> str:
    """Return the poster as SVG, one page A4."""
    width, height = A4
    parts = (_head(facts), _wifi(facts), _address(facts), *_steps(facts), _foot(facts))
    return sheet(width, height, facts.say(words.QUESTION), "".join(parts))


def _head(facts: Facts) -> str:
    return "".join(
        (
            box(0, 0, 210, 62, DEEP),
            picture(178, 9, 21, ANCHOR, LIGHT),
            text(12, 24, 10.2, facts.say(words.QUESTION), fill="#fff", bold=True),
            text(12, 35, 7.4, facts.say(words.QUESTION, 1), fill=LIGHT),
            text(12, 47, 5.6, facts.say(words.PROMISE), fill="#fff"),
            text(12, 55, 4.8, facts.say(words.PROMISE, 1), fill=LIGHT),
        )
    )


def _card(facts: Facts, x: float, letter: str, title: Pair, modules: tuple[bytes, ...]) -> str:
    return "".join(
        (
            box(x, 70, 91, 112, PALE, 4),
            badge(x + 12, 82, letter, 7),
            text(x + 23, 81.6, 7.6, facts.say(title), bold=True),
            text(x + 23, 88.4, 5, facts.say(title, 1), fill=GREY),
            code(x + 14.5, 93, 62, modules),
        )
    )


def _wifi(facts: Facts) -> str:
    name, key = facts.say(words.NETWORK), facts.say(words.KEY)
    key_line = f"{key}: {facts.key}" if facts.key else facts.say(words.OPEN_NETWORK)
    return _card(facts, 12, "A", words.JOIN, facts.wifi_code) + "".join(
        (
            text(57.5, 166, _fitting(f"{name}: {facts.ssid}", 8), f"{name}: {facts.ssid}", bold=True,
                 middle=True),
            text(57.5, 175, _fitting(key_line, 5.6), key_line, middle=True),
        )
    )  # fmt: skip


def _address(facts: Facts) -> str:
    return _card(facts, 107, "B", words.OPEN, facts.url_code) + "".join(
        (
            text(152.5, 166, _fitting(facts.url, ADDRESS_MM), facts.url, bold=True, middle=True),
            text(152.5, 173, 4.2, facts.say(words.TYPE), middle=True),
            text(152.5, 178, 3.6, facts.say(words.TYPE, 1), fill=GREY, middle=True),
        )
    )


def _steps(facts: Facts) -> list[str]:
    drawn = []
    for number, (drawing, (german, english)) in enumerate(zip(PICTURES, words.STEPS, strict=True)):
        middle = 12 + 186 / 5 * (number + 0.5)
        drawn += [
            picture(middle - 12, 192, 24, drawing),
            badge(middle - 13, 194, str(number + 1), 3.6),
        ]
        for line, pair in enumerate(zip(german, english, strict=True)):
            first, second = facts.say(pair), facts.say(pair, 1)
            drawn.append(text(middle, 223.5 + 5 * line, STEP_MM, first, bold=True, middle=True))
            drawn.append(text(middle, 235 + 4.4 * line, 3.5, second, fill=GREY, middle=True))
    return drawn


def _foot(facts: Facts) -> str:
    owner = f"{facts.say(words.OWNER)}: {facts.owner}"
    made = f"{facts.say(words.VERSION)} {facts.version}, {day(facts.made, facts.languages[0])}"
    return "".join(
        (
            box(12, 247, 186, 24, DEEP, 4),
            text(105, 257, 7, facts.say(words.DANGER), fill="#fff", bold=True, middle=True),
            text(105, 266, 5, facts.say(words.DANGER, 1), fill=LIGHT, middle=True),
            text(105, 278, 4, facts.say(words.DONE), middle=True),
            text(105, 283, 3.5, facts.say(words.DONE, 1), fill=GREY, middle=True),
            text(105, 290.5, 3.2, f"{facts.place} · {owner} · {made}", fill=GREY, middle=True),
        )
    )


def card(facts: Facts) -> str:
    """Return the card for the wallet as SVG: two faces beside each other, to be folded."""
    width, height = CARD
    right = [
        text(width + 5, 9, _fitting(facts.place, 4.4, 76), facts.place, bold=True),
        text(width + 5, 17, 3.4, f"{facts.say(words.NETWORK)}: {facts.ssid}"),
        text(width + 5, 22.5, 3.4, f"{facts.say(words.KEY)}: {facts.key}" if facts.key else ""),
        text(width + 5, 30, 5, facts.url, bold=True),
    ]
    for line, (name, number) in enumerate(facts.numbers):
        right.append(text(width + 5, 37.5 + 5 * line, 3.2, f"{facts.say(name)}: {number}"))
    right.append(text(width + 5, 50.5, 3.2, facts.say(words.DANGER), bold=True))
    left = (
        box(0, 0, width, 12, DEEP),
        text(5, 8, 4.6, facts.say(words.QUESTION), fill="#fff", bold=True),
        code(6, 14, 33, facts.wifi_code),
        code(46.6, 14, 33, facts.url_code),
        text(22.5, 51, 3.4, f"A  {facts.say(words.JOIN)}", middle=True, bold=True),
        text(63.1, 51, 3.4, f"B  {facts.say(words.OPEN)}", middle=True, bold=True),
        f'<path d="M{width:g} 0V{height:g}" stroke="{INK}" stroke-width=".2" stroke-dasharray="1 1"/>',
    )
    return sheet(2 * width, height, facts.say(words.FOLD), "".join((*left, *right)))


def _fitting(said: str, size: float, width: float = 84) -> float:
    """Return the size at which a line fits; letters are 0.62 of their size wide (DejaVu Sans, bold: 0.7)."""
    return min(size, width / (0.7 * max(1, len(said))))
