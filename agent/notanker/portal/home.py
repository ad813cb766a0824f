"""The live part of the home page: what the agent knows, as plain values for the template."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from notanker.core.escalation import ASK
from notanker.core.moment import Moment
from notanker.core.names import ON_ITS_WAY, Cause, PluginHealth, Stage, Uplink, Verdict
from notanker.core.status import (
    BudgetStatus,
    HeartbeatStatus,
    IncidentStatus,
    ModemStatus,
    Status,
    SystemStatus,
    UplinkStatus,
)
from notanker.core.wording import (
    BANDS,
    CONFIDENCES,
    OUTCOMES,
    VERDICTS,
    draft_pair,
    evidence_pair,
    sentence_pair,
    verdict_words,
)
from notanker.plan.words import cause_words, in_language
from notanker.portal.state import STAGES
from notanker.portal.times import Times
from notanker.portal.veil import Veil
from notanker.portal.words import signal_words, template_words, words


@dataclass(frozen=True, slots=True)
class Told:
    """One message in words."""

    mark: str
    name: str
    what: str
    outcome: str
    at: str


@dataclass(frozen=True, slots=True)
class Incident:
    """One incident in words."""

    number: int
    began: str
    cause: str
    reason: str
    progress: str
    told: tuple[Told, ...]
    report: bool


@dataclass(frozen=True, slots=True)
class Wording:
    """A released text for people outside, to be copied; its languages with their words."""

    what: str
    by: str
    texts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Path:
    """One uplink in words; `mood` is the colour of its mark."""

    name: str
    mood: str
    words: str


@dataclass(frozen=True, slots=True)
class Live:
    """All that the home page says of the moment."""

    paths: tuple[Path, ...]
    incident: Incident | None
    further: tuple[Incident, ...]
    recent: tuple[Incident, ...]
    facts: tuple[tuple[str, str], ...]
    wording: tuple[Wording, ...] = ()


_PLACE: Final = re.compile(r"\{([^{}\n]*)\}")


def live(
    status: Status | None, times: Times, veil: Veil, has_report: Callable[[int], bool]
) -> Live:
    """Put the snapshot into words. `veil` gives the person behind a contact id."""
    if status is None:
        return Live((), None, (), (), ())
    story = _Story(times, veil, has_report)
    return Live(
        tuple(_path(item, status, times.language) for item in status.uplinks),
        story.incident(status.incident) if status.incident else None,
        tuple(story.incident(item) for item in status.further),
        tuple(story.incident(item) for item in status.recent[:3]),
        tuple(_facts(status, times)),
        tuple(_wording(status, times.language, veil)),
    )


def _wording(status: Status, language: str, veil: Veil) -> Iterator[Wording]:
    """Yield what may be said outside now: nothing that waits, was withdrawn, or is true no longer."""
    first = (status.incident,) if status.incident else ()
    for incident in (*first, *status.further, *status.recent):
        for draft in incident.drafts:
            if draft.released:
                what = f"{in_language(draft_pair(draft.template), language)} ({draft.template})"
                by = ", ".join(veil.instead.get(name, name) for name in draft.released_by)
                yield Wording(what, by, draft.words)


def next_news(incident: IncidentStatus, every_s: float, times: Times) -> str:
    """Return when those who know of the incident hear of it next; nothing if no time was promised."""
    at = _promised(incident, every_s)
    known = at is not None and at.trusted and times.sure and at.wall_s >= times.now.wall_s
    return times.at(at) if at is not None and known else ""


def _promised(incident: IncidentStatus, every_s: float) -> Moment | None:
    """Return the first promise that is open: each message names the next, but for being asked to answer."""
    heard: dict[str, Moment] = {}
    for message in incident.messages:
        if message.outcome in ON_ITS_WAY and message.template != ASK:
            heard[message.contact] = message.at
    if incident.stage is Stage.RESOLVED or not heard or not 0 < every_s < math.inf:
        return None
    first = min(heard.values(), key=lambda at: at.wall_s)
    return replace(first, boot_s=first.boot_s + every_s, wall_s=first.wall_s + every_s)


def banner(text: str, incident: IncidentStatus, site: str, every_s: float, times: Times) -> str:
    """Return the released words for the staff; nothing if anything in them cannot be filled in."""
    known = {
        "site": site,
        "incident": str(incident.number),
        "since": times.at(incident.opened),
        "now": times.at(times.now),
        "next_update": next_news(incident, every_s, times),
    }
    if any(not known.get(name) for name in _PLACE.findall(text)):
        return ""
    return _PLACE.sub(lambda found: known[found[1]], text)


@dataclass(frozen=True, slots=True)
class _Story:
    times: Times
    veil: Veil
    has_report: Callable[[int], bool]

    def incident(self, item: IncidentStatus) -> Incident:
        language = self.times.language
        progress = in_language(STAGES[item.stage], language)
        return Incident(
            item.number,
            self.times.at(item.opened),
            cause_words(item.cause, language, item.detail),
            self._reason(item),
            progress,
            tuple(
                Told(
                    message.mark,
                    self.veil.name(message.contact),
                    template_words(message.template, language),
                    in_language(OUTCOMES[message.outcome], language),
                    self.times.at(message.at),
                )
                for message in item.messages
            ),
            self.has_report(item.number),
        )

    def _reason(self, item: IncidentStatus) -> str:
        """Return the cause as a sentence with how sure it is, nothing while it is not known."""
        if item.cause is Cause.UNKNOWN:
            return ""
        language = self.times.language
        since = self.times.at(item.detail.since) if item.detail.since else ""
        told = in_language(sentence_pair(item.cause, item.detail, since), language)
        sure = in_language(CONFIDENCES[item.detail.confidence], language)
        evidence = in_language(evidence_pair(item.evidence), language)
        return f"{told} {sure[0].upper()}{sure[1:]}{f': {evidence}' if evidence else ''}."


def _path(item: UplinkStatus, status: Status, language: str) -> Path:
    t = words(language)
    told = in_language(verdict_words(item.verdict, degraded=item.degraded), language)
    if not item.carrier and item.verdict is not Verdict.UP:
        told += f", {t['no_cable']}"
    if item.uplink is Uplink.BACKUP and status.modem is not None:
        reception = signal_words(status.modem.signal_dbm, language)
        told += f", {t['signal']} {reception}" if reception else ""
    mood = {Verdict.UP: "ok", Verdict.DOWN: "bad"}.get(item.verdict, "unknown")
    mood = "unknown" if item.degraded else mood
    return Path(t["main"] if item.uplink is Uplink.PRIMARY else t["lte"], mood, told)


def _facts(status: Status, times: Times) -> list[tuple[str, str]]:
    t = words(times.language)
    facts: list[tuple[str, str]] = []
    for item in status.uplinks:
        name = t["main"] if item.uplink is Uplink.PRIMARY else t["lte"]
        facts.append((f"{name} ({item.interface})", _measured(item, times.language)))
    if status.modem is not None:
        facts.append((t["modem"], _modem(status.modem)))
    if status.budget is not None:
        facts.append((t["lte_data"], _data(status.budget, times.language)))
    facts += [(in_language(s.name, times.language), _system(s, times)) for s in status.systems]
    ailing = [p for p in status.plugins if p.health is not PluginHealth.OK]
    facts += [(f"{t['plugins']}: {p.name}", p.reason or p.health.value) for p in ailing]
    facts.append((t["beat"], _beat(status.heartbeat, times)))
    return facts


def _measured(item: UplinkStatus, language: str) -> str:
    t = words(language)
    parts = []
    if item.rtt_ms is not None:
        parts.append(f"{t['answer_time']} {item.rtt_ms:.0f} ms")
    if item.loss_pct is not None:
        parts.append(f"{t['loss']} {item.loss_pct:.0f} %")
    if item.silent_anchors:
        parts.append(f"{t['silent']} {', '.join(item.silent_anchors)}")
    if item.cause is not None and item.cause is not Cause.UNKNOWN:
        parts.append(cause_words(item.cause, language))
    return ", ".join(parts) or "–"


def _system(item: SystemStatus, times: Times) -> str:
    told = in_language(VERDICTS[item.verdict], times.language)
    silent = item.verdict is Verdict.DOWN and item.heard is not None
    return f"{told}, {times.since(item.heard)}" if silent and item.heard else told


def _data(budget: BudgetStatus, language: str) -> str:
    used = f"{budget.used_bytes / 1e6:.1f}"
    if budget.limit_bytes is None:
        return f"{used} MB"
    band = in_language(BANDS[budget.band], language)
    return f"{used} {words(language)['of']} {budget.limit_bytes / 1e6:.0f} MB, {band}"


def _modem(modem: ModemStatus) -> str:
    strength = "" if modem.signal_dbm is None else f"{modem.signal_dbm:.0f} dBm"
    return ", ".join(filter(None, (modem.operator, strength))) or "–"


def _beat(beat: HeartbeatStatus, times: Times) -> str:
    t = words(times.language)
    if not beat.enabled:
        return t["beat_off"]
    told = (
        t["beat_never"]
        if beat.acknowledged is None
        else f"{t['beat_last']} {times.ago(beat.acknowledged)}"
    )
    return f"{told} ({beat.reason})" if beat.reason else told
