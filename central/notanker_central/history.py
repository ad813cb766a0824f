"""A site's journal in words: one sentence for each kind of fact the agent records.

A kind that isn't here is shown as the site wrote it: a newer agent may know more than this centre. Telephone
numbers in the journal are not shown.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from notanker.core.wording import BANDS, CAUSES, LINES, ORDERS, OUTCOMES, UPLINKS, Pair
from notanker.errors import Language

# {field} is a field of the fact, in words where the field holds one of the closed lists.
SENTENCES: Final[dict[str, Pair]] = {
    "Started": (
        "Agent {version} gestartet, Verkehr über {route}",
        "Agent {version} started, traffic over the {route}",
    ),
    "QualityChanged": (
        "Qualität der {uplink}: {loss_pct} % Verlust, {delay_ms} ms",
        "Quality of the {uplink}: {loss_pct} % loss, {delay_ms} ms",
    ),
    "LineChanged": ("Anbindung: {line}", "Line: {line}"),
    "Switched": ("Umgeschaltet auf {to} in {took_ms} ms", "Switched to the {to} in {took_ms} ms"),
    "Opened": (
        "Störung {incident} eröffnet, Ursache: {cause}",
        "Incident {incident} opened, cause: {cause}",
    ),
    "Reopened": (
        "Störung {incident} erneut ausgebrochen, Ursache: {cause}",
        "Incident {incident} broke out again, cause: {cause}",
    ),
    "CauseKnown": (
        "Störung {incident}, Ursache nun: {cause}",
        "Incident {incident}, cause now: {cause}",
    ),
    "Queued": ("Meldung {mark} an {name}", "Message {mark} to {name}"),
    "Settled": ("Meldung {mark}: {outcome}", "Message {mark}: {outcome}"),
    "SystemBack": (
        "Störung {incident}: das System antwortet wieder",
        "Incident {incident}: the system answers again",
    ),
    "SystemLost": (
        "Störung {incident}: das System erneut ausgefallen",
        "Incident {incident}: the system failed again",
    ),
    "PrimaryBack": (
        "Störung {incident}: Hauptleitung wieder da",
        "Incident {incident}: primary line is back",
    ),
    "PrimaryLost": (
        "Störung {incident}: Hauptleitung erneut ausgefallen",
        "Incident {incident}: primary line lost again",
    ),
    "Resolved": ("Störung {incident} beendet", "Incident {incident} resolved"),
    "BandEntered": ("LTE-Datenbudget: {band}", "LTE data budget: {band}"),
    "BearerMoved": ("LTE-Datenverbindung {order}", "LTE data session {order}"),
    "DeviceTold": ("{plugin}: {what} {reason}", "{plugin}: {what} {reason}"),
    "Escalated": ("Eskalation: Stufe {step}", "escalation: step {step}"),
    "Withheld": ("{name} nicht benachrichtigt: {why}", "{name} not told: {why}"),
    "Mitigated": ("arbeitet wieder über LTE", "works again over LTE"),
    "WatchesHeard": (
        "Störung {incident}: was die Prüfungen der Systeme wissen, ist notiert",
        "Incident {incident}: what the watches of systems know is noted",
    ),
    "Drafted": (
        "Störung {incident}: Entwurf {template}, Fassung {version}",
        "Incident {incident}: draft {template}, version {version}",
    ),
    "Released": (
        "Störung {incident}: {template} freigegeben von {name} ({how})",
        "Incident {incident}: {template} released by {name} ({how})",
    ),
    "Withdrawn": (
        "Störung {incident}: {template} zurückgenommen von {name} ({how})",
        "Incident {incident}: {template} withdrawn by {name} ({how})",
    ),
    "AnnouncementOrdered": (
        "Störung {incident}: Störungsansage {head_number} soll an: {on}",
        "Incident {incident}: announcement {head_number} is to be on: {on}",
    ),
    "AnnouncementSwitched": (
        "Störung {incident}: Störungsansage {head_number} an: {on} ({reason})",
        "Incident {incident}: announcement {head_number} on: {on} ({reason})",
    ),
    "SmsHeard": ("SMS von {sender}: {what}", "SMS from {sender}: {what}"),
    "OrderRefused": (
        "{contact} wollte {order}, abgewiesen: {reason}",
        "{contact} ordered {order}, refused: {reason}",
    ),
    "BearerTested": ("LTE-Probe bestanden", "Test of LTE passed"),
    "Acknowledged": (
        "Störung {incident} quittiert ({contact}, {how})",
        "Incident {incident} acknowledged ({contact}, {how})",
    ),
    "DrillAsked": ("Notfallübung gewünscht ({contact})", "Drill asked for ({contact})"),
    "PowerCycleOrdered": (
        "Störung {incident}: Router wird für {off_s} s stromlos",
        "Incident {incident}: the router loses power for {off_s} s",
    ),
    "PowerCycled": (
        "Störung {incident}: Router hat wieder Strom",
        "Incident {incident}: the router has power again",
    ),
}
_FAILED: Final[dict[str, Pair]] = {
    "Switched": (
        "Umschaltung auf {to} misslungen: {reason}",
        "Switch to the {to} failed: {reason}",
    ),
    "BearerMoved": (
        "LTE-Datenverbindung nicht {order}: {reason}",
        "LTE data session not {order}: {reason}",
    ),
    "BearerTested": ("LTE-Probe nicht bestanden", "Test of LTE failed"),
    "AnnouncementSwitched": (
        "Störung {incident}: Störungsansage {head_number} nicht geschaltet: {reason}",
        "Incident {incident}: announcement {head_number} not switched: {reason}",
    ),
    "PowerCycled": (
        "Störung {incident}: Router nicht neu gestartet: {reason}",
        "Incident {incident}: router not restarted: {reason}",
    ),
}
"""The same where `ok` is false."""
_STOPS: Final[dict[str, Pair]] = {
    "ask": (
        "Eskalation: um Antwort gebeten (Stufe {step})",
        "escalation: asked to answer (step {step})",
    ),
    "bridge": (
        "Eskalation: alle in die Konferenz gerufen",
        "escalation: all called into the conference",
    ),
}
"""What an escalation came to, where that is not the next step."""
_LISTS: Final[dict[str, dict[Any, Pair]]] = {
    "route": {**UPLINKS},
    "to": {**UPLINKS},
    "uplink": {**UPLINKS},
    "line": {**LINES},
    "cause": {**CAUSES},
    "outcome": {**OUTCOMES},
    "band": {**BANDS},
    "order": {**ORDERS},
    "on": {True: ("ja", "yes"), False: ("nein", "no")},
}
_HIDDEN: Final = frozenset({"number"})
_MAX_FIELDS: Final = 12
_MAX_VALUE: Final = 80


def sentence(kind: str, fields: str, language: Language) -> str:
    """Return what happened, in words. Total: whatever a site sent, there is a text."""
    try:
        values = msgspec.json.decode(fields)
    except (msgspec.MsgspecError, RecursionError):
        values = None
    if not isinstance(values, dict):
        return f"{_short(kind)}: {_short(fields)}"
    pair = (_FAILED if values.get("ok") is False else SENTENCES).get(kind)
    if kind == "Escalated":
        pair = _STOPS.get(str(values.get("kind")), pair)
    if pair is None:
        return _plain(kind, values)
    shown = _Words({name: _word(name, value, language) for name, value in values.items()})
    return pair[language == "en"].format_map(shown)


class _Words(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "?"


def _word(name: str, value: object, language: Language) -> str:
    pair = _LISTS.get(name, {}).get(value) if isinstance(value, str | bool) else None
    if pair is not None:
        return pair[language == "en"]
    if isinstance(value, float):
        return f"{value:.0f}"
    return _short(value if isinstance(value, str) else msgspec.json.encode(value).decode())


def _plain(kind: str, values: dict[str, Any]) -> str:
    items = [(k, v) for k, v in values.items() if k not in _HIDDEN][:_MAX_FIELDS]
    return ", ".join([_short(kind), *(f"{_short(k)}: {_word('', v, 'en')}" for k, v in items)])


def _short(text: str) -> str:
    return text if len(text) <= _MAX_VALUE else text[: _MAX_VALUE - 1] + "…"
