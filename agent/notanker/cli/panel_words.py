"""The panel's words, German and English: lamps, rhythms, tones, and what each rhythm of a lamp says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from notanker.core.wording import Pair
from notanker.lamps import Rhythm, Tone

LAMP_NAMES: Final[Mapping[str, Pair]] = {
    "primary": ("Hauptleitung", "Primary line"),
    "lte": ("LTE", "LTE"),
    "incident": ("Störung", "Incident"),
    "plugins": ("Geräte", "Devices"),
    "plan": ("Notfallplan", "Plan"),
}
RHYTHM_NAMES: Final[Mapping[Rhythm, Pair]] = {
    Rhythm.DARK: ("dunkel", "dark"),
    Rhythm.LIT: ("leuchtet", "lit"),
    Rhythm.BLIP: ("blitzt kurz", "short flash"),
    Rhythm.SLOW: ("blinkt langsam", "slow"),
    Rhythm.FAST: ("blinkt schnell", "fast"),
    Rhythm.DOUBLE: ("zweimal", "double"),
    Rhythm.TRIPLE: ("dreimal", "triple"),
    Rhythm.WINK: ("zwinkert", "winks"),
}
TONE_NAMES: Final[Mapping[Tone, Pair]] = {
    Tone.SILENT: ("still", "silent"),
    Tone.WELL: ("einmal kurz: alles in Ordnung", "once short: all is well"),
    Tone.ATTENTION: ("zweimal kurz: nachsehen", "twice short: look after it"),
    Tone.OUTAGE: ("dreimal lang: Störung", "three times long: incident"),
    Tone.ALARM: ("dreimal alle 4 s: neue Störung", "three times each 4 s: new incident"),
    Tone.REMINDER: ("zweimal jede Minute: nicht quittiert", "twice, each minute: not acknowledged"),
    Tone.DRILL: ("kurz-kurz-lang: Notfallübung gewünscht", "short-short-long: drill asked for"),
}
MEANINGS: Final[Mapping[str, Mapping[Rhythm, Pair]]] = {
    "primary": {
        Rhythm.LIT: ("geht und trägt den Verkehr", "works and carries the traffic"),
        Rhythm.SLOW: ("geht, schlechter als vereinbart", "works, but worse than agreed"),
        Rhythm.DOUBLE: ("ungeprüft, oder zurück auf Probe", "unchecked, or back on probation"),
        Rhythm.FAST: ("ausgefallen", "down"),
    },
    "lte": {
        Rhythm.LIT: ("trägt den Verkehr", "carries the traffic"),
        Rhythm.BLIP: ("steht bereit", "stands by"),
        Rhythm.SLOW: ("geht, aber schlecht", "works, but badly"),
        Rhythm.DOUBLE: ("noch nicht geprüft", "not yet checked"),
        Rhythm.FAST: ("ausgefallen", "down"),
    },
    "incident": {
        Rhythm.DARK: ("keine", "none"),
        Rhythm.FAST: ("offen, niemand hat quittiert", "open, nobody has acknowledged"),
        Rhythm.SLOW: ("offen und quittiert", "open and acknowledged"),
        Rhythm.DOUBLE: ("behoben, wird beobachtet", "mended, being watched"),
        Rhythm.TRIPLE: ("Notfallübung gewünscht", "drill asked for"),
    },
    "plugins": {
        Rhythm.DARK: ("keine eingerichtet", "none configured"),
        Rhythm.LIT: ("alle in Ordnung", "all well"),
        Rhythm.DOUBLE: ("eines startet", "one is starting"),
        Rhythm.SLOW: ("Zentrale stumm, sonst gut", "centre mute, all else well"),
        Rhythm.FAST: ("eines geht nicht", "one does not work"),
    },
    "plan": {
        Rhythm.LIT: ("in Kraft", "in force"),
        Rhythm.SLOW: (
            "Prüfung, Mängel, Text zur Freigabe",
            "review, findings, text to release",
        ),
        Rhythm.WINK: ("Taste 8 s gibt Text frei", "button 8 s releases a text"),
        Rhythm.FAST: ("keiner in Kraft", "none in force"),
    },
}
NOBODY_KNOWS: Final[Pair] = ("nichts bekannt", "nothing known")
"""What a dark lamp says where dark has no meaning of its own: the panel or the agent is off."""


def meaning(lamp: str, rhythm: Rhythm) -> Pair:
    """Return what the lamp says."""
    return MEANINGS[lamp].get(rhythm, NOBODY_KNOWS)
