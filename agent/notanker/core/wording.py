"""The words for the closed lists, German and English, for messages, pages, reports and the board alike."""

from __future__ import annotations

from typing import Final

from notanker.core.bearer import Order
from notanker.core.budget import Band, Purpose
from notanker.core.cause import Detail
from notanker.core.names import Cause, Confidence, Line, Outcome, Uplink, Verdict

Pair = tuple[str, str]

CAUSES: Final[dict[Cause, Pair]] = {
    Cause.OWN_POWER: ("Stromversorgung", "power supply"),
    Cause.SWITCH: ("Switch", "switch"),
    Cause.ROUTER: ("Router", "router"),
    Cause.ACCESS_LINE: ("Anschlussleitung", "access line"),
    Cause.PROVIDER: ("Netz des Anbieters", "provider's network"),
    Cause.DNS: ("Namensauflösung (DNS)", "name service (DNS)"),
    Cause.VPN: ("VPN", "VPN"),
    Cause.TELEPHONY: ("Telefonie", "telephony"),
    Cause.CLIENT_SYSTEM: ("System des Auftraggebers", "client's system"),
    Cause.SYSTEM: ("ein System am Standort", "a system of the site"),
    Cause.BROWN_OUT: ("Leitung stark gestört", "line badly disturbed"),
    Cause.ANCHOR: ("nur ein Prüfziel", "an anchor only"),
    Cause.HALF_DEAD: ("Leitung nur halb tot", "line half dead"),
    Cause.CAPTIVE_PORTAL: ("Anmeldeseite des Anbieters", "provider's sign-in page"),
    Cause.BOTH_LINES: ("beide Leitungen aus", "both lines down"),
    Cause.UNKNOWN: ("noch unklar", "not yet known"),
}
UPLINKS: Final[dict[Uplink, Pair]] = {
    Uplink.PRIMARY: ("Hauptleitung", "primary line"),
    Uplink.BACKUP: ("Ersatzanbindung", "backup uplink"),
}
SIGNALS: Final = (
    (-90.0, ("gut", "good")),
    (-105.0, ("mittel", "fair")),
    (float("-inf"), ("schwach", "weak")),
)
"""LTE's reference signal power in dBm: from where on it is called what, in the steps that phones show."""
LINES: Final[dict[Line, Pair]] = {
    Line.PRIMARY: ("Hauptleitung", "primary line"),
    Line.HOLD_OFF: ("Hauptleitung in Verdacht", "primary line suspected"),
    Line.ISOLATED: ("keine Anbindung mehr", "no uplink left"),
    Line.BACKUP: ("Ersatzanbindung", "backup uplink"),
    Line.WAIT_TO_RESTORE: (
        "Ersatzanbindung, Hauptleitung auf Probe",
        "backup uplink, primary line on trial",
    ),
}
VERDICTS: Final[dict[Verdict, Pair]] = {
    Verdict.UP: ("geht", "works"),
    Verdict.DOWN: ("ausgefallen", "down"),
    Verdict.UNKNOWN: ("noch nicht geprüft", "not yet checked"),
}
OUTCOMES: Final[dict[Outcome, Pair]] = {
    Outcome.QUEUED: ("wartet", "waiting"),
    Outcome.HANDED_OVER: ("wird gesendet", "being sent"),
    Outcome.UNKNOWN: ("abgegeben, Bestätigung fehlt", "handed over, not confirmed"),
    Outcome.SENT: ("gesendet", "sent"),
    Outcome.DELIVERED: ("angekommen", "delivered"),
    Outcome.FAILED: ("nicht gesendet", "not sent"),
}
BANDS: Final[dict[Band, Pair]] = {
    Band.PLENTY: ("reicht", "plenty"),
    Band.WARNED: ("über 75 %", "over 75 %"),
    Band.SCARCE: ("knapp: Nutzer nur noch Kern-Services", "scarce: users get core services only"),
    Band.SPENT: ("aufgebraucht: nur noch Alarme", "spent: alarms only"),
}
ORDERS: Final[dict[Order, Pair]] = {
    Order.BRING_UP: ("aufgebaut", "brought up"),
    Order.TEAR_DOWN: ("getrennt", "torn down"),
}
PURPOSES: Final[dict[Purpose, Pair]] = {
    Purpose.STANDBY: ("Bereitschaft", "standby"),
    Purpose.HEARTBEAT: ("Lebenszeichen", "heartbeats"),
    Purpose.ALERTS: ("Alarme", "alerts"),
    Purpose.TUNNEL: ("Fernzugang", "tunnel"),
    Purpose.USERS: ("Nutzer", "users"),
    Purpose.OTHER: ("sonst", "other"),
}

