"""The words of an incident's time line: each fact as a sentence, German and English.

A fact that is not among the speakers says nothing new, and is left to the journal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from notanker.core import drafts, escalation, outside, truth
from notanker.core.facts import (
    Acknowledged,
    BandEntered,
    BearerMoved,
    BearerTested,
    CauseKnown,
    DeviceTold,
    Escalated,
    Fact,
    LineChanged,
    Mitigated,
    Opened,
    OrderRefused,
    PowerCycled,
    PowerCycleOrdered,
    PrimaryBack,
    PrimaryLost,
    QualityChanged,
    Queued,
    Reopened,
    Resolved,
    Settled,
    Started,
    Switched,
    SystemBack,
    SystemLost,
    Withheld,
)
from notanker.core.merging import WITHDRAWN
from notanker.core.names import Cause, Line, Unsaid
from notanker.core.wording import (
    BANDS,
    CONFIDENCES,
    ORDERS,
    OUTCOMES,
    UPLINKS,
    WAYS,
    Pair,
    cause_pair,
    evidence_pair,
)

LINE_WORDS: Final[Mapping[Line, Pair]] = {
    Line.PRIMARY: (
        "Entscheidung: zurück auf die Hauptleitung",
        "Decision: back to the primary line",
    ),
    Line.HOLD_OFF: ("Ersatzanbindung wird geprüft", "Backup uplink is being proven"),
    Line.ISOLATED: ("Keine Anbindung mehr", "No uplink left"),
    Line.BACKUP: ("Entscheidung: auf die Ersatzanbindung", "Decision: to the backup uplink"),
    Line.WAIT_TO_RESTORE: (
        "Hauptleitung muss sich erst bewähren",
        "Primary line must prove itself first",
    ),
}
TEMPLATES: Final[Mapping[str, Pair]] = {
    escalation.ALARM: ("Alarmmeldung", "Alert"),
    escalation.ISOLATED: ("Alarmmeldung (keine Anbindung)", "Alert (no uplink)"),
    escalation.ALL_CLEAR: ("Entwarnung", "All-clear"),
    escalation.SYSTEM_ALARM: ("Alarmmeldung (System)", "Alert (system)"),
    escalation.SYSTEM_CLEAR: ("Entwarnung (System)", "All-clear (system)"),
    escalation.ASK: ("Bitte um Antwort", "Request to answer"),
    escalation.BRIDGE: ("Ruf in die Konferenz", "Call into the conference"),
    escalation.UPDATE: ("Zwischenstand", "Update"),
    escalation.TAKEN: ("Zwischenstand (übernommen)", "Update (somebody has it)"),
    drafts.ASK: ("Bitte um Freigabe", "Request to release"),
    escalation.SWITCH_ON: (
        "Bitte, die Ansage einzuschalten",
        "Request to switch the announcement on",
    ),
    escalation.SWITCH_OFF: (
        "Bitte, die Ansage auszuschalten",
        "Request to switch the announcement off",
    ),
    "T3": ("Hinweis an die Hotline", "Notice to the hotline"),
    "T4": ("Hinweis an das Team", "Notice to the team"),
    "T5": ("Hinweis an die Leitung", "Notice to the management"),
}
UNSAID: Final[Mapping[Unsaid, Pair]] = {
    Unsaid.ACKNOWLEDGED: ("schon übernommen", "somebody has it already"),
    Unsaid.ALREADY_ALARMED: ("schon alarmiert", "alarmed already"),
    Unsaid.NO_NUMBER: ("keine Nummer für SMS", "no number for SMS"),
    Unsaid.OFF_DUTY: ("nicht im Dienst", "off duty"),
    Unsaid.NEVER_ALARMED: ("keine Meldung kam an", "no message arrived"),
    Unsaid.QUIET_HOURS: ("Ruhezeit", "quiet hours"),
}
"""Why somebody was not told."""

_TOLD: Final[Mapping[str, Pair]] = {
    "port_gone": ("Anschluss weg", "port gone"),
    "port_back": ("Anschluss wieder da", "port back"),
    "port_shared": ("Anschluss von anderem Programm benutzt", "port used by another program"),
    "answers_again": ("antwortet wieder", "answers again"),
    "modemmanager_gone": ("ModemManager weg", "ModemManager gone"),
    "modemmanager_back": ("ModemManager wieder da", "ModemManager back"),
    "store_full": ("SMS-Speicher voll", "SMS store full"),
    "sms_hidden": ("SMS verborgen", "SMS hidden"),
    "sms_undeleted": ("SMS nicht gelöscht", "SMS not deleted"),
    "button_stuck": ("Taste klemmt", "button stuck"),
    "button_free": ("Taste wieder frei", "button free again"),
}
"""Plugins' own words; one that is not here stands for itself."""
GOOD_NEWS: Final = frozenset({"port_back", "answers_again", "modemmanager_back", "button_free"})


