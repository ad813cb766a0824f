"""What a modem says of itself, in words for the technician who puts up its antenna."""

from __future__ import annotations

from typing import Final

from notanker.cli.output import say
from notanker.plugin import ModemInfo, Registration, Signal, Sim, UplinkState

BAR_CELLS: Final = 20

REGISTRATIONS: Final = {
    Registration.HOME: ("im Heimatnetz eingebucht", "registered in its home network"),
    Registration.ROAMING: ("eingebucht, Roaming", "registered, roaming"),
    Registration.SEARCHING: ("sucht ein Netz", "looks for a network"),
    Registration.DENIED: ("vom Netz abgelehnt", "denied by the network"),
    Registration.EMERGENCY_ONLY: ("nur Notrufe", "emergency calls only"),
    Registration.SMS_ONLY: ("nur SMS, keine Daten", "SMS only, no data"),
    Registration.OFF: ("sucht kein Netz", "looks for no network"),
}
SIMS: Final = {
    Sim.READY: ("bereit", "ready"),
    Sim.PIN: ("wartet auf die PIN", "wants its PIN"),
    Sim.PUK: ("gesperrt, wartet auf die PUK", "locked, wants its PUK"),
    Sim.BUSY: ("noch beschäftigt", "still busy"),
    Sim.MISSING: ("keine Karte gefunden", "no card found"),
    Sim.FAILED: ("defekt oder nicht lesbar", "broken or unreadable"),
}

_RSRP: Final = (-120.0, -75.0, ((-85, 4), (-95, 3), (-105, 2), (-115, 1)))
"""RSRP from the edge of what can be used to the mast in sight; what is good is the field's rule of thumb."""
_RSSI: Final = (-113.0, -51.0, ((-70, 4), (-85, 3), (-95, 2), (-105, 1)))
"""RSSI by the ends of +CSQ (3GPP TS 27.007, 8.5)."""

GRADES: Final = (
    ("zu schwach", "too weak"),
    ("schwach", "weak"),
    ("brauchbar", "usable"),
    ("gut", "good"),
    ("sehr gut", "very good"),
)


def strength(signal: Signal) -> tuple[str, float, float, int] | None:
    """Return name, value in dBm, share of the bar (0 to 1) and grade (0 to 4); None without signal."""
    if signal.rsrp_dbm is not None:
        return "RSRP", signal.rsrp_dbm, *_place(signal.rsrp_dbm, *_RSRP)
    if signal.rssi_dbm is not None:
        return "RSSI", signal.rssi_dbm, *_place(signal.rssi_dbm, *_RSSI)
    return None


def _place(
    value: float, least: float, most: float, grades: tuple[tuple[int, int], ...]
) -> tuple[float, int]:
    share = min(1.0, max(0.0, (value - least) / (most - least)))
    return share, next((grade for limit, grade in grades if value >= limit), 0)


def signal_line(signal: Signal) -> str:
    """Return one line of at most 80 columns, to point an antenna by."""
    found = strength(signal)
    if found is None:
        words = registration_words(signal.registration)
        return f"[{' ' * BAR_CELLS}] " + say("kein Empfang", "no signal") + f"  {words}".rstrip()
    name, dbm, share, grade = found
    bar = "#" * round(share * BAR_CELLS)
    head = f"[{bar:<{BAR_CELLS}}] {name} {dbm:4.0f} dBm  {say(*GRADES[grade]):<10}"
    more = [f"SINR {signal.sinr_db:.0f} dB"] if signal.sinr_db is not None else []
    more += [f"RSRQ {signal.rsrq_db:.0f} dB"] if signal.rsrq_db is not None else []
    more += [text for text in (signal.network, signal.band) if text]
    return f"{head} {'  '.join(more)}".rstrip()[:79]


def registration_words(registration: Registration | None) -> str:
    """Return how the modem stands with the network, empty if it does not say."""
    return say(*REGISTRATIONS[registration]) if registration is not None else ""


def sim_words(info: ModemInfo) -> str:
    """Return how the SIM card does, and how many tries of its PIN are left."""
    if info.sim is None:
        return "-"
    words = say(*SIMS[info.sim])
    if info.pin_tries is not None:
        words += say(f", noch {info.pin_tries} PIN-Versuche", f", {info.pin_tries} PIN tries left")
    return words


def device_words(info: ModemInfo) -> str:
    """Return who made the modem and what he calls it, empty if it does not say."""
    return " ".join(filter(None, (info.manufacturer, info.model)))


def info_lines(info: ModemInfo) -> list[tuple[str, str]]:
    """Return what the modem is, line by line; what it does not say is left out."""
    device = device_words(info)
    lines = [
        ("Modem", device or "-"),
        ("Firmware", info.firmware),
        (say("Anschluss", "Port"), info.port),
        ("IMEI", info.imei),
        (say("SIM-Karte", "SIM card"), sim_words(info)),
        ("ICCID", info.iccid),
        ("IMSI", info.imsi),
        (say("Rufnummer", "Own number"), info.number),
        (say("SMS-Zentrale", "SMS centre"), info.centre),
        (say("Uhr im Modem", "Modem's clock"), info.clock.replace("T", " ")),
    ]
    return [(name, text) for name, text in lines if text]


def state_lines(state: UplinkState) -> list[tuple[str, str]]:
    """Return how its data session and its store of SMS do."""
    connected = {
        True: say("steht", "is up"),
        False: say("steht nicht", "is down"),
        None: say("unbekannt", "unknown"),
    }[state.connected]
    lines = [
        (say("Netz", "Network"), " ".join(filter(None, (state.operator, state.network)))),
        (say("Einbuchung", "Registration"), registration_words(state.registration)),
        (say("Datenverbindung", "Data session"), f"{connected} {state.address}".rstrip()),
    ]
    if state.data_switch is False:
        lines.append(("", say("Der Datenschalter ist aus.", "Its data switch is off.")))
    if state.message_store_full:
        lines.append(("SMS", say("Der Speicher ist voll.", "The store is full.")))
    return [(name, text) for name, text in lines if text]
