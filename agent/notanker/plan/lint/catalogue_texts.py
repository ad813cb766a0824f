"""The sentences on systems, services, steps and twins."""

from __future__ import annotations

from typing import Final

from notanker.errors import Catalogue, Entry

CATALOGUE: Final = Catalogue(
    {
        "spof": Entry(
            "warning",
            (
                "Fällt „{name}“ aus, hält keine Maßnahme am Leben: {services}.",
                "Eine Maßnahme anlegen, die ohne das auskommt, oder es in risks.toml annehmen.",
            ),
            (
                "If '{name}' fails, no measure keeps alive: {services}.",
                "Add a measure that does without it, or accept it in risks.toml.",
            ),
        ),
        "no-core": Entry(
            "warning",
            ("Kein Service ist Kern-Service.", "Beim wichtigsten core = true setzen."),
            ("No service is a core service.", "Set core = true at the most important one."),
        ),
        "odd-span": Entry(
            "warning",
            ("„{text}“ ist keine Zeitspanne.", "Etwa „15 min“, „4 h“ oder „1 Tag“ schreiben."),
            ("'{text}' is no span of time.", "Write one such as '15 min', '4 h' or '1 day'."),
        ),
        "rto-after-mtd": Entry(
            "warning",
            (
                "Er soll nach {rto} wieder laufen, darf aber nur {mtd} fehlen.",
                "rto kürzer als mtd setzen.",
            ),
            (
                "It is to run again after {rto}, but may be missing for {mtd} only.",
                "Make rto shorter than mtd.",
            ),
        ),
        "order-twice": Entry(
            "warning",
            (
                "Die Reihenfolge {order} ist zweimal vergeben.",
                "Jedem Service eine eigene Zahl geben.",
            ),
            ("The order {order} is given twice.", "Give each service a number of its own."),
        ),
        "too-many-steps": Entry(
            "warning",
            (
                "Unter „Sofort“ stehen {count} Schritte, mehr als {limit} liest niemand unter Druck.",
                "Kürzen, oder nach „Notbetrieb“ verschieben.",
            ),
            (
                "There are {count} steps under 'At once', nobody reads more than {limit} under stress.",
                "Shorten them, or move some to 'Emergency operation'.",
            ),
        ),
        "step-of-nobody": Entry(
            "warning",
            (
                "Dieser Sofort-Schritt gehört niemandem.",
                "So beginnen: {{rolle: operations, bis: 5 min}}",
            ),
            (
                "This step under 'At once' is nobody's.",
                "Begin it so: {{role: operations, by: 5 min}}",
            ),
        ),
        "long-step": Entry(
            "warning",
            (
                "Der Satz „{found}“ hat {count} Wörter, mehr als {limit} liest man zweimal.",
                "Zwei Sätze daraus machen.",
            ),
            (
                "The sentence '{found}' has {count} words, more than {limit} are read twice.",
                "Make two sentences of it.",
            ),
        ),
        "twin-differs": Entry(
            "warning",
            (
                "„{key}“ ist hier anders als in {file}.",
                "Denselben Wert setzen: Der Plan gilt in beiden Sprachen gleich.",
            ),
            (
                "'{key}' is another here than in {file}.",
                "Set the same value: the plan is the same in both languages.",
            ),
        ),
        "twin-steps": Entry(
            "warning",
            (
                "Hier stehen {here} Schritte, in {file} {there}, oder andere Rollen.",
                "Beide Fassungen Schritt für Schritt angleichen.",
            ),
            (
                "There are {here} steps here, {there} in {file}, or other roles.",
                "Make both versions alike, step by step.",
            ),
        ),
        "no-twin-text": Entry(
            "warning",
            (
                "Den Text {id} gibt es nur auf Deutsch; auf Englisch geht der mitgelieferte hinaus.",
                "Unter i18n/en/templates/ anlegen.",
            ),
            (
                "There is text {id} in German alone; in English the shipped one goes out.",
                "Add it below i18n/en/templates/.",
            ),
        ),
        "half-twin": Entry(
            "warning",
            ("Auf Englisch fehlt bei „{record}“: {keys}.", "In der Datei unter i18n/en ergänzen."),
            ("In English '{record}' lacks: {keys}.", "Add it to the file below i18n/en."),
        ),
    }
)
