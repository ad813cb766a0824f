"""What the state of the line means, in one headline, one sentence, one colour and one symbol."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from notanker.core.moment import between_s
from notanker.core.names import Line, Stage, Uplink, Verdict
from notanker.core.status import Status
from notanker.portal.times import Times

Mood = Literal["ok", "info", "warn", "bad", "unknown"]
FRESH_S: Final = 15.0
"""The agent writes every 5 s; what is older than this is told with its age."""

_WORDS: Final[dict[tuple[str, str], tuple[str, str]]] = {
    ("primary", "de"): ("Die Leitung geht", "Internet läuft über die Hauptleitung."),
    ("primary", "en"): ("The line works", "Internet runs over the main line."),
    ("checking", "de"): ("Die Leitung wird geprüft", "Gleich wissen wir mehr."),
    ("checking", "en"): ("The line is being checked", "More is known in a moment."),
    ("hold_off", "de"): (
        "Die Hauptleitung antwortet nicht",
        "Der Standortwächter prüft und schaltet gleich um.",
    ),
    ("hold_off", "en"): (
        "The main line does not answer",
        "The site's agent is checking and will switch over.",
    ),
    ("isolated", "de"): (
        "Kein Internet",
        "Hauptleitung und LTE sind ausgefallen. Bitte arbeiten Sie nach dem Notfallplan.",
    ),
    ("isolated", "en"): (
        "No internet",
        "Main line and LTE are down. Please work by the emergency plan.",
    ),
    ("backup", "de"): (
        "Internet läuft über LTE",
        "Die Hauptleitung ist ausgefallen. Bitte sparsam nutzen.",
    ),
    ("backup", "en"): (
        "Internet runs over LTE",
        "The main line is down. Please use it sparingly.",
    ),
    ("wait_to_restore", "de"): (
        "Die Hauptleitung ist wieder da",
        "Internet läuft noch über LTE, bis sie sicher stabil ist.",
    ),
    ("wait_to_restore", "en"): (
        "The main line is back",
        "Internet still runs over LTE until it is surely stable.",
    ),
    ("none", "de"): (
        "Kein Stand bekannt",
        "Der Standortwächter meldet sich nicht. Der Notfallplan gilt trotzdem.",
    ),
    ("none", "en"): (
        "State not known",
        "The site's agent does not report. The emergency plan holds all the same.",
    ),
}
_MOODS: Final[dict[str, Mood]] = {
    "primary": "ok",
    "checking": "unknown",
    "hold_off": "warn",
    "isolated": "bad",
    "backup": "warn",
    "wait_to_restore": "info",
    "none": "unknown",
}


@dataclass(frozen=True, slots=True)
class State:
    """The state as the page shows it.

    Attributes:
        key: The line's state, for what depends on it on the page; empty if it isn't known for now.
        stale: What to say of knowledge that is too old; empty if it is fresh.
        at: When the state was written, in words.
    """

    key: str
    mood: Mood
    headline: str
    sentence: str
    since: str = ""
    stale: str = ""
    at: str = ""


def state_of(status: Status | None, times: Times) -> State:
    """Say what is known of the line now."""
    if status is None:
        return State("", "unknown", *_WORDS["none", times.language])
    key = _key(status)
    headline, sentence = _WORDS[key, times.language]
    since = times.since(status.line_since)
    stale = stale_words(status, times)
    if stale:
        before = "Zuletzt bekannt" if times.language == "de" else "Last known"
        known = f"{before}: {headline}{f', {since}' if since else ''}."
        return State("", "unknown", stale, known, stale=stale, at=times.at(status.written))
    return State(key, _MOODS[key], headline, sentence, since, "", times.at(status.written))


def stale_words(status: Status, times: Times) -> str:
    """Return what to say of an old snapshot; nothing if it is fresh."""
    age_s = between_s(status.written, times.now)
    if 0 <= age_s <= FRESH_S:
        return ""
    german = times.language == "de"
    silent = (
        "der Standortwächter meldet sich nicht" if german else "the site's agent does not report"
    )
    if times.passed_s(status.written) is None:
        return f"Alter Stand – {silent}" if german else f"Old state – {silent}"
    of = "Stand von" if german else "State of"
    return f"{of} {times.ago(status.written)} – {silent}"


def _key(status: Status) -> str:
    verdicts = {item.uplink: item.verdict for item in status.uplinks}
    unsure = verdicts.get(Uplink.PRIMARY, Verdict.UNKNOWN) is Verdict.UNKNOWN
    if status.line is Line.PRIMARY and unsure:
        return "checking"
    return status.line.value


STAGES: Final[dict[Stage, tuple[str, str]]] = {
    Stage.OPEN: ("offen", "open"),
    Stage.RESTORING: ("Leitung wieder da, wird beobachtet", "line is back, being watched"),
    Stage.RESOLVED: ("behoben", "resolved"),
}
