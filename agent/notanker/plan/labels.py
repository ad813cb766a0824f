"""The fixed words of the rendered pages, German and English."""

from __future__ import annotations

import datetime as dt
from typing import Final

LABELS: Final[dict[str, tuple[str, str]]] = {
    "call_now": ("Jetzt anrufen", "Call now"),
    "bridge": ("Telefonkonferenz", "Telephone conference"),
    "opens": ("Offen", "Open"),
    "backup_phone": ("Ersatznummer", "Second number"),
    "what_happened": ("Was ist passiert?", "What has happened?"),
    "fits_now": ("passt zur Lage", "fits the situation"),
    "all_contacts": ("Alle Kontakte", "All contacts"),
    "whole_plan": ("Ganzer Plan zum Drucken", "Whole plan for printing"),
    "more": ("Im Notfallplan", "In the emergency plan"),
    "contacts": ("Kontakte", "Contacts"),
    "own": ("Unser Team", "Our team"),
    "provider": ("Dienstleister", "Providers"),
    "client": ("Auftraggeber", "Clients"),
    "authority": ("Behörden", "Authorities"),
    "signs": ("Daran erkennen Sie es", "How you recognise it"),
    "aim": ("Ziel", "Aim"),
    "lead": ("Es führt", "Led by"),
    "starts": ("Beginnt, wenn", "Begins when"),
    "ends": ("Endet, wenn", "Ends when"),
    "by": ("bis", "within"),
    "german_only": (
        "Nur auf Deutsch vorhanden.",
        "This page is available in German only.",
    ),
    "roles": ("Rollen", "Roles"),
    "holder": ("Inhaber", "Holder"),
    "deputies": ("Vertretung", "Deputies"),
    "authority_of": ("Darf entscheiden", "May decide"),
    "escalation": ("Wer wann benachrichtigt wird", "Who is told, and when"),
    "at_once": ("sofort", "at once"),
    "after": ("nach {n} min ohne Quittung", "after {n} min without acknowledgement"),
    "scenarios": ("Szenarien", "Scenarios"),
    "pages": ("Weitere Seiten", "Further pages"),
    "number": ("Nr.", "No."),
    "version": ("Fassung", "Version"),
    "valid": ("herausgegeben am", "issued on"),
    "review": ("nächste Prüfung bis", "next review by"),
    "customer_no": ("Kundennummer", "Customer no."),
    "contract_no": ("Vertragsnummer", "Contract no."),
    "service_no": ("Anschlussnummer", "Line no."),
    "sla": ("Vereinbart", "Agreed"),
    "mail": ("E-Mail", "E-mail"),
    "available": ("Erreichbar", "Available"),
    "speaks_en": ("spricht Englisch", "speaks English"),
    "image": ("Bild", "Picture"),
    "helps_now": ("Das hilft jetzt", "This helps now"),
    "measures": ("Maßnahmen", "Measures"),
    "all_measures": ("Alle Maßnahmen", "All measures"),
    "helps_here": ("Was dabei hilft", "What helps"),
    "helps_not": ("Hilft hierbei nicht", "No help in this"),
    "while_reserve": ("Nur solange die Reserve hält", "Only while the reserve lasts"),
    "only_after": ("Erst nach", "Only after"),
    "fails_for": ("Dafür fehlt", "It would need"),
    "min": ("{n} min", "{n} min"),
    "effort": ("Wirkt nach", "Helps after"),
    "effect": ("Wirkung", "Effect"),
    "undo": ("Zurücknehmen", "Undo"),
    "needs": ("Braucht", "Needs"),
    "keeps": ("Hält am Leben", "Keeps alive"),
    "tested": ("Zuletzt erprobt", "Last tested"),
    "does_it": ("Macht", "Done by"),
    "unreachable": ("Vermutlich nicht erreichbar", "Probably not reachable"),
    "verified": ("Geprüft", "Verified"),
    "phases": ("Abschnitte", "Sections"),
    "groups": ("Gruppen", "Groups"),
    "find": ("Suchen", "Search"),
    "find_what": (
        "Nicht dabei? Zum Beispiel „Netz weg“ eintippen:",
        "Not listed? Type, say, “net gone”:",
    ),
    "forms": ("Formulare", "Forms"),
    "late": ("Nach der Störung: Formulare nachtragen", "After the outage: type in the forms"),
    "wording": ("Was wir Anrufern sagen", "What we tell callers"),
    "join": ("Andere verbinden", "Connect others"),
    "leads": ("Für die Leitung", "For leads"),
    "new_here": ("Neu im Team? Fünf Minuten genügen.", "New in the team? Five minutes will do."),
    "a_lead": ("Leitung", "a lead"),
    "hidden_number": ("Nummer bei der Leitung", "number known to the leads"),
    "digitise_by": ("Nachtragen", "Type in by"),
    "retention": ("Aufbewahren", "Keep"),
    "personal": (
        "Enthält personenbezogene Daten: verdeckt halten, nach dem Nachtragen vernichten.",
        "Holds personal data: keep it covered, destroy it once it is typed in.",
    ),
    "serial": ("Lfd. Nr.", "Serial no."),
    "site": ("Standort", "Site"),
    "form": ("Formular", "Form"),
    "begin_end": ("Beginn und Ende des Notbetriebs", "Begin and end of emergency operation"),
    "scope": ("Geltungsbereich", "Scope"),
}
RESOURCES: Final[dict[str, tuple[str, str]]] = {
    "site-power": ("Strom am Standort", "power at the site"),
    "ups": ("USV", "UPS"),
    "site-lan": ("Netzwerk im Haus", "the site's network"),
    "site-wifi": ("WLAN im Haus", "the site's Wi-Fi"),
    "site-internet": ("Internet über die Hauptleitung", "internet by the main line"),
    "lte-data": ("LTE-Daten", "LTE data"),
    "site-voice": ("Telefonanlage", "the site's telephones"),
    "mobile-voice": ("Mobiltelefonie", "mobile calls"),
    "vpn-client": ("VPN zum Auftraggeber", "VPN to the client"),
    "client-system": ("System des Auftraggebers", "the client's system"),
    "cloud-data": ("Daten in der Cloud", "data in the cloud"),
    "dns": ("Namensauflösung", "name service"),
    "building-access": ("Zugang zum Gebäude", "access to the building"),
    "staff": ("Personal", "staff"),
    "print": ("Drucker", "printer"),
}
"""How people call what a scenario can lose."""

_DAYS: Final = {"Mo": "Mon", "Di": "Tue", "Mi": "Wed", "Do": "Thu", "Fr": "Fri", "Sa": "Sat"}

_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun",
                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")  # fmt: skip


def labels(language: str) -> dict[str, str]:
    """Return the words of one language."""
    index = 1 if language == "en" else 0
    return {key: pair[index] for key, pair in LABELS.items()}


def availability(text: str, language: str) -> str:
    """Say when somebody can be reached: `24x7` in words, `Mo-Fr 08-18` in the language."""
    if text == "24x7":
        return "at any time" if language == "en" else "rund um die Uhr"
    if language != "en":
        return text.replace("-", "–")
    days, space, hours = text.partition(" ")
    named = "–".join({**_DAYS, "So": "Sun"}.get(day, day) for day in days.split("-"))
    return f"{named}{space}{hours.replace('-', '–')}"


def day(date: dt.date, language: str) -> str:
    """Write a date as people do: `2.11.2026`, `2 Nov 2026`."""
    if language == "en":
        return f"{date.day} {_MONTHS[date.month - 1]} {date.year}"
    return f"{date.day}.{date.month}.{date.year}"
