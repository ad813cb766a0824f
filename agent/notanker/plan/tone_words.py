"""What the tone check looks for, in German and English: all of it data."""

from __future__ import annotations

import re
from typing import Final

Patterns = dict[str, re.Pattern[str]]


def _any(*choices: str) -> re.Pattern[str]:
    return re.compile("|".join(choices), re.IGNORECASE)


MUST: Final[dict[str, Patterns]] = {
    "de": {
        "affected": _any(
            r"\b\w*(?:störung|ausfall)\b", r"\bgestört\b", r"\bausgefallen\b", r"\bleitung aus\b",
            r"\beingeschränkt", r"\bunterbroch", r"\bunterbrechung", r"\bantwortet (?:weiter )?nicht",
            r"\bnicht erreichbar", r"\bbetroffen\b",
        ),
        "works": _any(
            r"\{fallback\}", r"\bläuft\b", r"\blaufen\b", r"(?<!nicht )\berreichbar", r"\bsicher\b",
            r"\bin der leitung\b", r"\bwieder (?:für sie da|für euch da|da\b|stabil|erreichbar)",
            r"\bantwortet wieder\b", r"\bstabil\b", r"\bweiter (?:über|mit|möglich)",
        ),
        "we_do": _any(
            r"\bwir arbeiten\b", r"\barbeiten (?:weiter )?(?:daran|an)\b", r"\bumgeleitet\b",
            r"\bwir (?:leiten|prüfen|beheben|informieren|haben)\b",
        ),
        "you_do": _any(r"\bbitte\b", r"\bgilt\b"),
        "next": _any(
            r"\{next_update\}", r"\bnächste[rsn]? (?:info|meldung|mitteilung|stand|nachricht)",
            r"\bmelden (?:wir )?uns\b", r"\bwir melden\b",
        ),
        "reach": _any(
            r"\{(?:bridge|callback)\}", r"\banrufen\b", r"\bin der leitung\b", r"\bhotline\b",
            r"\berreichen sie\b", r"\bsie erreichen\b", r"\bantworten\b", r"\bpressestelle\b",
            r"\bkonferenz\b", r"\btelefonkonferenz\b", r"\+\d[\d ]{7,}",
        ),
        "signoff": _any(r"\{brand\.signoff\}", r"\b(?:ihr|euer|dein) team\b"),
    },
    "en": {
        "affected": _any(
            r"\bdown\b", r"\boutage\b", r"\bdisrupt", r"\bpartly\b", r"\blimited\b", r"\binterrupt",
            r"\bdoes not answer\b", r"\bunavailable\b", r"\bnot available\b", r"\baffected\b",
        ),
        "works": _any(
            r"\{fallback\}", r"\bruns?\b", r"\brunning\b", r"(?<!not )\bavailable\b", r"\bsafe\b",
            r"\bon the line\b", r"\b(?:are|is|been) back\b", r"\bstable\b", r"\banswers again\b",
            r"\bstill (?:works?|open|reach)",
        ),
        "we_do": _any(
            r"\bwe are working\b", r"\bworking on it\b", r"\brerouted\b",
            r"\bwe (?:have|are (?:checking|looking|repairing|routing))\b",
        ),
        "you_do": _any(r"\bplease\b", r"\buse\b"),
        "next": _any(
            r"\{next_update\}", r"\bnext (?:update|info|news|statement|report)",
            r"\bcome back to you\b", r"\bwe will (?:report|update)\b",
        ),
        "reach": _any(
            r"\{(?:bridge|callback)\}", r"\bcall\b", r"\bon the line\b", r"\bhotline\b",
            r"\breach (?:us|me)\b", r"\breply\b", r"\bpress office\b", r"\bcontact\b",
            r"\bconference\b", r"\+\d[\d ]{7,}",
        ),
        "signoff": _any(r"\{brand\.signoff\}", r"\byour team\b"),
    },
}  # fmt: skip
"""How a text shows that it says what it has to."""

SORRY: Final[Patterns] = {
    "de": _any(
        r"\bentschuldig", r"\bbedauer", r"\btut uns (?:\w+ )?leid\b", r"\bleid tut\b",
        r"\bverständnis\b", r"\bunannehmlichkeit",
    ),
    "en": _any(
        r"\bsorry\b", r"\bapolog", r"\bregret", r"\binconvenience\b", r"\bunderstanding\b",
    ),
}  # fmt: skip

_NEAR = r"[^.!?\n]{0,40}?"
_CULPRITS_DE = (
    r"(?:telekom|\w*anbieters?|\w*providers?|dienstleisters?|herstellers?|lieferanten|techniker\w*"
    r"|bauarbeite\w+|baufirma|kolleg\w+)"
)
_CULPRITS_EN = (
    r"(?:telekom|(?:isp|provider|carrier|vendor|supplier|contractor|manufacturer|technician"
    r"|colleague|builder)s?)"
)
BLAME: Final[Patterns] = {
    "de": _any(
        rf"\b(?:wegen|aufgrund|infolge|durch)\s+(?:\w+\s+){{0,3}}?{_CULPRITS_DE}\b",
        rf"\b(?:ist|sind|war|waren|hat|haben|trägt|tragen|liegt)\b{_NEAR}\bschuld\b",
        rf"\bschuld\b{_NEAR}\b(?:ist|sind|war|hat|trägt|liegt)\b",
        rf"\b{_CULPRITS_DE}\s+(?:\w+\s+){{0,2}}(?:versagt|gepfuscht|verursacht|verschuldet)\b",
        rf"\b(?:fehler|versagen|versäumnis)\s+(?:des|der|von|bei|beim)\s+(?:\w+\s+)?{_CULPRITS_DE}",
    ),
    "en": _any(
        rf"\b(?:because of|due to|caused by|owing to)\s+(?:[\w']+\s+){{0,3}}?{_CULPRITS_EN}\b",
        r"\b(?:is|are|was|were) to blame\b", r"\bat fault\b", r"\bfault of\b",
        rf"\b{_CULPRITS_EN}(?:'s)?\s+(?:\w+\s+)?(?:failed|fault|mistake|error|failure)\b",
    ),
}  # fmt: skip
BECAUSE: Final = {
    "de": r"\b(?:wegen|aufgrund|infolge|durch|schuld|bei|von)\s+(?:\w+\s+){0,2}?",
    "en": r"\b(?:because of|due to|caused by|owing to|fault of|at|by)\s+(?:\w+\s+){0,2}?",
}
"""What makes a provider's name in a text for people outside a culprit's."""

