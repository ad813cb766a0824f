"""What the board's pages on texts for people outside say, and the page behind a mail's link."""

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
LINK: Final[dict[str, Pair]] = {
    "link_title": ("Störung {number}: {site}", "Incident {number}: {site}"),
    "link_drill": ("ÜBUNG", "DRILL"),
    "link_for": ("Alarm an {who} von {time}", "Alarm to {who} of {time}"),
    "link_button": ("Ich übernehme", "I have it"),
    "link_means": (
        "Wer übernimmt, kümmert sich: Der Standort alarmiert dann niemand weiteren.",
        "Whoever takes it on sees to it: the site then alarms nobody else.",
    ),
    "link_not_yet": (
        "Der Standort hat der Zentrale diese Störung noch nicht gemeldet. Übernehmen können Sie trotzdem.",
        "The site has not told the centre of this incident yet. You can take it on all the same.",
    ),
    "link_had": ("Übernommen von {who}.", "Taken on by {who}."),
    "link_on_its_way": (
        "Notiert. Der Standort erfährt es mit seinem nächsten Lebenszeichen; diese Seite sagt, wann.",
        "Noted. The site learns of it with its next heartbeat; this page says when.",
    ),
    "link_taken": (
        "Sie haben diese Störung übernommen. Der Standort weiß es seit {time}.",
        "You have this incident. The site has known it since {time}.",
    ),
    "link_refused": (
        "Der Standort hat es nicht angenommen: {reason}.",
        "The site did not take it: {reason}.",
    ),
    "link_resolved": (
        "Diese Störung ist beendet; es gibt nichts mehr zu übernehmen.",
        "This incident is over; there is nothing to take on any more.",
    ),
    "link_expired": (
        "Dieser Link gilt nicht mehr. Wie es um den Standort steht, sagt die Zentrale.",
        "This link is not valid any more. The centre says how the site is.",
    ),
    "link_bad": (
        "Diesen Link hat kein Standort gemacht. Bitte die Adresse ganz aus der Nachricht nehmen.",
        "No site has made this link. Please take the whole address out of the message.",
    ),
    "link_busy": (
        "Zu viele Anfragen von Ihrer Adresse. Bitte in einer Minute noch einmal, oder per SMS antworten.",
        "Too many requests from your address. Please try again in a minute, or answer by SMS.",
    ),
    "link_many": (
        "Für diesen Standort warten schon zu viele Aufträge. Rufen Sie bitte dort an.",
        "Too many orders wait for this site already. Please call there.",
    ),
    "link_not_now": (
        "Das ließ sich gerade nicht festhalten. Bitte noch einmal, oder per SMS antworten.",
        "That could not be written down just now. Please try again, or answer by SMS.",
    ),
    "link_silent": (
        "Seit {age} kein Lebenszeichen dieses Standorts: das Folgende kann überholt sein.",
        "No heartbeat of this site for {age}: what follows may be out of date.",
    ),
    "link_site_state": ("Zustand", "State"),
    "link_other": ("English", "Deutsch"),
}
"""The page behind a mail's link."""
