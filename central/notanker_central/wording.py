"""What the board says, in German and English: one table, so that neither language lacks a word."""

from __future__ import annotations

from typing import Final

from notanker.core.wording import Pair
from notanker_central.states import State
from notanker_central.words_outside import REFUSALS, RELEASING

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
    "not_from_here": (
        "Das kam nicht von dieser Seite. Bitte den Standort hier öffnen und noch einmal versuchen.",
        "That did not come from this board. Please open the site here and try again.",
    ),
    "too_many_waiting": (
        "Für diesen Standort warten schon zu viele Aufträge. Rufen Sie bitte dort an.",
        "Too many orders wait for this site already. Please call there.",
    ),
    "never": ("nie", "never"),
    "ago": ("vor {age}", "{age} ago"),
    "watch_down": (
        "Die Totmannschaltung arbeitet gerade nicht: stumme Standorte fallen nicht auf.",
        "The dead man's switch is not working right now: silent sites go unnoticed.",
    ),
    "other_language": ("English", "Deutsch"),
    "acknowledge": ("Quittieren", "Acknowledge"),
    "held_by": ("übernommen von {who}", "taken on by {who}"),
    "ack_title": ("Störung {number} übernehmen", "Take on incident {number}"),
    "ack_means": (
        "Wer übernimmt, kümmert sich: Der Standort alarmiert dann niemand weiteren.",
        "Whoever takes it on sees to it: the site then alarms nobody else.",
    ),
    "your_name": ("Ihr Name", "Your name"),
    "i_have_it": ("Ich kümmere mich", "I have it"),
    "back_to_site": ("Zum Standort", "To the site"),
    "wanted": ("Aufträge an den Standort", "Orders to the site"),
    "wanted_by": ("{who} übernimmt Störung {number}", "{who} takes on incident {number}"),
    "on_its_way": (
        "noch nicht angekommen: geht mit dem nächsten Lebenszeichen hinaus",
        "not there yet: it goes out with the next heartbeat",
    ),
    **RELEASING,
    "taken": ("am Standort angekommen ({time})", "taken by the site ({time})"),
    "not_taken": ("vom Standort abgewiesen: {reason}", "refused by the site: {reason}"),
}
REASONS: Final[dict[str, Pair]] = {
    "had": ("jemand anderes hat sie schon", "somebody else has it already"),
    "resolved": ("sie ist schon beendet", "it is resolved already"),
    "stale": ("sie ist seither neu ausgebrochen", "it has broken out anew since"),
    "unknown": ("der Standort kennt sie nicht", "the site does not know it"),
    **REFUSALS,
    "kind": ("diese Version kennt den Auftrag nicht", "this version does not know the order"),
}
"""Why a site did not take an order."""
