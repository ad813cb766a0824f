"""The fixed words of the portal's own pages."""

from __future__ import annotations

from typing import Final

from notanker.core.report_rows import TEMPLATES
from notanker.core.wording import signal_pair

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
    "search": ("Suchen", "Search"),
    "search_what": (
        "Was suchen Sie? Zum Beispiel „Netz weg“",
        "What are you looking for? Such as “net gone”",
    ),
    "found": ("Gefunden zu „{q}“", "Found for “{q}”"),
    "found_none": (
        "Dazu steht nichts im Plan. Versuchen Sie ein anderes Wort, oder rufen Sie jemanden an.",
        "The plan has nothing about that. Try another word, or call a number of the start page.",
    ),
    "found_broken": (
        "Die Suche geht gerade nicht. Alles ist auch über die Startseite zu finden.",
        "The search does not work just now. Everything can be reached from the start page too.",
    ),
    "meaning": ("Was das für uns heißt", "What this means for us"),
    "hit": ("Betroffen", "Affected"),
    "runs_on": ("Läuft weiter", "Running"),
    "next_news": ("Nächste Info", "Next update"),
    "refreshes": ("Lädt alle {s} Sekunden neu.", "Reloads every {s} seconds."),
    "hold": ("Neuladen anhalten", "Stop reloading"),
    "still": ("Diese Seite lädt nicht neu.", "This page does not reload."),
    "go_on": ("Wieder alle paar Sekunden neu laden", "Reload every few seconds again"),
    "gone_measures": (
        "Hilft jetzt nicht, weil ausgefallen ist: {names}",
        "No help right now, because this is down: {names}",
    ),
    "gone_contacts": (
        "Vermutlich nicht erreichbar, weil ausgefallen ist: {names}",
        "Probably not reachable, because this is down: {names}",
    ),
    "gone_below": (
        "Vermutlich nicht erreichbar, siehe unten.",
        "Probably not reachable, see below.",
    ),
    "somebody": ("eine Person aus dem Plan", "somebody in the plan"),
    "lapsed": (
        "Die Unterschrift dieses Plans gilt nicht mehr.",
        "The signature of this plan no longer counts.",
    ),
    "good_last": ("Zuletzt gültig geprüft:", "Last found good:"),
    "contact_last": ("Letzter Kontakt zur Zentrale", "Last contact with the centre"),
    "unverified": (
        "Mindestens ein Kontakt wurde seit {days} {day} nicht geprüft",
        "At least one contact was not verified for {days} {day}",
    ),
    "plan_ok": ("Plan aktuell", "Plan up to date"),
    "sheet": ("Blatt", "Sheet"),
    "leads": ("Für die Leitung", "For leads"),
    "leads_ask": (
        "Nummern und Seiten, die nur die Leitung braucht. Der Code liegt bei der Notfallleitung.",
        "Numbers and pages that only leads need. The emergency lead has the code.",
    ),
    "leads_code": ("Code der Leitung", "The leads' code"),
    "leads_open": ("Zeigen", "Show"),
    "leads_wrong": ("Dieser Code stimmt nicht.", "This code is wrong."),
    "leads_wait": (
        "Zu viele falsche Codes. Bitte zehn Minuten warten oder die Notfallleitung anrufen.",
        "Too many wrong codes. Please wait ten minutes or call the emergency lead.",
    ),
    "leads_none": (
        "Auf diesem Gerät ist kein Code eingerichtet. Die Seiten der Leitung stehen im gedruckten Plan.",
        "No code is set up on this device. The leads' pages are in the printed plan.",
    ),
    "leads_leave": (
        "Diese Seite bleibt nirgends gespeichert. Danach bitte das Fenster schließen.",
        "This page is kept nowhere. Please close the window afterwards.",
    ),
    "join": ("Andere verbinden", "Connect others"),
    "join_1": ("1. Ins WLAN", "1. Join the Wi-Fi"),
    "join_2": ("2. Plan öffnen", "2. Open the plan"),
    "join_scan": ("Mit der Kamera des Telefons scannen.", "Scan with the phone's camera."),
    "join_stay": (
        "Wenn das Telefon warnt, dass es kein Internet gibt: „Verbunden bleiben“ antippen.",
        "If the phone warns that there is no internet, tap “Stay connected”.",
    ),
    "join_type": ("Oder im Browser eintippen:", "Or type into the browser:"),
    "join_wifi": ("WLAN", "Wi-Fi"),
    "join_key": ("Schlüssel", "Key"),
    "join_qr_wifi": ("QR-Code für das WLAN", "QR code for the Wi-Fi"),
    "join_qr_url": ("QR-Code für die Adresse", "QR code for the address"),
    "form_print": ("Drucken", "Print"),
    "form_from": ("Ab Nummer", "From number"),
    "form_count": ("Anzahl", "Copies"),
    "form_make": ("Nummerieren", "Number them"),
    "form_next": ("Weitere ab Nummer {n}", "More from number {n}"),
    "form_how": (
        "Nummern wählen, dann im Menü des Browsers drucken: ein Blatt je Formular.",
        "Choose the numbers, then print from the browser's menu: one sheet for each form.",
    ),
    "form_note": (
        "Die nächste freie Nummer auf das Lageprotokoll schreiben.",
        "Write the next free number down in the log.",
    ),
    "late": ("Formulare nachtragen", "Type in the forms"),
    "late_how": (
        "Welche Nummern wurden ausgegeben? Zum Beispiel 1-30. Gespeichert wird nichts: drucken, abhaken.",
        "Which numbers were given out? Such as 1-30. Nothing is stored: please print and tick off.",
    ),
    "late_day": ("Tag auf den Formularen, wie 261122", "Day on the forms, such as 261122"),
    "late_make": ("Liste zeigen", "Show the list"),
    "late_by": ("Nachtragen", "Type in by"),
    "late_numbers": ("Nummern", "Numbers"),
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
    """Say how good the reception is; nothing if it is not known."""
    return "" if dbm is None else signal_pair(dbm)[language == "en"]