def template_pair(template: str) -> Pair:
    """Return what kind of message a template makes; one that is not known stands for itself."""
    base = template.removesuffix("-system")
    return TEMPLATES.get(template) or TEMPLATES.get(base, (template, template))


def words_of(fact: Fact) -> Pair | None:
    """Return a fact in German and English, None where it says nothing new."""
    speak: Callable[[Any], Pair | None] | None = _SPEAKERS.get(type(fact))
    return None if speak is None else speak(fact)


def _pair(pattern: Pair, **values: Pair | str) -> Pair:
    """Fill both languages of a sentence; a pair among the values has a word for each."""
    german = {key: value[0] if isinstance(value, tuple) else value for key, value in values.items()}
    english = {
        key: value[1] if isinstance(value, tuple) else value for key, value in values.items()
    }
    return pattern[0].format_map(german), pattern[1].format_map(english)


def _opened(fact: Opened) -> Pair:
    pattern = ("Störung erkannt: {cause}{more}", "Outage detected: {cause}{more}")
    return _pair(pattern, cause=cause_pair(fact.cause, fact.detail), more=_more(fact))


def _reopened(fact: Reopened) -> Pair:
    pattern = (
        "Störung erneut ausgebrochen: {cause}{more}",
        "Outage broke out again: {cause}{more}",
    )
    return _pair(pattern, cause=cause_pair(fact.cause, fact.detail), more=_more(fact))


def _cause_known(fact: CauseKnown) -> Pair:
    pattern = ("Ursache jetzt: {cause}{more}", "Cause now: {cause}{more}")
    return _pair(pattern, cause=cause_pair(fact.cause, fact.detail), more=_more(fact))


def _more(fact: Opened | Reopened | CauseKnown) -> Pair:
    """Return evidence and confidence in brackets, as far as there are any."""
    if fact.cause is Cause.UNKNOWN:
        return "", ""
    sure = CONFIDENCES[fact.detail.confidence]
    said = evidence_pair(fact.evidence)
    german, english = (
        f" ({', '.join(filter(None, pair))})" for pair in zip(said, sure, strict=True)
    )
    return german, english


def _resolved(fact: Resolved) -> Pair:
    if not fact.into:
        return "Störung beendet", "Incident resolved"
    return f"Gehört zu Störung {fact.into}", f"Part of incident {fact.into}"


def _switched(fact: Switched) -> Pair:
    if fact.ok:
        pattern = ("Verkehr läuft über {to} ({took} ms)", "Traffic takes the {to} ({took} ms)")
        return _pair(pattern, to=UPLINKS[fact.to], took=f"{fact.took_ms:.0f}")
    pattern = ("Umschaltung auf {to} misslang: {reason}", "Switch to the {to} failed: {reason}")
    return _pair(pattern, to=UPLINKS[fact.to], reason=fact.reason)


def _queued(fact: Queued) -> Pair:
    pattern = ("{what} an {name} ({mark})", "{what} to {name} ({mark})")
    what = template_pair(fact.template)
    return _pair(pattern, what=what, name=fact.name, mark=fact.mark)


def _settled(fact: Settled) -> Pair:
    pattern = (
        "Meldung {mark}: {outcome}{by}{reason}",
        "Message {mark}: {outcome}{by}{reason}",
    )
    by = (f" über {fact.channel}", f" by {fact.channel}") if fact.channel else ("", "")
    reason = why_pair(fact.reason)
    return _pair(pattern, mark=fact.mark, outcome=OUTCOMES[fact.outcome], by=by, reason=reason)


def why_pair(reason: str) -> Pair:
    """Return why a message went as it did, in brackets; empty where nobody said so."""
    german = _WITHDRAWN.get(reason, reason)
    return (f" ({german})", f" ({reason})") if reason else ("", "")


