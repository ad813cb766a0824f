"""What the board's pages on texts for people outside say."""

from __future__ import annotations

from typing import Final

from notanker.core.wording import Pair

RELEASING: Final[dict[str, Pair]] = {
    "wanted_release": (
        "{who} gibt {template}, Fassung {version}, zu Störung {number} frei",
        "{who} releases {template}, version {version}, of incident {number}",
    ),
    "wanted_back": (
        "{who} nimmt {template}, Fassung {version}, zu Störung {number} zurück",
        "{who} takes back {template}, version {version}, of incident {number}",
    ),
    "drafts": ("Texte nach außen", "Texts for people outside"),
    "draft_line": ("Störung {number}, Fassung {version}", "incident {number}, version {version}"),
    "draft_of": (
        "Entwurf zu Störung {number}, Fassung {version} von {time}",
        "Draft for incident {number}, version {version} of {time}",
    ),
    "draft_shipped": (
        "Mitgelieferter Text, weil der des Plans so nicht geht: {why}",
        "Shipped words, because the plan's own cannot be used: {why}",
    ),
    "draft_gone": (
        "Diesen Entwurf gibt es so nicht mehr: Die Störung ist beendet, oder er lautet jetzt anders.",
        "There is no such draft any more: the incident is over, or its words are others by now.",
    ),
    "in_de": ("Deutsch", "German"),
    "in_en": ("Englisch", "English"),
    "release": ("Freigabe", "Release"),
    "signed": ("{who} ({time})", "{who} ({time})"),
    "is_released": ("freigegeben", "released"),
    "one_missing": ("es fehlt die Freigabe einer Person", "one person's release is missing"),
    "two_missing": (
        "es fehlen die Freigaben von {count} verschiedenen Personen",
        "the releases of {count} different people are missing",
    ),
    "not_true": (
        "freigegeben, gilt aber gerade nicht",
        "released, but it does not hold at the moment",
    ),
    "who_releases": (
        "Ihr Name, wie er im Notfallplan steht",
        "Your name as it stands in the emergency plan",
    ),
    "do_release": ("Fassung {version} freigeben", "Release version {version}"),
    "do_withdraw": ("Freigabe zurücknehmen", "Take the release back"),
    "release_means": (
        "Ob die Freigabe zählt, entscheidet der Standort mit seinem nächsten Lebenszeichen.",
        "Whether the release counts, the site decides with its next heartbeat.",
    ),
}
"""The board's own texts on releases."""
REFUSALS: Final[dict[str, Pair]] = {
    "other_words": ("der Text lautet inzwischen anders", "its words are others by now"),
    "no_such_incident": ("der Standort kennt sie nicht", "the site does not know it"),
    "no_such_draft": ("diesen Entwurf gibt es nicht", "there is no such draft"),
    "too_late": ("dafür ist es zu spät", "it is too late for that"),
    "not_true_now": ("der Text stimmt nicht mehr", "the text is not true any more"),
    "drill": ("das ist eine Übung", "this is a drill"),
    "not_yours": ("nach dem Plan geben das andere frei", "by the plan, others release that"),
    "two_persons": ("das braucht zwei Personen mit Namen", "that needs two named persons"),
    "you_did": (
        "diese Person hat schon freigegeben, es fehlt eine andere",
        "this person has released it already, another one is needed",
    ),
    "released_already": ("er ist schon freigegeben", "it is released already"),
    "not_released": ("er war nicht freigegeben", "it was not released"),
}
"""Why a site did not take a release; the words of `notanker.core.drafts.Refusal`, and `other_words`."""
