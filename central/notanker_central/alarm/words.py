"""What people read: one SMS a message in German or English, whatever the sites are called.

    STÖRUNG: 312 von 340 Standorten (Region Nord) stumm seit 10:42. Bitte mit OK 17 antworten.
    Nächste Info 11:12. Nr 17-1

A name is cut before anything else is; a broken or unknown template never stops an alarm.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from notanker.core import escalation
from notanker.core.wording import Pair
from notanker.plan.short import cut, fold, units
from notanker_central.alarm.common import Common, Dimension
from notanker_central.alarm.kinds import Hint, Kind

ONE_SMS: Final = 160
LEAST_NAME: Final = 6
"""A name that is cut further says nothing; the number of the incident does."""
_ROOM: Final = 40
"""So long may a name be where there is room."""

_HEADS: Final[dict[str, Pair]] = {
    escalation.ALARM: ("STÖRUNG: ", "OUTAGE: "),
    escalation.UPDATE: ("UPDATE: ", "UPDATE: "),
    escalation.ALL_CLEAR: ("ENTWARNUNG: ", "ALL CLEAR: "),
}
_ENDS: Final[dict[str, Pair]] = {
    escalation.ALARM: (
        " Bitte mit OK {number} antworten. Nächste Info {next}.",
        " Please reply OK {number}. Next update {next}.",
    ),
    escalation.UPDATE: (" Nächste Info {next}.", " Next update {next}."),
    escalation.ALL_CLEAR: (" Danke!", " Thank you!"),
}
_WHOLE: Final[dict[str, Pair]] = {
    escalation.ASK: (
        "Bitte mit OK {number} antworten: {who}. Noch hat es niemand übernommen.",
        "Please reply OK {number}: {who}. Nobody has taken it on yet.",
    ),
    escalation.BRIDGE: (
        "Bisher hat niemand Störung {number} übernommen: {who}. Bitte sprechen Sie sich jetzt ab.",
        "Nobody has taken on incident {number} yet: {who}. Please talk to one another now.",
    ),
    escalation.TAKEN: (
        "UPDATE: {by} kümmert sich um Störung {number}: {who}.",
        "UPDATE: {by} sees to incident {number}: {who}.",
    ),
}
_STATES: Final[dict[Kind, tuple[Pair, Pair]]] = {
    Kind.SILENT: (
        ("{who} stumm seit {since}.", "{who} silent since {since}."),
        ("{who} wieder da, stumm ab {since}.", "{who} back, silent from {since}."),
    ),
    Kind.PROOF: (
        (
            "{who}: Ersatzanbindung unbewiesen seit {since}, Hauptleitung geht.",
            "{who}: backup uplink not proven since {since}, primary line works.",
        ),
        ("{who}: Ersatzanbindung wieder bewiesen.", "{who}: backup uplink proven again."),
    ),
    Kind.DEAF: (
        (
            "Zentrale hört seit {since} keinen von {total} Standorten. Bitte ihr Netz und Server prüfen.",
            "Centre has heard none of {total} sites since {since}. Please check its network and server.",
        ),
        ("Zentrale hört die Standorte wieder.", "The centre hears the sites again."),
    ),
}
_HINTS: Final[dict[Hint, Pair]] = {
    Hint.POWER: ("zuletzt ohne Netzstrom", "no mains power before"),
    Hint.ISOLATED: ("zuletzt beide Leitungen aus", "both lines down before"),
    Hint.SPENT: ("zuletzt LTE-Daten aufgebraucht", "LTE data spent before"),
    Hint.BACKUP: ("zuletzt auf LTE", "on LTE before"),
    Hint.CLOCK: ("zuletzt Uhr unsicher", "clock not trusted before"),
}
_DIMENSIONS: Final[dict[Dimension, Pair]] = {
    Dimension.REGION: ("Region", "region"),
    Dimension.OPERATOR: ("Anbieter", "operator"),
    Dimension.VERSION: ("Version", "version"),
}
_DAY_S: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class Scene:
    """What a message tells of.

    Attributes:
        name: The site's name where it is one site.
        hint: What the last beats of at least half of the sites foretold.
        since_s: When it began, wall seconds.
        next_s: When the next news is promised, wall seconds.
        by: Who has it.
        gone: How many sites it is now, `common.gone` how many it was when that was found.
    """

    number: int
    kind: Kind
    common: Common
    name: str = ""
    hint: Hint = Hint.NONE
    since_s: float = 0.0
    now_s: float = 0.0
    next_s: float = 0.0
    by: str = ""


def text(template: str, scene: Scene, mark: str, language: str, zone: zoneinfo.ZoneInfo) -> str:
    """Return the message as the person reads it, at most one SMS."""
    tail = f" {'No' if language == 'en' else 'Nr'} {mark}"
    for most in (_ROOM, 24, 16, 10, LEAST_NAME):
        told = _told(template, scene, language, zone, most) + tail
        if units(told) <= ONE_SMS:
            return told
    return cut(_told(template, scene, language, zone, LEAST_NAME), ONE_SMS - units(tail)) + tail


def summary(heads: Sequence[str], mark: str, language: str) -> str:
    """Return the one message that stands for several, at most one SMS.

    Args:
        heads: What each of them is about, as `head` has it, the most important first.
        mark: The mark of the message.
        language: `de` or `en`.
    """
    english = language == "en"
    first = f"{len(heads)} messages: " if english else f"{len(heads)} Meldungen: "
    last = (
        f" Please reply OK and number. No {mark}"
        if english
        else f" Bitte mit OK und Nummer antworten. Nr {mark}"
    )
    room = ONE_SMS - units(first) - units(last)
    kept: list[str] = []
    for index, head in enumerate(map(fold, heads)):
        left = len(heads) - index - 1
        more = f"; +{left}" if left else ""
        if units(f"{'; '.join([*kept, head])}{more}.") > room:
            break
        kept.append(head)
    rest = len(heads) - len(kept)
    middle = "; ".join([*kept, *([f"+{rest}"] if rest else [])])
    return f"{first}{middle}.{last}"


def head(template: str, scene: Scene, language: str) -> str:
    """Return what a message is about, in a few words: `17 Region Nord 312 stumm`."""
    english = language == "en"
    over = template in escalation.CLEAR
    state: Pair = {
        Kind.SILENT: ("stumm", "silent"),
        Kind.PROOF: ("LTE unbewiesen", "LTE not proven"),
        Kind.DEAF: ("Zentrale hört niemand", "centre hears nobody"),
    }[scene.kind]
    word = ("beendet", "over")[english] if over else state[english]
    who = "" if scene.kind is Kind.DEAF else f"{_short(scene, language)} "
    return f"{scene.number} {who}{word}"


def where(common: Common, name: str, language: str) -> str:
    """Return what the sites have in common: `Region Nord`; the name where it is one site."""
    pair = _DIMENSIONS.get(common.dimension)
    if pair is not None:
        return f"{pair[language == 'en']} {common.value}"
    return name if common.dimension is Dimension.SITE else ""


def clock_time(wall_s: float, now_s: float, zone: zoneinfo.ZoneInfo) -> str:
    """Return `10:42`, with the day before it if that is another one: `22.11. 10:42`."""
    at = dt.datetime.fromtimestamp(wall_s, zone)
    now = dt.datetime.fromtimestamp(now_s, zone)
    return f"{at:%H:%M}" if at.date() == now.date() else f"{at:%d.%m. %H:%M}"


def _told(template: str, scene: Scene, language: str, zone: zoneinfo.ZoneInfo, most: int) -> str:
    english = language == "en"
    values = {
        "number": scene.number,
        "total": scene.common.total,
        "who": _who(scene, language, most),
        "by": cut(scene.by, most),
        "since": clock_time(scene.since_s, scene.now_s, zone),
        "next": clock_time(scene.next_s, scene.now_s, zone),
    }
    if template in _WHOLE:
        return _WHOLE[template][english].format_map(values)
    kind = template if template in _HEADS else escalation.ALARM
    state = _STATES[scene.kind][kind == escalation.ALL_CLEAR][english]
    hint = _hint(scene, language) if kind != escalation.ALL_CLEAR else ""
    return f"{_HEADS[kind][english]}{state.format_map(values)}{hint}{_ENDS[kind][english].format_map(values)}"


def _hint(scene: Scene, language: str) -> str:
    pair = _HINTS.get(scene.hint)
    if pair is None or scene.kind is not Kind.SILENT:
        return ""
    said = pair[language == "en"]
    return f" {said[0].upper()}{said[1:]}."


def _who(scene: Scene, language: str, most: int) -> str:
    common, english = scene.common, language == "en"
    if common.dimension is Dimension.SITE:
        return cut(scene.name or common.value, most)
    if scene.kind is Kind.DEAF:
        return "no site heard" if english else "kein Standort zu hören"
    named = cut(common.value, most)
    pair = _DIMENSIONS.get(common.dimension)
    group = f" ({pair[english]} {named})" if pair else ""
    if common.dimension is Dimension.SEVERAL:
        return f"{common.gone} sites" if english else f"{common.gone} Standorte"
    of = "of" if english else "von"
    word = "sites" if english else "Standorten"
    return f"{common.gone} {of} {common.total} {word}{group}"


def _short(scene: Scene, language: str) -> str:
    common = scene.common
    if common.dimension is Dimension.SITE:
        return cut(scene.name or common.value, 16)
    named = cut(where(common, "", language), 20)
    count = f"{common.gone} {'sites' if language == 'en' else 'Standorte'}"
    return f"{named} {count}".strip()