_WITHDRAWN: Final[Mapping[str, str]] = {
    WITHDRAWN: "zurückgezogen: alles war gut, bevor sie hinausging",
    escalation.AGAIN: "zurückgezogen: wieder ausgefallen, bevor sie hinausging",
    truth.TAKEN: "zurückgezogen: jemand hatte übernommen, bevor sie hinausging",
    truth.BACK: "zurückgezogen: es ging wieder, bevor jemand gefragt werden konnte",
    truth.PART: "zurückgezogen: es gehörte zu einer anderen Störung",
    truth.NOTHING_LEFT: "zurückgezogen: es gab nichts mehr zu tun, bevor sie hinausging",
}


def _band_entered(fact: BandEntered) -> Pair:
    pattern = (
        "LTE-Datenbudget: {band} ({used} von {limit} MB)",
        "LTE data budget: {band} ({used} of {limit} MB)",
    )
    used, limit = (f"{size / 1e6:.0f}" for size in (fact.used_bytes, fact.limit_bytes))
    return _pair(pattern, band=BANDS[fact.band], used=used, limit=limit)


def _bearer_moved(fact: BearerMoved) -> Pair:
    order = ORDERS[fact.order]
    if not fact.ok:
        pattern = (
            "LTE-Datenverbindung nicht {order}: {reason}",
            "LTE data session not {order}: {reason}",
        )
        return _pair(pattern, order=order, reason=fact.reason)
    pattern = ("LTE-Datenverbindung {order} ({took} s)", "LTE data session {order} ({took} s)")
    return _pair(pattern, order=order, took=f"{fact.took_ms / 1000:.1f}")


def _acknowledged(fact: Acknowledged) -> Pair:
    how = WAYS.get(fact.how, (fact.how, fact.how))
    if fact.how == "panel" or not fact.contact:  # the button is pressed by nobody it knows
        return _pair(("Quittiert {how}", "Acknowledged {how}"), how=how)
    pattern = ("Quittiert von {who} ({how})", "Acknowledged by {who} ({how})")
    return _pair(pattern, who=fact.contact, how=how)


def _cycle_ordered(fact: PowerCycleOrdered) -> Pair:
    pattern = (
        "Entscheidung: Router für {off} s stromlos ({reason})",
        "Decision: router without power for {off} s ({reason})",
    )
    return _pair(pattern, off=f"{fact.off_s:.0f}", reason=evidence_pair(fact.reason))


def _cycled(fact: PowerCycled) -> Pair:
    if fact.ok:
        return "Router hat wieder Strom", "Router has power again"
    pattern = ("Router nicht neu gestartet: {reason}", "Router not restarted: {reason}")
    return _pair(pattern, reason=fact.reason)


def _quality(fact: QualityChanged) -> Pair:
    if not fact.degraded:
        pattern = ("{line} wieder wie vereinbart", "The {line} is as agreed again")
        return _pair(pattern, line=UPLINKS[fact.uplink])
    pattern = (
        "{line} beeinträchtigt: {loss} % Verlust, {delay} ms",
        "The {line} is degraded: {loss} % loss, {delay} ms",
    )
    figures = {"loss": f"{fact.loss_pct:.0f}", "delay": f"{fact.delay_ms:.0f}"}
    return _pair(pattern, line=UPLINKS[fact.uplink], **figures)


def _device_told(fact: DeviceTold) -> Pair:
    pattern = ("Gerät {name}: {told}{why}", "Device {name}: {told}{why}")
    told = _TOLD.get(fact.what, (fact.what, fact.what))
    return _pair(
        pattern, name=fact.plugin, told=told, why=f" ({fact.reason})" if fact.reason else ""
    )


def _tested(fact: BearerTested) -> Pair:
    if fact.ok:
        return "LTE-Probe bestanden", "Test of LTE passed"
    return "LTE-Probe nicht bestanden", "Test of LTE failed"


def _refused(fact: OrderRefused) -> Pair:
    pattern = ("{who} wollte {order}: {reason}", "{who} ordered {order}: {reason}")
    return _pair(pattern, who=fact.contact, order=fact.order, reason=fact.reason)


def _escalated(fact: Escalated) -> Pair | None:
    if fact.kind == "ask":
        return None  # a question to those of the same step, and a row of its own for each
    if not fact.step:
        return "Niemand hat quittiert: alle werden gerufen", "Nobody answered: all are called"
    pattern = ("Eskalation: Stufe {step} des Plans", "Escalation: step {step} of the plan")
    return _pair(pattern, step=str(fact.step))