GUESS: Final[Patterns] = {
    "de": _any(
        r"\b(?:vermutlich\w*|wahrscheinlich\w*|wohl|vielleicht|möglicherweise|eventuell|anscheinend"
        r"|offenbar|mutmaßlich\w*|vermuten|schätzungsweise|könnten?)\b"
    ),
    "en": _any(
        r"\b(?:probably|likely|perhaps|maybe|presumably|apparently|possibly|supposedly|might"
        r"|seems?|we (?:guess|assume|suspect))\b"
    ),
}

_END_DE = (
    r"(?:behoben|repariert|gelöst|beendet|wieder\s+(?:da|erreichbar|verfügbar|hergestellt|normal))"
)
_END_EN = r"(?:fixed|resolved|restored|repaired|solved|back(?:\s+(?:up|online))?)"
_AT_DE = (
    r"(?:um|bis|gegen|ab|in|nach|binnen)\s+(?:etwa |ca\.? |circa |spätestens )?(?:\d|\{|einer )"
)
_AT_EN = r"(?:by|at|in|within|before)\s+(?:about |around |approximately )?(?:\d|\{|an |one )"
PROMISE: Final[Patterns] = {
    "de": _any(
        rf"\b{_END_DE}\b{_NEAR}\b{_AT_DE}",
        rf"\b{_AT_DE}{_NEAR}\b{_END_DE}\b",
        r"\bdauer(?:t|n)\b[^.!?\n]{0,25}\b(?:noch|etwa|ca|höchstens|maximal|bis)\b[^.!?\n]{0,10}?\d",
        r"\bvoraussichtlich\w*\s+(?:\w+\s+){0,2}?(?:bis|um|ab|gegen)\b",
        r"\bende der störung\b[^.!?\n]{0,15}?\d",
    ),
    "en": _any(
        rf"\b{_END_EN}\b{_NEAR}\b{_AT_EN}",
        rf"\b{_AT_EN}{_NEAR}\b{_END_EN}\b",
        r"\b(?:takes?|lasts?)\b[^.!?\n]{0,20}\b(?:another|about|at most|up to|until)\b[^.!?\n]{0,10}?\d",
        r"\bexpected\s+(?:\w+\s+){0,4}?(?:by|at)\b",
        r"\bend of the (?:outage|disruption)\b[^.!?\n]{0,15}?\d",
    ),
}

JARGON: Final = _any(
    r"\b(?:bgp|fail-?over|vpn|lte|dns|dhcp|sip|voip|pbx|isp|mpls|dsl|wan|v?lan|ipv[46]"
    r"|ip-adresse|ip address|router|switch|switches|gateway|uplink|backup-?leitung|backbone|peering"
    r"|latenz|latency|jitter|bandbreite|bandwidth|paketverlust|packet loss|core-switch|server"
    r"|firewall|proxy|provider|modem|eskalation|escalation|incident|ticket|usv|ups|redundan\w+)\b"
)

CAPS_ALLOWED: Final = frozenset(
    {
        "STÖRUNG", "ÜBUNG", "ENTWARNUNG", "UPDATE", "INFO", "MELDUNG", "NOTFALL",
        "OUTAGE", "DRILL", "ALL", "CLEAR", "NOTICE",
    }
)  # fmt: skip
"""What opens a message, and the name of the emergency Wi-Fi."""
ABBREVIATION_LETTERS: Final = 4

BY_DU: Final = re.compile(r"\b(?:du|dich|dir|dein\w{0,2}|euch|euer|eure\w?)\b", re.IGNORECASE)
BY_SIE: Final = re.compile(r"(?<=[^.!?:\n] )(?:Sie|Ihnen|Ihre?[mnrs]?)\b")
"""Within a sentence, where a capital is one on purpose."""

MAIL: Final = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
MAILBOX: Final = re.compile(
    r"(?:info|service|kontakt|contact|presse|press|hilfe|help|support|hotline|notfall|team)@",
    re.IGNORECASE,
)
"""Mail addresses of a function, not of a person."""
ACCOUNT: Final = re.compile(
    r"\b[A-Z]{2}\d{2}(?: ?[0-9A-Z]{4}){3,7}(?: ?[0-9A-Z]{1,3})?\b|(?<![\d+])\d(?:[ -]?\d){15}(?!\d)"
)
"""An IBAN (ISO 13616), or the sixteen digits of a payment card."""
NUMBER: Final = re.compile(
    r"(?<![\w.+])(?:\+|00)[1-9](?:[ ()/-]?\d){7,14}(?!\w)|(?<!\w)01[5-7]\d[\d /-]{6,}\d"
)
MOBILE: Final = re.compile(r"(?:\+49|0049|0)1[5-7]|(?:\+44|0044)7")
"""A mobile number is a person's, whoever's it is: Germany (015 to 017), United Kingdom (07)."""
