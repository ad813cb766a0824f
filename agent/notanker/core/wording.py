"""The words for the closed lists, German and English, for messages, pages, reports and the board alike."""

from __future__ import annotations

from typing import Final

from notanker.core.names import Cause, Line, Outcome, Uplink, Verdict

Pair = tuple[str, str]

CAUSES: Final[dict[Cause, Pair]] = {
    Cause.ACCESS_LINE: ("Anschlussleitung", "access line"),
    Cause.PROVIDER: ("Netz des Anbieters", "provider's network"),
    Cause.DNS: ("Namensauflösung (DNS)", "name service (DNS)"),
    Cause.HALF_DEAD: ("Leitung nur halb tot", "line half dead"),
    Cause.CAPTIVE_PORTAL: ("Anmeldeseite des Anbieters", "provider's sign-in page"),
    Cause.BOTH_LINES: ("beide Leitungen aus", "both lines down"),
    Cause.UNKNOWN: ("noch unklar", "not yet known"),
}
UPLINKS: Final[dict[Uplink, Pair]] = {
    Uplink.PRIMARY: ("Hauptleitung", "primary line"),
    Uplink.BACKUP: ("Ersatzanbindung", "backup uplink"),
}
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
    Outcome.SENDING: ("wird gesendet", "being sent"),
    Outcome.UNKNOWN: ("abgegeben, Bestätigung fehlt", "handed over, not confirmed"),
    Outcome.SENT: ("gesendet", "sent"),
    Outcome.FAILED: ("nicht gesendet", "not sent"),
}


def verdict_words(verdict: Verdict, *, degraded: bool) -> Pair:
    """Return how an uplink does; one that works, but worse than agreed, is degraded."""
    return ("beeinträchtigt", "degraded") if degraded else VERDICTS[verdict]
