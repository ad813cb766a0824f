"""The fixed words of the portal's own pages."""

from __future__ import annotations

from typing import Final

from notanker.core.report_rows import TEMPLATES

WORDS: Final[dict[str, tuple[str, str]]] = {
    "home": ("Start", "Start"),
    "skip": ("Zum Inhalt", "Skip to content"),
    "state": ("Zustand der Leitung", "State of the line"),
    "stand": ("Stand", "As of"),
    "main": ("Hauptleitung", "Main line"),
    "lte": ("LTE", "LTE"),
    "no_cable": ("kein Kabelsignal", "no link"),
    "incident": ("Störung", "Incident"),
    "began": ("Beginn", "Began"),
    "cause": ("Vermutliche Ursache", "Likely cause"),
    "evidence": ("Beleg", "Evidence"),
    "progress": ("Bearbeitung", "Progress"),
    "by": ("von", "by"),
    "told": ("Benachrichtigt", "Told so far"),
    "nobody_told": ("Noch niemand.", "Nobody yet."),
    "wording": ("Freigegebener Wortlaut", "Released wording"),
    "recent": ("Letzte Störungen", "Recent incidents"),
    "report": ("Bericht", "Report"),
    "for_it": ("Für die IT", "For IT"),
    "answer_time": ("Antwortzeit", "Response time"),
    "loss": ("Verlust", "Loss"),
    "silent": ("Ohne Antwort", "No answer from"),
    "signal": ("Empfang", "signal"),
    "modem": ("Modem", "Modem"),
    "lte_data": ("LTE-Daten in diesem Monat", "LTE data this month"),
    "of": ("von", "of"),
    "plugins": ("Bausteine", "Plugins"),
    "beat": ("Lebenszeichen an die Zentrale", "Heartbeat to the centre"),
    "beat_off": ("ausgeschaltet", "switched off"),
    "beat_never": ("noch nie bestätigt", "never confirmed"),
    "beat_last": ("zuletzt bestätigt", "last confirmed"),
    "sos": ("Menschen in Gefahr", "People in danger"),
    "fire": ("Feuerwehr, Rettung", "Fire, ambulance"),
    "police": ("Polizei", "Police"),
    "no_plan": (
        "Auf diesem Gerät liegt noch kein Notfallplan. Fragen Sie die Schichtleitung.",
        "There is no emergency plan on this device yet. Ask your shift lead.",
    ),
    "site": ("Notfallplan", "Emergency plan"),
    "version": ("Fassung", "Version"),
    "issued": ("vom", "of"),
    "overdue": ("Prüfung überfällig seit", "Review overdue since"),
    "mark": ("Prüfsumme", "Fingerprint"),
    "leave": (
        "Fertig? Verlassen Sie dieses WLAN, dann gehen mobile Daten wieder.",
        "Done? Leave this Wi-Fi, then mobile data works again.",
    ),
    "stay": ("Mein Gerät soll hier bleiben", "My device is to stay here"),
    "to_home": ("Zur Startseite", "To the start page"),
    "print": ("Drucken: im Menü des Browsers.", "To print, use the browser's menu."),
    "r_title": ("Auswertungsbericht Störung", "After-action report, incident"),
    "r_head": ("Auswertungs\u00adbericht Störung", "After-action report, incident"),
    "r_targets": ("Gemessen an den Zielen", "Measured against the targets"),
    "r_shortfalls": ("Was nicht ging", "What did not work"),
    "r_said": ("quittiert", "acknowledged"),
    "r_more": ("{n} weitere Einträge", "{n} more entries"),
    "r_rows": ("Verlauf", "Time line"),
    "r_messages": ("Wer was erfuhr", "Who was told what"),
    "r_number": ("Nr.", "No."),
    "e_404": ("Diese Seite gibt es nicht", "There is no such page"),
    "e_404_do": (
        "Auf der Startseite finden Sie alle Nummern und Anleitungen.",
        "All numbers and instructions are on the start page.",
    ),
    "e_405": ("Hier wird nur gelesen", "This is for reading only"),
    "e_405_do": (
        "Diese Seite nimmt nichts entgegen.",
        "This page takes nothing in.",
    ),
    "e_500": ("Diese Seite ist gerade gestört", "This page has a fault"),
    "e_500_do": (
        "Bitte die Startseite öffnen oder den gedruckten Plan nehmen.",
        "Please open the start page or take the printed plan.",
    ),
}


_SIGNAL: Final = (
    (-90.0, "gut", "good"),
    (-105.0, "mittel", "fair"),
    (float("-inf"), "schwach", "weak"),
)


def words(language: str) -> dict[str, str]:
    """Return the words of one language."""
    index = 1 if language == "en" else 0
    return {key: pair[index] for key, pair in WORDS.items()}


def template_words(template: str, language: str) -> str:
    """Return what kind of message a template is."""
    kind = template.partition("-")[0]  # `T1-isolated` is an alert too
    if kind not in TEMPLATES:
        return template
    german, english = TEMPLATES[kind]
    return english.lower() if language == "en" else german


def signal_words(dbm: float | None, language: str) -> str:
    """Say how good the reception is; LTE's reference signal power, in the steps that phones show."""
    if dbm is None:
        return ""
    german, english = next(pair for limit, *pair in _SIGNAL if not dbm < limit)
    return english if language == "en" else german
