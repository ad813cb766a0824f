"""The sentences on people, numbers and how they are reached."""

from __future__ import annotations

from typing import Final

from notanker.errors import Catalogue, Entry

CATALOGUE: Final = Catalogue(
    {
        "phone-twice": Entry(
            "warning",
            (
                "„{name}“ hat zweimal dieselbe Nummer.",
                "Unter phone_2 eine andere eintragen, am besten in einem anderen Netz.",
            ),
            (
                "'{name}' has the same number twice.",
                "Put another one under phone_2, best in another network.",
            ),
        ),
        "number-shared": Entry(
            "warning",
            (
                "„{name}“ hat dieselbe Nummer wie {other}.",
                "Berichtigen, oder beide zu einem Kontakt zusammenlegen.",
            ),
            (
                "'{name}' has the same number as {other}.",
                "Correct it, or make one contact of the two.",
            ),
        ),
        "missing-role": Entry(
            "warning",
            ("Die Rolle „{id}“ fehlt.", "In roles.toml anlegen, mit Inhaber und Vertretung."),
            ("The role '{id}' is missing.", "Add it to roles.toml, with a holder and a deputy."),
        ),
        "too-many-roles": Entry(
            "warning",
            (
                "„{id}“ hat {count} Rollen und kann im Ernstfall nur eine ausfüllen.",
                "Auf mehrere Menschen verteilen.",
            ),
            (
                "'{id}' holds {count} roles and can fill only one in an outage.",
                "Spread them over several people.",
            ),
        ),
        "deputy-is-holder": Entry(
            "warning",
            (
                "„{id}“ vertritt in der Rolle „{role}“ sich selbst.",
                "Unter deputies jemand anderen nennen.",
            ),
            (
                "'{id}' is their own deputy in the role '{role}'.",
                "Name somebody else under deputies.",
            ),
        ),
        "deputy-twice": Entry(
            "warning",
            (
                "„{id}“ steht in der Rolle „{role}“ zweimal als Vertretung.",
                "Eine Angabe durch jemand anderen ersetzen.",
            ),
            (
                "'{id}' is a deputy twice in the role '{role}'.",
                "Name somebody else instead of one of them.",
            ),
        ),
        "one-deputy": Entry(
            "warning",
            (
                "Die Rolle „{role}“ hat weniger als zwei Vertretungen.",
                "Eine weitere unter deputies nennen: Urlaub und Krankheit kommen zusammen.",
            ),
            (
                "The role '{role}' has fewer than two deputies.",
                "Name another under deputies: holidays and illness come together.",
            ),
        ),
        "same-network": Entry(
            "warning",
            (
                "Alle, die alarmiert werden, sind im selben Mobilfunknetz ({network}).",
                "Einer Person ein Telefon in einem anderen Netz geben, oder in risks.toml annehmen.",
            ),
            (
                "All who are alarmed are in the same mobile network ({network}).",
                "Give one of them a phone in another network, or accept the risk in risks.toml.",
            ),
        ),
        "same-carrier": Entry(
            "warning",
            (
                "Hauptleitung und LTE kommen von derselben Firma ({org}).",
                "Für LTE einen anderen Anbieter nehmen, oder das Risiko in risks.toml annehmen.",
            ),
            (
                "The main line and LTE come from the same company ({org}).",
                "Take another operator for LTE, or accept the risk in risks.toml.",
            ),
        ),
        "step-adds-nobody": Entry(
            "warning",
            (
                "Stufe {order} erreicht nur Menschen, die schon alarmiert sind.",
                "Eine Rolle mit anderen Inhabern nehmen.",
            ),
            (
                "Step {order} reaches only people who have been alarmed already.",
                "Take a role with other holders.",
            ),
        ),
        "head-twice": Entry(
            "warning",
            ("Für die Kopfnummer {number} gibt es zwei Ansagen.", "Eine streichen."),
            ("There are two announcements for the head number {number}.", "Remove one."),
        ),
        "bridge-missing": Entry(
            "warning",
            ("Es gibt keine Telefonkonferenz.", "[bridge] mit phone und pin anlegen."),
            ("There is no telephone conference.", "Add [bridge] with phone and pin."),
        ),
        "pin-too-easy": Entry(
            "warning",
            (
                "Die PIN der Konferenz errät jeder.",
                "Mindestens vier Ziffern, keine Reihe und nicht lauter gleiche.",
            ),
            (
                "Anybody guesses the conference's PIN.",
                "Take at least four digits, no row and not all the same.",
            ),
        ),
        "bridge-backup-same": Entry(
            "warning",
            (
                "Die Ersatznummer der Konferenz ist dieselbe Nummer.",
                "Eine andere eintragen, am besten bei einem anderen Anbieter.",
            ),
            (
                "The conference's second number is the same number.",
                "Put another one, best of another provider.",
            ),
        ),
        "bridge-on-head": Entry(
            "warning",
            (
                "Die Konferenz hat dieselbe Nummer wie eine Kopfnummer.",
                "Eine Nummer nehmen, die nicht an dieser Leitung hängt.",
            ),
            (
                "The conference has the same number as a head number.",
                "Take a number that does not hang on this line.",
            ),
        ),
        "never-reached": Entry(
            "warning",
            (
                "{name} ist in keinem einzigen Szenario erreichbar.",
                "depends_on prüfen, oder eine Nummer nehmen, die weniger braucht.",
            ),
            (
                "{name} can be reached in not one scenario.",
                "Check depends_on, or take a number that needs less.",
            ),
        ),
        "trunk-zero": Entry(
            "error",
            (
                "In {number} steht nach der Landesvorwahl eine Null: So lässt sie sich nicht wählen.",
                "Die Null streichen.",
            ),
            (
                "There is a zero after the country code in {number}: it cannot be dialled so.",
                "Remove the zero.",
            ),
        ),
        "number-impossible": Entry(
            "error",
            (
                "Die Nummer {number} kann es nicht geben: zu lang, zu kurz oder eine falsche Vorwahl.",
                "Anrufen und berichtigen.",
            ),
            (
                "There can be no number {number}: too long, too short or a wrong area code.",
                "Call it and correct it.",
            ),
        ),
        "number-unknown": Entry(
            "warning",
            (
                "Die Nummer {number} gehört zu keinem bekannten Nummernbereich.",
                "Anrufen und berichtigen.",
            ),
            ("The number {number} is in no known range.", "Call it and correct it."),
        ),
        "sms-to-landline": Entry(
            "warning",
            (
                "{number} ist ein Festnetzanschluss, SMS kommen dort meist nicht an.",
                "Unter sms eine Mobilnummer eintragen.",
            ),
            (
                "{number} is a landline, SMS mostly do not arrive there.",
                "Put a mobile number under sms.",
            ),
        ),
    }
)
