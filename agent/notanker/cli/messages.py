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
    }
)  # fmt: skip
