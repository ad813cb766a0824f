"""Rules for the centre's modems: the plugin is there, is a modem, and takes its options."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from notanker.config.fields import Document
from notanker.errors import Catalogue, Entry, Place, Problem
from notanker.plugin import Permanent, Plugin
from notanker.plugin.child import find
from notanker.plugin.contract import parts_of
from notanker.plugin.options import read_options
from notanker_central.alarm.settings import Channel

CATALOGUE: Final = Catalogue(
    {
        "modem-missing": Entry(
            "error",
            (
                "Ein Plugin „{kind}“ ist hier nicht zu gebrauchen ({reason}).",
                "huawei_lte, at_modem oder modemmanager angeben und notanker mit diesem Extra einrichten.",
            ),
            (
                "A plugin '{kind}' cannot be used here ({reason}).",
                "Name huawei_lte, at_modem or modemmanager, and install notanker with that extra.",
            ),
        ),
        "no-modem": Entry(
            "error",
            (
                "Das Plugin „{kind}“ ist kein Modem, das SMS sendet.",
                "huawei_lte, at_modem oder modemmanager angeben; für Dienste gibt es apprise.",
            ),
            (
                "The plugin '{kind}' is no modem that sends SMS.",
                "Name huawei_lte, at_modem or modemmanager; for services there is apprise.",
            ),
        ),
        "same-modem": Entry(
            "error",
            (
                "Dieses Modem hat schon der Meldeweg „{name}“.",
                "Einen streichen oder einem beide „kinds“ geben; ein zweites Modem braucht eigene options.",
            ),
            (
                "The channel '{name}' has this modem already.",
                "Remove one, or give one both kinds by 'kinds'; a second modem needs options of its own.",
            ),
        ),
    }
)


def check(document: Document, channels: Sequence[Channel]) -> Iterator[Problem]:
    """Yield what is wrong with the modems; a plugin is loaded only where one is named."""
    seen: list[Channel] = []
    for index, channel in enumerate(channels):
        if channel.modem is None:
            continue
        path: tuple[str | int, ...] = ("alarm", "channel", index)
        other = next((one for one in seen if _is_same(one, channel)), None)
        if other is not None:
            yield CATALOGUE.problem("same-modem", document.place((*path, "modem")), name=other.name)
        seen.append(channel)
        yield from _plugin(document, path, channel.modem, channel.options)


def _is_same(one: Channel, other: Channel) -> bool:
    return (one.modem, one.options) == (other.modem, other.options)


def _plugin(
    document: Document, path: tuple[str | int, ...], kind: str, options: Mapping[str, object]
) -> Iterator[Problem]:
    place = document.place((*path, "modem"))
    try:
        found: type[Plugin[Any]] = find(kind)
    except (Permanent, ImportError) as error:
        yield CATALOGUE.problem("modem-missing", place, kind=kind, reason=str(error))
        return
    if not parts_of(found) >= {"channel", "modem"}:
        yield CATALOGUE.problem("no-modem", place, kind=kind)
        return
    _, problems = read_options(options, found.Config)
    for problem in problems:
        yield replace(problem, place=_place(document, path, problem.place.field))


def _place(document: Document, path: tuple[str | int, ...], field: str) -> Place:
    """Return where an option stands; the plugin knows its name alone."""
    names = field.split(".") if field else []
    return document.place((*path, "options", *names))
