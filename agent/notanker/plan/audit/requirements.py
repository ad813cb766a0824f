"""Which rule asks for what. In words of our own; the rules themselves are the source.

- nis2: Commission Implementing Regulation (EU) 2024/2690, annex, points 4.1 to 4.3. It binds the kinds of
  entities that it names; others take it as a measure. The letters of 4.2.4 and 4.3.2 were compared with the
  published texts of the annex (English draft of June 2024, German text of January 2025).
- der4: IT-Grundschutz-Kompendium of the BSI, module DER.4, requirements A1 and A10; BSI-Standard 200-4
  explains them.
- iso22301: ISO 22301:2019, by the number of the clause.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from notanker.plan.audit import operations, people, upkeep
from notanker.plan.audit.look import Look, Proof

Standard = Literal["nis2", "der4", "iso22301"]
STANDARDS: Final[tuple[Standard, ...]] = ("nis2", "der4", "iso22301")

NAMES: Final[dict[Standard, str]] = {
    "nis2": "(EU) 2024/2690",
    "der4": "BSI DER.4",
    "iso22301": "ISO 22301:2019",
}
NOT_CHECKED: Final[dict[Standard, tuple[str, str]]] = {
    "nis2": (
        "Nicht geprüft: 4.2.1 bis 4.2.3 (Datensicherungen), 4.2.5, 4.3.3, alles außerhalb des Plans.",
        "Not checked: 4.2.1 to 4.2.3 (backups of data), 4.2.5, 4.3.3, all that is outside the plan.",
    ),
    "der4": (
        "Nicht geprüft: A2 bis A9, A12 bis A16 und ob das Personal wirklich da ist.",
        "Not checked: A2 to A9, A12 to A16, and whether the people are really there.",
    ),
    "iso22301": (
        "Nicht geprüft: 4.1, 4.2, 5.1, 5.2, 6, 7.1, 7.3, 9.1-9.3, 10.2: das System um den Plan herum.",
        "Not checked: 4.1, 4.2, 5.1, 5.2, 6, 7.1, 7.3, 9.1-9.3, 10.2: the system around the plan.",
    ),
}


@dataclass(frozen=True, slots=True)
class Requirement:
    """One requirement.

    Attributes:
        clause: Its number in the standard.
        asks: What it asks for, German and English.
        proof: The question to the plan.
    """

    standard: Standard
    clause: str
    asks: tuple[str, str]
    proof: Callable[[Look], Proof]


def _row(
    standard: Standard, clause: str, german: str, english: str, proof: Callable[[Look], Proof]
) -> Requirement:
    return Requirement(standard, clause, (german, english), proof)


REQUIREMENTS: Final[tuple[Requirement, ...]] = (
    _row("nis2", "4.1.2 a", "Zweck, Umfang, Adressaten", "purpose, scope, audience", upkeep.scope),
    _row("nis2", "4.1.2 b", "Rollen und Befugnisse", "roles and authority", people.roles),
    _row("nis2", "4.1.2 c", "Kontakte, geprüft", "contacts, tried", people.contacts),
    _row("nis2", "4.1.2 c", "Meldewege innen", "channels inside", people.escalation),
    _row("nis2", "4.1.2 c", "Meldewege nach außen", "channels to the outside", people.texts),
    _row("nis2", "4.1.2 d", "Ausrufung und Ende", "activation and its end", upkeep.activation),
    _row("nis2", "4.1.2 e", "Reihenfolge der Wiederherstellung", "order of recovery", operations.order),
    _row("nis2", "4.1.2 f", "Wiederanlauf mit Zielen", "recovery with objectives", operations.objectives),
    _row("nis2", "4.1.2 f", "Wiederanlauf je System", "recovery of each system", operations.restart),
    _row("nis2", "4.1.2 g", "nötige Ressourcen", "resources that are needed", operations.resources),
    _row("nis2", "4.1.2 g", "Ersatzanbindung, erprobt", "backup uplink, tried", operations.second_line),
    _row("nis2", "4.1.2 h", "Rückkehr zum Normalbetrieb", "return to normal", operations.coming_back),
    _row("nis2", "4.1.2", "Sicherheitsvorfall: wem melden", "security incident: whom to tell",
         upkeep.incident_interface),
    _row("nis2", "4.1.3", "Folgen eines Ausfalls", "impact of an outage", operations.impact),
    _row("nis2", "4.1.4", "erprobt, mit Nachweis", "tried, with a record", upkeep.drilled),
    _row("nis2", "4.1.4", "Lehren gezogen", "lessons learnt", upkeep.lessons),
    _row("nis2", "4.1.4", "geprüft, nächste Prüfung offen", "reviewed, next one to come", upkeep.review),
    _row("nis2", "4.2.4 c", "Vertretungen", "people who step in", people.deputies),
    _row("nis2", "4.2.4 d", "Ausweichwege zum Reden", "other ways to talk", people.bridge),
    _row("nis2", "4.2.4 b", "Gebäude nicht nutzbar", "building cannot be used", operations.second_place),
    _row("nis2", "4.2.6", "Maßnahmen erprobt", "measures tried", operations.measures),
    _row("nis2", "4.3.2 a", "Krisenrollen geschult", "crisis roles briefed", people.briefed),
    _row("nis2", "4.3.2 a", "Dienstleister mit Zusagen", "providers with promises", people.providers),
    _row("nis2", "4.3.2 b", "Behörden erreichbar", "authorities can be reached", people.authorities),
    _row("nis2", "4.3.4", "Übungen geplant", "drills planned", upkeep.programme),
    _row("der4", "A1", "Rollen", "roles", people.roles),
    _row("der4", "A1", "Zuständigkeiten und Befugnisse", "responsibility and authority", people.deputies),
    _row("der4", "A1", "Sofortmaßnahmen", "measures at once", operations.at_once),
    _row("der4", "A1", "Alarmierung und Eskalation", "alerting and escalation", people.escalation),
    _row("der4", "A1", "Kommunikation", "communication", people.texts),
    _row("der4", "A1", "Geschäftsfortführung", "business goes on", operations.operation),
    _row("der4", "A1", "Arbeit ohne Systeme", "work without systems", operations.by_hand),
    _row("der4", "A1", "Wiederanlauf", "restart", operations.restart),
    _row("der4", "A1", "Wiederherstellung", "restoring", operations.restore),
    _row("der4", "A1", "geschultes Personal", "people who are briefed", people.briefed),
    _row("der4", "A1", "aktuell gehalten", "kept up to date", upkeep.review),
    _row("der4", "A1", "Kontakte geprüft", "contacts tried", people.contacts),
    _row("der4", "A1", "Verhaltensregeln für alle", "rules for everybody", people.rules_for_all),
    _row("der4", "A10", "Übungen geplant", "drills planned", upkeep.programme),
    _row("der4", "A10", "Übungen nachgewiesen", "drills on record", upkeep.drilled),
    _row("iso22301", "4.3", "Geltungsbereich", "scope", upkeep.scope),
    _row("iso22301", "5.3", "Rollen und Befugnisse", "roles and authority", people.roles),
    _row("iso22301", "7.2", "Kompetenz: eingewiesen", "competence: briefed", people.briefed),
    _row("iso22301", "7.4", "Kommunikation", "communication", people.texts),
    _row("iso22301", "7.5.2", "gekennzeichnet und freigegeben", "labelled and approved", upkeep.approval),
    _row("iso22301", "7.5.2", "Version, Besitzer, Einstufung", "version, owner, class", upkeep.labelled),
    _row("iso22301", "7.5.3", "Änderungen nachvollziehbar", "changes can be followed", upkeep.change_log),
    _row("iso22301", "8.2.2", "Folgen eines Ausfalls", "impact of an outage", operations.impact),
    _row("iso22301", "8.2.3", "Schwachstellen, befristet angenommen", "weak points, accepted for a time",
         upkeep.risks),
    _row("iso22301", "8.3.3", "Lösungen: Maßnahmen, erprobt", "solutions: measures, tried",
         operations.measures),
    _row("iso22301", "8.3.4", "Ressourcen", "resources", operations.resources),
    _row("iso22301", "8.3.4", "Strom", "power", operations.power),
    _row("iso22301", "8.4.2", "Führung mit Vertretung", "leading, with deputies", people.deputies),
    _row("iso22301", "8.4.2", "zweiter Weg zu den Rollen", "second way to the roles",
         people.second_number),
    _row("iso22301", "8.4.3", "Alarmierung", "warning", people.escalation),
    _row("iso22301", "8.4.3", "Reden trotz Ausfall", "talking in an outage", people.bridge),
    _row("iso22301", "8.4.4", "Ausrufung und Ende", "activation and its end", upkeep.activation),
    _row("iso22301", "8.4.4", "Handlungsanweisungen", "runbooks", operations.at_once),
    _row("iso22301", "8.4.4", "Reihenfolge und Ziele", "order and objectives", operations.objectives),
    _row("iso22301", "8.4.5", "Rückkehr zum Normalbetrieb", "return to normal", operations.coming_back),
    _row("iso22301", "8.5", "Übungsprogramm", "programme of drills", upkeep.programme),
    _row("iso22301", "8.5", "Übung nachgewiesen", "drill on record", upkeep.drilled),
    _row("iso22301", "8.6", "Plan geprüft", "plan reviewed", upkeep.review),
    _row("iso22301", "10.1", "Lehren gezogen", "lessons learnt", upkeep.lessons),
)  # fmt: skip
