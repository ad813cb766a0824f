"""What the board says of those who use it, in German and English."""

from __future__ import annotations

from typing import Final

from notanker.core.wording import Pair

PEOPLE_TEXTS: Final[dict[str, Pair]] = {
    "account": ("Konto", "Account"),
    "audit": ("Protokoll", "Audit log"),
    "accounts": ("Konten", "Accounts"),
    "when": ("Wann", "When"),
    "who": ("Wer", "Who"),
    "what": ("Was", "What"),
    "about": ("Worum", "About"),
    "where": ("Von wo", "From where"),
    "console": ("Zentrale", "console"),
    "older": ("ältere", "older"),
    "role": ("Rolle", "Role"),
    "created": ("angelegt", "created"),
    "signs_in_elsewhere": ("Anmeldung über OpenID Connect", "signs in by OpenID Connect"),
    "signs_in_here": ("Anmeldung mit Passwort", "signs in with a password"),
    "has_token": ("mit Lesezugang für Programme", "with a token for programs"),
    "sign_in": ("Anmelden", "Sign in"),
    "sign_out": ("Abmelden", "Sign out"),
    "sign_out_all": ("Überall abmelden", "Sign out everywhere"),
    "name": ("Name", "Name"),
    "password": ("Passwort", "Password"),
    "old_password": ("Bisheriges Passwort", "Present password"),
    "new_password": ("Neues Passwort", "New password"),
    "change_password": ("Passwort ändern", "Change password"),
    "at_least": ("mindestens {count} Zeichen", "at least {count} characters"),
    "sessions": ("Angemeldet", "Signed in"),
    "seen": ("zuletzt {time}", "last seen {time}"),
    "sign_in_elsewhere": ("Anmelden mit {name}", "Sign in with {name}"),
    "wrong_password": (
        "Name oder Passwort stimmt nicht.",
        "The name or the password is wrong.",
    ),
    "slow_down": (
        "Zu viele Fehlversuche. Bitte kurz warten und noch einmal versuchen.",
        "Too many wrong tries. Please wait a little and try again.",
    ),
    "wait": ("Nächster Versuch in {seconds} s.", "Next try in {seconds} s."),
    "no_account": (
        "Hier gibt es noch kein Konto. Auf der Maschine der Zentrale anlegen:",
        "There is no account here yet. Make one on the centre's machine:",
    ),
    "account_password": (
        "Das neue Passwort ist zu kurz oder zu lang, oder es ist der Name.",
        "The new password is too short or too long, or it is the name.",
    ),
    "account_elsewhere": (
        "Dieses Konto meldet sich woanders an und hat hier kein Passwort.",
        "This account signs in elsewhere and has no password here.",
    ),
    "not_allowed": (
        "Dafür reicht Ihre Rolle nicht. Bitte jemanden fragen, der die Zentrale betreut.",
        "Your role does not allow that. Please ask whoever runs the centre.",
    ),
    "wrong_host": (
        "Ohne Anmeldung ist die Übersicht nur unter 127.0.0.1 oder localhost zu sehen.",
        "Without a login the board is only to be seen as 127.0.0.1 or localhost.",
    ),
    "elsewhere_failed": (
        "Die Anmeldung dort ist nicht gelungen. Bitte noch einmal versuchen.",
        "Signing in there did not succeed. Please try again.",
    ),
    "elsewhere_no_role": (
        "Sie sind angemeldet, gehören dort aber zu keiner Gruppe, die hier etwas darf.",
        "You are signed in, but belong to no group there that may do anything here.",
    ),
    "elsewhere_taken": (
        "Ein anderes Konto heißt hier schon so. Bitte jemanden fragen, der die Zentrale betreut.",
        "Another account has that name here. Please ask whoever runs the centre.",
    ),
}
ROLES: Final[dict[str, Pair]] = {
    "viewer": ("sehen", "viewer"),
    "operator": ("bedienen", "operator"),
    "admin": ("verwalten", "admin"),
}
DID: Final[dict[str, Pair]] = {
    "signed-in": ("angemeldet", "signed in"),
    "refused": ("Anmeldung abgewiesen", "sign-in refused"),
    "signed-out": ("abgemeldet", "signed out"),
    "signed-out-all": ("überall abgemeldet", "signed out everywhere"),
    "acknowledged": ("Störung übernommen", "took on an incident"),
    "released": ("Text freigegeben", "released a text"),
    "withdrew": ("Text zurückgenommen", "withdrew a text"),
    "account-added": ("Konto angelegt", "account made"),
    "password-changed": ("Passwort geändert", "password changed"),
    "role-changed": ("Rolle geändert", "role changed"),
    "token-made": ("Lesezugang für Programme angelegt", "token for programs made"),
    "account-removed": ("Konto entfernt", "account removed"),
}
"""What the audit log has."""
