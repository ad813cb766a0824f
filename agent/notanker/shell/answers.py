"""What the box answers to an SMS: one segment each, in the person's language."""

from __future__ import annotations

from typing import Final

from notanker.core.moment import Moment
from notanker.core.status import Status
from notanker.plan.model import Plan, dialled
from notanker.plan.words import cause_words, duration_words, fallback_words
from notanker.shell.texts import clock_time

Pair = tuple[str, str]

SAID: Final[dict[str, Pair]] = {
    "acknowledged": (
        "Störung {n} ist von Ihnen übernommen. Danke.",
        "Incident {n} is yours. Thank you.",
    ),
    "had": ("Störung {n} hat schon {who}.", "Incident {n} is with {who} already."),
    "none": ("Zurzeit ist keine Störung offen.", "No incident is open now."),
    "unknown": (
        "Störung {n} ist nicht offen. Offen: {open}.",
        "Incident {n} is not open. Open: {open}.",
    ),
    "which": (
        "Welche? Offen sind {open}. Bitte mit Nummer: OK {first}.",
        "Which one? Open are {open}. With its number please: OK {first}.",
    ),
    "help": (
        "Verstanden wird: OK 17 (übernehmen), STATUS, PLAN.",
        "Understood are: OK 17 (take over), STATUS, PLAN.",
    ),
    "code": (
        "Dazu gehört ein Einmalcode, etwa {order} 123456.",
        "That needs a one-time code, such as {order} 123456.",
    ),
    "wrong": ("Der Code gilt nicht.", "The code does not count."),
    "locked": (
        "Zu viele falsche Codes. Für eine Stunde gilt keiner.",
        "Too many wrong codes. None counts for an hour.",
    ),
    "clock": (
        "Die Uhr hier ist nicht sicher: bitte einen Code von Papier.",
        "The clock here is not certain: a code from paper please.",
    ),
    "no_codes": (
        "Einmalcodes sind hier nicht eingerichtet.",
        "One-time codes are not set up here.",
    ),
    "no_tunnel": (
        "Ein Fernzugang ist hier nicht eingerichtet.",
        "Remote access is not set up here.",
    ),
    "no_drill": ("Zurzeit läuft keine Übung.", "No drill is running."),
    "which_text": (
        "Was? Zur Freigabe stehen: {open}. Etwa: {order} und Einmalcode.",
        "Which? To be released are: {open}. Such as: {order} and a one-time code.",
    ),
    "no_text": (
        "Für Sie steht zurzeit nichts zur Freigabe.",
        "There is nothing for you to release now.",
    ),
    "which_back": (
        "Was? Bitte so: ZURÜCK 17 T7.",
        "Which? Like this please: WITHDRAW 17 T7.",
    ),
    "which_button": (
        "Welcher Text? Bitte so: TASTE 17 T7.",
        "Which text? Like this please: BUTTON 17 T7.",
    ),
    "no_panel": (
        "Hier ist keine Taste eingerichtet.",
        "No button is set up here.",
    ),
    "too_long": (
        "{t} ist zu lang, um es hier zu lesen. Bitte mit Einmalcode freigeben.",
        "{t} is too long to be read here. Please release it with a one-time code.",
    ),
    "offered": (
        "Taste für {t}, Störung {n}: 8 s, bis alle Lampen zwinkern, loslassen. Gilt 5 Min. Wortlaut: {words}",
        "Button for {t}, incident {n}: 8 s, until all lamps wink, let go. For 5 min. Words: {words}",
    ),
    "which_off": ("Welche? Bitte so: AUS 17.", "Which one? Like this please: OFF 17."),
    "released": ("{t} der Störung {n} ist freigegeben.", "{t} of incident {n} is released."),
    "one_more": (
        "{t} der Störung {n}: Ihre Freigabe zählt. Eine zweite Person fehlt noch.",
        "{t} of incident {n}: your release counts. A second person is needed.",
    ),
    "withdrawn": (
        "{t} der Störung {n} ist zurückgenommen.",
        "{t} of incident {n} is withdrawn.",
    ),
    "off": (
        "Ansage der Störung {n} ist aus, notiert. Danke.",
        "Announcement of incident {n} is off, noted. Thank you.",
    ),
    "nothing_on": (
        "Zu Störung {n} ist keine Ansage auszuschalten.",
        "Incident {n} has no announcement to be switched off.",
    ),
    "no_such_incident": ("Eine Störung {n} gibt es nicht.", "There is no incident {n}."),
    "no_such_draft": (
        "Zu Störung {n} gibt es keinen Entwurf {t}.",
        "Incident {n} has no draft {t}.",
    ),
    "too_late": (
        "{t} der Störung {n} ist nicht mehr an der Zeit.",
        "It is too late for {t} of incident {n}.",
    ),
    "not_true_now": (
        "{t} der Störung {n} stimmt nicht mehr; gleich gibt es eine neue Fassung.",
        "{t} of incident {n} is not true any more; a new version comes soon.",
    ),
    "drill": (
        "Das ist eine Übung: {t} der Störung {n} wird nicht freigegeben.",
        "This is a drill: {t} of incident {n} is not released.",
    ),
    "not_yours": (
        "Das geben nach dem Plan andere frei.",
        "By the plan, others release that.",
    ),
    "two_persons": (
        "{t} braucht zwei Personen mit Namen; die Taste an der Box genügt nicht.",
        "{t} needs two named persons; the button at the box is not enough.",
    ),
    "you_did": (
        "{t} der Störung {n}: Sie haben schon freigegeben, es fehlt eine andere Person.",
        "{t} of incident {n}: you have released it already, another person is needed.",
    ),
    "released_already": (
        "{t} der Störung {n} ist schon freigegeben.",
        "{t} of incident {n} is released already.",
    ),
    "not_released": (
        "{t} der Störung {n} ist nicht freigegeben.",
        "{t} of incident {n} is not released.",
    ),
}


