"""What the pages say that people see who have no part in the board: German and English in one table."""

from __future__ import annotations

from typing import Final

from notanker.core.wording import Pair

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
        "Notiert. Der Standort erfährt es mit seinem nächsten Lebenszeichen.",
        "Noted. The site learns of it with its next heartbeat.",
    ),
    "link_again": ("Nachsehen, ob er es weiß", "See whether it knows"),
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
STATUS: Final[dict[str, Pair]] = {
    "calm": ("Zurzeit ist keine Störung bekannt.", "There is no known disruption right now."),
    "open_one": ("Zurzeit ist ein Standort gestört.", "One site is disrupted right now."),
    "open_many": (
        "Zurzeit sind {count} Standorte gestört.",
        "{count} sites are disrupted right now.",
    ),
    "since": ("gestört seit {time}", "disrupted since {time}"),
    "ended": ("gestört von {since} bis {until}", "disrupted from {since} to {until}"),
    "news_follows": (
        "Wir arbeiten daran. Die nächste Mitteilung folgt hier.",
        "We are working on it. The next update follows here.",
    ),
    "earlier": ("Frühere Mitteilungen", "Earlier updates"),
    "open": ("gestört", "disrupted"),
    "over": ("behoben", "resolved"),
    "as_of": ("Stand {time}", "As of {time}"),
    "feed": ("Als Atom-Feed", "As an Atom feed"),
    "imprint": ("Impressum", "Imprint"),
    "other": ("English", "Deutsch"),
    "missing": ("Diese Seite gibt es nicht.", "There is no such page."),
    "to_page": ("Zur Übersicht", "To the overview"),
    "not_now": (
        "Die Übersicht ist gerade nicht erreichbar. Bitte in einer Minute noch einmal.",
        "The overview is not available just now. Please try again in a minute.",
    ),
}
"""The status page."""