WAYS: Final[dict[str, Pair]] = {
    "sms": ("SMS", "SMS"),
    "panel": ("an der Box", "at the box"),
    "box": ("auf der Box eingegeben", "typed in on the box"),
    "centre": ("in der Zentrale", "at the centre"),
    "link": ("per Link", "by a link"),
    "call": ("am Telefon", "by telephone"),
}
"""How somebody acknowledged; a way that is not here stands for itself."""
DRAFTS: Final[dict[str, Pair]] = {
    "T6": ("Auftraggeber", "client"),
    "T7": ("Störungsansage", "announcement"),
    "T9": ("Kunden", "customers"),
    "T10": ("Presse", "press"),
    "T13": ("Kunden, danach", "customers, afterwards"),
}
"""For whom a text for people outside is."""
CONFIDENCES: Final[dict[Confidence, Pair]] = {
    Confidence.CERTAIN: ("sicher", "certain"),
    Confidence.LIKELY: ("wahrscheinlich", "likely"),
    Confidence.POSSIBLE: ("möglich", "possible"),
}
_SIGNS: Final[tuple[tuple[str, Pair], ...]] = (
    ("no mains power", ("kein Netzstrom", "no mains power")),
    ("carrier lost", ("kein Kabelsignal", "no link")),
    ("no address (DHCP, PPP)", ("keine Adresse (DHCP, PPP)", "no address (DHCP, PPP)")),
    ("first hop silent", ("nächster Router stumm", "next hop silent")),
    ("first hop answers", ("nächster Router antwortet", "next hop answers")),
    ("modem not connected", ("Modem nicht verbunden", "modem not connected")),
    ("modem connected", ("Modem verbunden", "modem connected")),
    ("no signal", ("kein Empfang", "no signal")),
    (" silent", (" stumm", " silent")),
    (" loss", (" Verlust", " loss")),
)
"""What evidence is made of, in words; figures and ids are the same in both languages."""


def signal_pair(dbm: float) -> Pair:
    """Return how good a reception is."""
    return next(pair for limit_dbm, pair in SIGNALS if not dbm < limit_dbm)


def draft_pair(template: str) -> Pair:
    """Return for whom a text is; one that is not known stands for itself."""
    return DRAFTS.get(template.partition("-")[0], (template, template))


def verdict_words(verdict: Verdict, *, degraded: bool) -> Pair:
    """Return how an uplink does; one that works, but worse than agreed, is degraded."""
    return ("beeinträchtigt", "degraded") if degraded else VERDICTS[verdict]


def cause_pair(cause: Cause, detail: Detail) -> Pair:
    """Return the short name of a cause: the broken system's own, if it is one of the plan's."""
    named = detail.name if detail.system and detail.name[0] else CAUSES[cause]
    return named[0], named[1]


def evidence_pair(evidence: str) -> Pair:
    """Return the evidence in words."""
    german, english = evidence, evidence
    for sign, words in _SIGNS:
        german, english = german.replace(sign, words[0]), english.replace(sign, words[1])
    return german, english


def sentence_pair(cause: Cause, detail: Detail, since: str) -> Pair:
    """Return the cause as one sentence: "Core-Switch antwortet seit 10:42:07 nicht; 9 Systeme ..."."""
    name = cause_pair(cause, detail)
    count = detail.needed_by
    if not detail.system:
        after = f", seit {since}" if since else "", f", since {since}" if since else ""
        return f"{name[0]}{after[0]}.", f"{name[1]}{after[1]}."
    german = f"{name[0]} antwortet{f' seit {since}' if since else ''} nicht"
    english = f"{name[1]} has not answered{f' since {since}' if since else ''}"
    return f"{german}{_needed(count)[0]}.", f"{english}{_needed(count)[1]}."


def _needed(count: int) -> Pair:
    if not count:
        return "", ""
    if count == 1:
        return "; 1 System hängt davon ab", "; 1 system depends on it"
    return f"; {count} Systeme hängen davon ab", f"; {count} systems depend on it"
