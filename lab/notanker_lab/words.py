"""What the demo says, in German and English."""

import os

TEXTS = {
    "building": ("Das Labor wird aufgebaut …", "Building the lab …"),
    "starting": ("Agent, Portal und Zentrale starten …", "Starting agent, portal and centre …"),
    "calm": (
        "Alles ruhig: Hauptleitung {primary_ms:.0f} ms, LTE {backup_ms:.0f} ms, Plan {plan} gilt.",
        "All calm: primary line {primary_ms:.0f} ms, LTE {backup_ms:.0f} ms, plan {plan} in force.",
    ),
    "users": (
        "Die Leute arbeiten: ihr Verkehr läuft über {uplink} ({route}).",
        "People are at work: their traffic takes {uplink} ({route}).",
    ),
    "beat": (
        "Lebenszeichen bei der Zentrale über {over}: Verkehr {line}.",
        "Heartbeat at the centre over {over}: traffic {line}.",
    ),
    "cut": (
        "Die Hauptleitung wird stumm durchtrennt (die Lampe am Router leuchtet weiter).",
        "The primary line is cut silently (the router's lamp stays on).",
    ),
    "moved": (
        "Umgeschaltet: {route}. Die Leute merkten {outage:.2f} s Unterbrechung.",
        "Switched: {route}. People noticed a gap of {outage:.2f} s.",
    ),
    "sms": ("SMS an {number}:", "SMS to {number}:"),
    "portal": (
        "Das Portal im WLAN zeigt den Ausfall und {numbers} Rufnummern.",
        "The portal on the Wi-Fi shows the outage and {numbers} telephone numbers.",
    ),
    "restore": ("Die Hauptleitung wird wieder verbunden.", "The primary line is joined again."),
    "proving": (
        "Sie antwortet wieder und muss sich {seconds:.0f} s bewähren.",
        "It answers again and must prove itself for {seconds:.0f} s.",
    ),
    "back": (
        "Zurückgeschaltet: {route}. Dabei gingen {lost} Pakete der Leute verloren.",
        "Switched back: {route}. {lost} packets of the people were lost on the way.",
    ),
    "events": (
        "Die Zentrale hat alle {count} Ereignisse der Störung gespeichert.",
        "The centre has stored all {count} events of the incident.",
    ),
    "open": (
        "Portal {portal}   Zentrale {board}",
        "Portal {portal}   Centre {board}",
    ),
    "keys": (
        "[d] durchtrennen [s] Stecker ziehen [w] heilen [b] Bericht [p] Panel [q] Ende",
        "[d] cut the line [s] pull the plug [w] restore [b] report [p] panel [q] quit",
    ),
    "seen": ("Jeder Schritt wurde wirklich beobachtet.", "Every step was really observed."),
    "missed": ("Nicht beobachtet: {what}", "Not observed: {what}"),
    "line": (
        "Verkehr jetzt: {line} (Störung {incident})",
        "Traffic now: {line} (incident {incident})",
    ),
    "gone": ("Alles abgebaut.", "All taken down."),
    "no-report": ("Noch keine Störung.", "No incident yet."),
}


NAMES = {
    "primary": ("Hauptleitung", "primary line"),
    "backup": ("LTE", "LTE"),
    "hold_off": ("Umschaltung läuft", "switching over"),
    "isolated": ("keine Anbindung", "no uplink"),
    "wait_to_restore": ("LTE, Hauptleitung bewährt sich", "LTE, primary line proves itself"),
}


def german() -> bool:
    """Tell whether the terminal's language is German."""
    names = ("NOTANKER_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
    return next((os.environ[n] for n in names if os.environ.get(n)), "").lower().startswith("de")


def name_of(state: str) -> str:
    """Give the name of an uplink or a state of the line in the terminal's language."""
    return NAMES.get(state, (state, state))[0 if german() else 1]


def say(key: str, **values: object) -> str:
    """Give a text in the terminal's language."""
    return TEXTS[key][0 if german() else 1].format(**values)
