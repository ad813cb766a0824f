"""The sentences of `notanker check`."""

from __future__ import annotations

from typing import Final

from notanker.errors import Catalogue, Entry

CATALOGUE: Final = Catalogue(
    {
        "no-interface": Entry(
            "error",
            ("Die Schnittstelle {name} gibt es auf diesem Gerät nicht.", "Vorhanden: {known}."),
            ("There is no interface {name} on this machine.", "There are: {known}."),
        ),
        "no-file": Entry(
            "error",
            ("Die Datei {path} ist nicht lesbar ({reason}).", "Sie anlegen oder den Pfad berichtigen."),
            ("The file {path} cannot be read ({reason}).", "Make it, or correct the path."),
        ),
        "no-such-system": Entry(
            "warning",
            ("Das System „{id}“ steht nicht in systems.toml des Plans.", "Es dort anlegen, damit seine Abhängigkeiten zählen."),
            ("The system '{id}' is not in the plan's systems.toml.", "Add it there, so that what depends on it counts."),
        ),
        "plugin-silent": Entry(
            "warning",
            ("Das Plugin {name} erreicht sein Gerät nicht: {reason}.", "Gerät, Kabel und Adresse prüfen."),
            ("The plugin {name} does not reach its device: {reason}.", "Check device, cable and address."),
        ),
        "plugin-broken": Entry(
            "error",
            ("Das Plugin {name} startet nicht: {reason}.", "Installiert? „notanker plugins“ zeigt die vorhandenen."),
            ("The plugin {name} does not start: {reason}.", "Installed? 'notanker plugins' lists what is there."),
        ),
        "gap-too-short": Entry(
            "warning",
            ("Die Lücke von {gap} s ist kürzer als die {needed} s, die der Nachweis eines Ausfalls braucht: vorher wird nie umgeschaltet.", "tolerate_gap_s auf mindestens {needed} setzen, burst_interval_s verkürzen oder false_switches_per_year erhöhen."),
            ("The gap of {gap} s is shorter than the {needed} s that it takes to prove an outage: nothing switches before that.", "Raise tolerate_gap_s to {needed}, shorten burst_interval_s, or allow more false_switches_per_year."),
        ),
        "gap-unseen": Entry(
            "warning",
            ("Zwischen zwei Prüfungen vergehen bis zu {wait} s: auf einer ruhigen Leitung fällt eine Lücke von {gap} s meist nicht auf.", "icmp_interval_s und service_interval_s verkürzen."),
            ("Up to {wait} s pass between two probes: on an idle line a gap of {gap} s mostly goes unseen.", "Shorten icmp_interval_s and service_interval_s."),
        ),
        "burst-too-slow": Entry(
            "warning",
            ("Bei Verdacht wird alle {burst} s geprüft, in Ruhe schon alle {calm} s: ein Verdacht beschleunigt nichts.", "burst_interval_s verkürzen, etwa auf 0.03."),
            ("On suspicion a probe goes out each {burst} s, while calm each {calm} s: suspicion speeds up nothing.", "Shorten burst_interval_s, for instance to 0.03."),
        ),
    }
)  # fmt: skip
