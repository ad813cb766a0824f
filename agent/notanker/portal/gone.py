"""What is gone right now, by what the agent tells and what the plan says stands on what."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from notanker.core.graph import INTERNET
from notanker.core.names import Line, Uplink, Verdict
from notanker.core.status import Status
from notanker.plan.closure import closure
from notanker.plan.live import Facts, Gone
from notanker.plan.words import in_language
from notanker.portal.words import words

LTE: Final = "lte-data"
POWER: Final = "site-power"
_SENTENCES: Final = {
    "measures": "gone_measures",
    "contacts": "gone_contacts",
    "below": "gone_below",
}


def gone_now(status: Status | None, facts: Facts | None, language: str, *, fresh: bool) -> Gone:
    """Return what is gone. Of old knowledge nothing is said: the pages stay in the order of calm days."""
    t = words(language)
    sentences = {kind: t[key] for kind, key in _SENTENCES.items()}
    if status is None or facts is None or not fresh:
        return Gone(sentences=sentences)
    lost = _lost(status, facts)
    names = {one.system: in_language(one.name, language) for one in status.systems}
    hit = {one.id for one in facts.services if lost.intersection(one.needs)}
    unusual = {f"line:{status.line}"} if status.line is not Line.PRIMARY else set()
    return Gone(
        lost,
        frozenset(hit | unusual),
        {**names, **facts.names.get(language, {})},
        sentences,
    )


def _lost(status: Status, facts: Facts) -> frozenset[str]:
    """Return what is lost. What stands on the main line may run over LTE meanwhile: it is not called lost."""
    broken, well = set(_broken(status)), frozenset(_well(status))
    over_lte = status.line in (Line.BACKUP, Line.WAIT_TO_RESTORE) and INTERNET in broken
    lost = closure(facts.nodes, broken - {INTERNET} if over_lte else broken, well)
    return lost | {INTERNET} if over_lte else lost


def _broken(status: Status) -> Iterator[str]:
    for uplink in status.uplinks:
        if uplink.verdict is Verdict.DOWN:
            yield INTERNET if uplink.uplink is Uplink.PRIMARY else LTE
    if status.box.mains is False:
        yield POWER
    yield from (one.system for one in status.systems if one.verdict is Verdict.DOWN)


def _well(status: Status) -> Iterator[str]:
    """Yield what answers: it does not fall with what the plan says it stands on."""
    for uplink in status.uplinks:
        if uplink.verdict is Verdict.UP:
            yield INTERNET if uplink.uplink is Uplink.PRIMARY else LTE
    yield from (one.system for one in status.systems if one.verdict is Verdict.UP)


def services_words(facts: Facts | None, gone: Gone, language: str) -> tuple[tuple[str, str], ...]:
    """Return what the outage means for the staff: which services it hits, and which run on."""
    if facts is None or not gone.lost or not facts.services:
        return ()
    t = words(language)
    hit = [one.names[language] for one in facts.services if one.id in gone.hit]
    well = [one.names[language] for one in facts.services if one.id not in gone.hit]
    told = ((t["hit"], ", ".join(hit)), (t["runs_on"], ", ".join(well)))
    return tuple((name, value) for name, value in told if value)
