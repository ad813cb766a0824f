"""Runs all judges of a site: who is probed when, and with how much attention."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from notanker.core import detector
from notanker.core.commands import Probe
from notanker.core.detector import Judge
from notanker.core.names import Uplink, Verdict
from notanker.core.settings import Settings, WatchSettings
from notanker.core.uplinks import Watch

Judges = Mapping[Watch, Judge]

ALERT_NATS: Final = 3.0
"""From this much evidence against the primary on, the backup is asked to prove itself."""

DEAR_S: Final = 10.0
"""A layer that is asked less often than this while all is well is too dear to be asked on each doubt."""


def watches(settings: Settings) -> dict[Watch, WatchSettings]:
    """Return the watches by uplink and layer."""
    return {(watch.uplink, watch.layer): watch for watch in settings.watches}


def start(settings: Settings, now_s: float) -> Judges:
    """Return judges who know nothing yet."""
    return {(watch.uplink, watch.layer): detector.start(watch, now_s) for watch in settings.watches}


def due(
    judges: Judges, table: Mapping[Watch, WatchSettings], now_s: float, number: int
) -> tuple[Judges, tuple[Probe, ...]]:
    """Count what is overdue and send what is due.

    Args:
        judges: All judges.
        table: Their settings.
        now_s: Boot seconds.
        number: The number of the first new probe; further ones count on from it.
    """
    probes: list[Probe] = []
    changed: dict[Watch, Judge] = {}
    for watch, judge in judges.items():
        if detector.next_wake_s(judge, table[watch]) > now_s:
            continue
        moved, sent = detector.wake(judge, table[watch], now_s, number + len(probes))
        changed[watch] = moved
        if sent is not None:
            anchor = table[watch].anchors[sent.anchor]
            probes.append(Probe(sent.number, watch[0], anchor))
    return {**judges, **changed} if changed else judges, tuple(probes)


def answered(
    judges: Judges,
    table: Mapping[Watch, WatchSettings],
    number: int,
    now_s: float,
    refusal: str = "",
) -> Judges:
    """Give the answer to the judge whose probe it was."""
    for watch, judge in judges.items():
        if any(probe.number == number for probe in judge.outstanding):
            return {**judges, watch: detector.answer(judge, table[watch], number, now_s, refusal)}
    return judges


def link_changed(judges: Judges, uplink: Uplink, *, carrier: bool, now_s: float) -> Judges:
    """Take a carrier's loss as the verdict, and its return as a reason to look at once."""

    def moved(judge: Judge) -> Judge:
        return detector.at_once(judge, now_s) if carrier else detector.carrier_lost(judge)

    return {watch: moved(judge) if watch[0] is uplink else judge for watch, judge in judges.items()}


def attend(
    judges: Judges, table: Mapping[Watch, WatchSettings], *, needed: bool, now_s: float
) -> Judges:
    """Watch the backup closely while it is needed, or while the primary is under suspicion."""
    needed = needed or primary_suspect(judges, table)
    if all(judge.attentive is needed for (of, _), judge in judges.items() if of is Uplink.BACKUP):
        return judges
    return {
        watch: _attentive(judge, needed, now_s) if watch[0] is Uplink.BACKUP else judge
        for watch, judge in judges.items()
    }


def primary_suspect(judges: Judges, table: Mapping[Watch, WatchSettings]) -> bool:
    """Tell whether the evidence against the primary is worth waking the backup for.

    A single anchor's silence is not, where another one has a say as well.
    """
    return any(_suspect(judge, table[watch]) for watch, judge in judges.items())


def spread(
    before: Judges, judges: Judges, table: Mapping[Watch, WatchSettings], now_s: float
) -> Judges:
    """Look at an uplink's other layers at once when one layer has news: a verdict, or the first doubt.

    Slow layers would learn of a verdict up to a minute later: the cause would stay wrong for so long, and
    a line that is back would not be believed. And a doubt that all share is the line's.
    """
    spoken = {w for w, judge in judges.items() if judge.verdict is not before[w].verdict}
    doubting = {w for w, judge in judges.items() if _newly_doubts(judge, before[w])}
    if not spoken and not doubting:
        return judges
    news = {uplink for uplink, _ in spoken}
    suspects = {uplink for uplink, _ in doubting}
    return {
        watch: detector.at_once(judge, now_s)
        if (watch[0] in news and watch not in spoken)
        or (watch[0] in suspects and watch not in doubting and table[watch].pace.calm_s <= DEAR_S)
        else judge
        for watch, judge in judges.items()
    }


def retest(judges: Judges, now_s: float) -> Judges:
    """Ask each anchor that fell silent over the primary once more over the backup.

    If it answers there, a part of the line is broken; if it answers nowhere, the anchor is.
    """
    asked: dict[Watch, Judge] = {}
    for (uplink, layer), judge in judges.items():
        watch = (Uplink.BACKUP, layer)
        if uplink is not Uplink.PRIMARY or judge.verdict is not Verdict.UP or watch not in judges:
            continue
        for index, mind in enumerate(judge.anchors):
            other = asked.get(watch, judges[watch])
            if mind.silent_s is not None and _unasked(other, index, mind.silent_s):
                asked[watch] = replace(detector.at_once(other, now_s), turn=index)
    # Most steps ask nobody: who compares judges by identity then sees that nothing is new.
    return {**judges, **asked} if asked else judges


def hint(
    judges: Judges,
    table: Mapping[Watch, WatchSettings],
    uplink: Uplink,
    since_s: float,
    now_s: float,
) -> Judges:
    """Take the word that nothing has come back over an uplink since then as a reason to ask."""
    return {
        watch: detector.hint(judge, since_s, now_s)
        if watch[0] is uplink and table[watch].pace.calm_s <= DEAR_S
        else judge
        for watch, judge in judges.items()
    }


def next_wake_s(judges: Judges, table: Mapping[Watch, WatchSettings]) -> float:
    """Return when the first judge wants to be woken."""
    wishes = (detector.next_wake_s(judge, table[watch]) for watch, judge in judges.items())
    return min(wishes, default=float("inf"))


def _suspect(judge: Judge, settings: WatchSettings) -> bool:
    if settings.uplink is not Uplink.PRIMARY:
        return False
    if judge.verdict is Verdict.DOWN:
        return True
    return (
        detector.accusers(judge) >= min(2, detector.voices(judge))
        and detector.down_evidence(judge, settings) >= ALERT_NATS
    )


def _unasked(judge: Judge, index: int, since_s: float) -> bool:
    """Tell whether it is open since then whether an anchor answers."""
    mind = judge.anchors[index]
    heard = mind.heard_s is not None and mind.heard_s > since_s
    asked = any(probe.anchor == index and probe.sent_s > since_s for probe in judge.outstanding)
    return not heard and not asked and mind.silent_s is None


def _newly_doubts(judge: Judge, before: Judge) -> bool:
    if judge is before or judge.verdict is not Verdict.UP:
        return False
    return judge.doubted_s is not None and before.doubted_s is None


def _attentive(judge: Judge, needed: bool, now_s: float) -> Judge:
    judge = replace(judge, attentive=needed)
    return detector.at_once(judge, now_s) if needed else judge
