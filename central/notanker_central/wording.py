"""What the board says, in German and English: one table, so that neither language lacks a word."""

from __future__ import annotations

from typing import Final

from notanker.core.wording import Pair
from notanker_central.states import State

STATES: Final[dict[State, Pair]] = {
    State.OK: ("ok", "ok"),
    State.BACKUP: ("auf Ersatzanbindung", "on backup uplink"),
    State.ISOLATED: ("isoliert", "isolated"),
    State.SILENT: ("stumm", "silent"),
    State.NEVER: ("noch nie gemeldet", "never reported"),
}

TEXTS: Final[dict[str, Pair]] = {
    "all": ("alle", "all"),
    "sites": ("Standorte", "Sites"),
    "site": ("Standort", "Site"),
    "state": ("Zustand", "State"),
    "since": ("seit", "since"),
    "beat": ("Lebenszeichen", "Heartbeat"),
    "over": ("über", "over"),
    "cause": ("Ursache", "Cause"),
    "needed_by": ("{count} Systeme hängen davon ab", "{count} systems depend on it"),
    "incident": ("Störung", "Incident"),
    "modem": ("Mobilfunk", "Mobile"),
    "plan": ("Plan", "Plan"),
    "plugins": ("Plugins", "Plugins"),
    "alarms": ("Alarme der Totmannschaltung", "Dead man's switch alarms"),
    "alarms_short": ("Alarme", "Alarms"),
    "no_alarms": ("Noch kein Standort ist verstummt.", "No site has fallen silent yet."),
    "no_sites": ("Hier ist kein Standort.", "There is no site here."),
    "open": ("offen", "open"),
    "from": ("verstummt", "fell silent"),
    "until": ("wieder da", "back"),
    "told": ("gemeldet", "told"),
    "not_told": ("noch nicht", "not yet"),
    "given_up": ("aufgegeben", "given up"),
    "backup_down": ("Ersatzanbindung ausgefallen", "backup uplink down"),
    "backup_unknown": ("Ersatzanbindung unbewiesen", "backup uplink not proven"),
    "journal_conflict": (
        "Der Standort schreibt einen neuen Verlauf. SD-Karte ersetzt? „notanker central site-anew {site}“",
        "The site writes a new journal. SD card replaced? 'notanker central site-anew {site}'",
    ),
    "journal": ("Verlauf am Standort", "Journal of the site"),
    "no_events": ("Der Standort hat noch nichts berichtet.", "The site has reported nothing yet."),
    "reports": ("Auswertungsberichte", "After-action reports"),
    "no_paper": (
        "Für PDF fehlt hier WeasyPrint. Der Bericht lässt sich aus dem Browser drucken.",
        "WeasyPrint is missing here for PDF. The report can be printed from the browser.",
    ),
    "flips": ("Zustandswechsel", "Changes of state"),
    "no_flips": ("Noch keiner.", "None yet."),
    "line": ("Verkehr", "Traffic"),
    "primary": ("Hauptleitung", "Primary line"),
    "backup": ("Ersatzanbindung", "Backup uplink"),
    "version": ("Version", "Version"),
    "findings": ("Befunde", "Findings"),
    "region": ("Region", "Region"),
    "stored_to": ("Verlauf vollständig bis", "Journal complete up to"),
    "of": ("von", "of"),
    "old_beats": ("Alte Lebenszeichen", "Old heartbeats"),
    "untrusted": ("Uhr unsicher", "clock not trusted"),
    "page": ("Seite", "Page"),
    "previous": ("zurück", "back"),
    "next": ("weiter", "next"),
    "to_board": ("Alle Standorte", "All sites"),
    "as_of": ("Stand", "As of"),
    "not_found": ("Das gibt es hier nicht.", "There is no such thing here."),
    "never": ("nie", "never"),
    "ago": ("vor {age}", "{age} ago"),
    "watch_down": (
        "Die Totmannschaltung arbeitet gerade nicht: stumme Standorte fallen nicht auf.",
        "The dead man's switch is not working right now: silent sites go unnoticed.",
    ),
    "other_language": ("English", "Deutsch"),
}
