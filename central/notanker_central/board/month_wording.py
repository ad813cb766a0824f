"""What the monthly report says, in German and English."""

from __future__ import annotations

from typing import Final

from notanker.core.wording import Pair

MONTH_TEXTS: Final[dict[str, Pair]] = {
    "month_title": ("Verfügbarkeit im {month}", "Availability in {month}"),
    "month_fleet": ("Alle Standorte", "All sites"),
    "until_now": ("Zwischenstand bis {time}", "So far, until {time}"),
    "agreed_hours": ("Vereinbarte Zeit", "Agreed hours"),
    "around_the_clock": ("rund um die Uhr", "around the clock"),
    "zone": ("Zeitzone", "Time zone"),
    "site_available": ("Standort erreichbar", "Site available"),
    "primary_available": ("Hauptleitung verfügbar", "Primary line available"),
    "at_worst": ("Im ungünstigsten Fall", "At the least"),
    "agreed_time": ("Vereinbarte Stunden", "Agreed time"),
    "on_backup_time": ("über LTE", "on LTE"),
    "down_time": ("ohne Verbindung", "cut off"),
    "unknown_time": ("unbekannt", "unknown"),
    "outages": ("Ausfälle", "Outages"),
    "no_outages": (
        "Kein Ausfall in der vereinbarten Zeit.",
        "No outage within the agreed hours.",
    ),
    "begin": ("Beginn", "Begin"),
    "end": ("Ende", "End"),
    "switched_within": ("umgeschaltet", "switched"),
    "within": ("in {seconds} s", "in {seconds} s"),
    "before_that": ("vor dem Monat", "before the month"),
    "after_that": ("nach dem Monat", "after the month"),
    "not_over": ("dauert an", "goes on"),
    "site_silent": ("Standort stumm", "site silent"),
    "cause_unknown": ("Ursache unbekannt", "cause unknown"),
    "method": ("Wie gemessen wurde", "How it was measured"),
    "method_probes": (
        "Das Gerät am Standort prüft Hauptleitung und LTE fortlaufend mit mehreren Prüfzielen.",
        "The device at the site probes the primary line and LTE all the time against several anchors.",
    ),
    "method_beats": (
        "Es meldet der Zentrale jede Minute und jeden Wechsel. Es zählt, was die Zentrale festgehalten hat.",
        "It reports to the centre each minute and at each change. What the centre wrote down counts.",
    ),
    "method_available": (
        "Erreichbar ist der Standort über die Hauptleitung oder über LTE.",
        "The site is available over the primary line or over LTE.",
    ),
    "method_unknown": (
        "Blieb das Lebenszeichen aus, ist die Zeit unbekannt: weder verfügbar noch Ausfall.",
        "Where no heartbeat came, the time is unknown: it counts neither as available nor as an outage.",
    ),
    "method_least": (
        "„Im ungünstigsten Fall“ nimmt an, der Standort sei währenddessen ohne Verbindung gewesen.",
        "'At the least' takes it that the site was cut off meanwhile.",
    ),
    "method_hours": (
        "Es zählt nur die vereinbarte Zeit, Sommer- und Winterzeit des Standorts eingerechnet.",
        "Only agreed hours count, with the site's daylight saving.",
    ),
    "method_rounded": (
        "Prozente sind auf zwei Stellen abgerundet, nie aufgerundet.",
        "Per cent are rounded down to two decimals, never up.",
    ),
}
METHOD: Final = tuple(name for name in MONTH_TEXTS if name.startswith("method_"))