def said(key: str, language: str, **values: object) -> str:
    """Return the sentence of that name."""
    return SAID[key][language == "en"].format_map(values)


def status_answer(now: Status, language: str, zone: Plan | None) -> str:
    """Return how the site does: where traffic goes, what is open, how well LTE is heard, one finding."""
    english = language == "en"
    parts = [
        f"{now.site}: {fallback_words(now.line, language)}{_since(now.line_since, language, zone)}"
    ]
    for one in (now.incident, *now.further)[:2]:
        if one is not None:
            name = "Incident" if english else "Störung"
            held = f" ({one.acknowledged_by})" if one.acknowledged_by else ""
            parts.append(
                f"{name} {one.number}: {cause_words(one.cause, language, one.detail)}{held}"
            )
    if now.incident is None:
        parts.append("no incident" if english else "keine Störung")
    if now.modem is not None and now.modem.signal_dbm is not None:
        parts.append(f"LTE {now.modem.signal_dbm:.0f} dBm")
    parts += now.findings[:1]
    return ". ".join(part.rstrip(".") for part in parts) + "."


def plan_answer(plan: Plan | None, language: str) -> str:
    """Return how to reach the plan, and the bridge with its PIN."""
    english = language == "en"
    parts = ["Plan: Wi-Fi NOTFALL at the site" if english else "Plan: WLAN NOTFALL am Standort"]
    if plan is None:
        return parts[0] + "."
    bridge = plan.escalation.bridge
    if bridge is not None:
        name = "Bridge" if english else "Konferenz"
        parts.append(f"{name} {dialled(bridge.phone)} PIN {bridge.pin}#")
    parts.append(f"{'Version' if english else 'Fassung'} {plan.head.version}")
    return ". ".join(parts) + "."


def _since(moment: Moment, language: str, plan: Plan | None) -> str:
    from notanker.shell import clock

    at = clock_time(moment, plan)
    if at:
        return f" {'since' if language == 'en' else 'seit'} {at}"
    lasted = duration_words(clock.age_s(moment), language, dative=True)
    return f" {'for' if language == 'en' else 'seit'} {lasted}"