def _withheld(fact: Withheld) -> Pair:
    pattern = ("{what} nicht an {name}: {why}", "{what} not to {name}: {why}")
    name: Pair = (fact.name, fact.name) if fact.name else ("alle", "all")
    return _pair(pattern, what=template_pair(fact.template), name=name, why=UNSAID[fact.why])


def _drafted(fact: outside.Drafted) -> Pair | None:
    if not fact.words:
        return None
    pattern = (
        "Entwurf {t}, Fassung {v}, wartet auf Freigabe{why}",
        "Draft {t}, version {v}, waits for release{why}",
    )
    if fact.drill:
        pattern = ("Entwurf {t} der Übung", "Draft {t} of the drill")
    why = ("; mitgelieferter Text", "; shipped words") if fact.shipped else ("", "")
    return _pair(pattern, t=fact.template, v=str(fact.version), why=why)


def _released(fact: outside.Released | outside.Withdrawn) -> Pair:
    how = WAYS.get(fact.how, (fact.how, fact.how))
    given = isinstance(fact, outside.Released)
    pattern = (
        "{t}, Fassung {v}: {what}{who} ({how})",
        "{t}, version {v}: {what}{who} ({how})",
    )
    name = fact.name or (fact.contact if fact.contact != drafts.PANEL else "")
    who = (f" von {name}", f" by {name}") if name else ("", "")
    what = ("freigegeben", "released") if given else ("zurückgenommen", "withdrawn")
    return _pair(pattern, t=fact.template, v=str(fact.version), what=what, who=who, how=how)


_ON: Final[Mapping[bool, Pair]] = {True: ("an", "on"), False: ("aus", "off")}


def _announcement_ordered(fact: outside.AnnouncementOrdered) -> Pair:
    pattern = (
        "Entscheidung: Störungsansage {head} {on} ({by})",
        "Decision: announcement {head} {on} ({by})",
    )
    by = (fact.plugin, fact.plugin) if fact.plugin else ("von Hand", "by hand")
    return _pair(pattern, head=fact.head_number, on=_ON[fact.on], by=by)


def _announcement_switched(fact: outside.AnnouncementSwitched) -> Pair:
    on = _ON[fact.on]
    if not fact.ok:
        pattern = (
            "Störungsansage {head} ist nicht {on}: {reason}",
            "Announcement {head} is not {on}: {reason}",
        )
        return _pair(pattern, head=fact.head_number, on=on, reason=fact.reason)
    pattern = ("Störungsansage {head} ist {on}{more}", "Announcement {head} is {on}{more}")
    more = (", war es schon", ", and was before") if fact.found else ("", "")
    if not fact.on:
        span = f"{fact.on_s / 60:.0f} min"
        more = (f", lief {span}", f", was on for {span}")
    return _pair(pattern, head=fact.head_number, on=on, more=more)


_SPEAKERS: Final[Mapping[type[Fact], Callable[[Any], Pair | None]]] = {
    Opened: _opened,
    Reopened: _reopened,
    CauseKnown: _cause_known,
    LineChanged: lambda fact: LINE_WORDS[fact.line],
    Switched: _switched,
    Queued: _queued,
    Settled: _settled,
    PrimaryBack: lambda _: ("Hauptleitung antwortet wieder", "Primary line answers again"),
    PrimaryLost: lambda _: ("Hauptleitung wieder ausgefallen", "Primary line failed again"),
    SystemBack: lambda _: ("Antwortet wieder, wird beobachtet", "Answers again, being watched"),
    SystemLost: lambda _: ("Erneut ausgefallen", "Failed again"),
    BandEntered: _band_entered,
    BearerMoved: _bearer_moved,
    Resolved: _resolved,
    Acknowledged: _acknowledged,
    PowerCycleOrdered: _cycle_ordered,
    PowerCycled: _cycled,
    Started: lambda _: ("Standortwächter neu gestartet", "The site's agent started anew"),
    QualityChanged: _quality,
    DeviceTold: _device_told,
    BearerTested: _tested,
    OrderRefused: _refused,
    Escalated: _escalated,
    Withheld: _withheld,
    outside.Drafted: _drafted,
    outside.Released: _released,
    outside.Withdrawn: _released,
    outside.AnnouncementOrdered: _announcement_ordered,
    outside.AnnouncementSwitched: _announcement_switched,
    Mitigated: lambda _: ("Standort arbeitet wieder über LTE", "The site works again over LTE"),
}
