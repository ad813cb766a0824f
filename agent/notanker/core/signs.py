"""Gathers the signs that the cause is read from, out of all judges of a site."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from notanker.core import detector, uplinks
from notanker.core import graph as graphs
from notanker.core.cause import LINE, NEXT_HOP, LayerSign, Signs
from notanker.core.checking import HOP, Checks, Mind
from notanker.core.detector import Judge
from notanker.core.graph import INTERNET, Graph
from notanker.core.moment import Moment
from notanker.core.names import Kind, Layer, Uplink, Verdict, Via
from notanker.core.settings import WatchSettings
from notanker.core.uplinks import CAPTIVE, Watch

LAST: Final = 21
"""The verdict on a line that is dead has about so many losses in a row behind it."""
AMONG: Final = 4
"""So many answers among its last ones, older than the newest loss, make a brown-out: of a line that loses
60 %, all but 2 of 100. A line that is just coming back has its answers last."""
GRACE_S: Final = 1.0
"""What answered later than this after the line broke was not what broke it."""


@dataclass(frozen=True, slots=True)
class Path:
    """What the kernel, the modem and a sensor have told of the ways out.

    Attributes:
        addressed: Whether the primary's interface has an address, None while nobody has looked.
        hop: The address of the primary's next hop.
        mains: Whether there is mains power, None without a sensor.
    """

    addressed: bool | None = None
    hop: str = ""
    modem: str = ""
    mains: bool | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """What the signs are gathered from.

    Attributes:
        broke_s: When the primary broke, boot seconds; None while it has not.
    """

    now: Moment
    judges: Mapping[Watch, Judge]
    table: Mapping[Watch, WatchSettings]
    carrier: Mapping[Uplink, bool]
    route: Uplink
    checks: Checks
    graph: Graph
    path: Path
    broke_s: float | None = None


def of_line(scene: Scene) -> Signs:
    """Return the signs for the primary's cause: what answered after it broke is not held against it."""
    signs = gather(scene)
    if scene.broke_s is None:
        return signs
    late = {one for one, moment in signs.heard.items() if moment.boot_s > scene.broke_s + GRACE_S}
    states = {
        one: Verdict.UNKNOWN if one in late and state is Verdict.DOWN else state
        for one, state in signs.states.items()
    }
    hop = Verdict.UNKNOWN if NEXT_HOP in late and signs.next_hop is Verdict.DOWN else signs.next_hop
    return replace(signs, states=states, next_hop=hop)


def gather(scene: Scene) -> Signs:
    """Return all signs of the moment."""
    mine = {watch[1]: judge for watch, judge in scene.judges.items() if watch[0] is Uplink.PRIMARY}
    hop = scene.checks.minds.get(HOP)
    return Signs(
        carrier=scene.carrier[Uplink.PRIMARY],
        addressed=scene.path.addressed,
        next_hop=Verdict.UNKNOWN if hop is None else hop.verdict,
        hop=scene.path.hop,
        layers=_layers(scene, mine),
        mains=scene.path.mains,
        states=states(scene),
        heard=dict(_heard(scene, mine)),
    )


def states(scene: Scene) -> dict[str, Verdict]:
    """Return what is known of each system: by its own watches, or by the line where it has none."""
    watched: dict[str, list[Verdict]] = {}
    for key, mind in scene.checks.minds.items():
        check = scene.checks.table[key]
        if check.system:
            watched.setdefault(check.system, []).append(_verdict(scene, check.via, mind))
    return {**_by_line(scene), **{one: _all(found) for one, found in watched.items()}}


def _verdict(scene: Scene, via: Via, mind: Mind) -> Verdict:
    """Return the verdict of a watch, which says nothing while its own way out does not work."""
    if via is Via.LAN:
        return mind.verdict
    uplink = Uplink.PRIMARY if via is Via.PRIMARY else scene.route
    works = uplinks.verdict(scene.judges, uplink) is Verdict.UP
    return mind.verdict if works else Verdict.UNKNOWN


def _by_line(scene: Scene) -> dict[str, Verdict]:
    """Return what the uplinks say of the systems that carry them."""
    found: dict[str, Verdict] = {}
    lines = graphs.providers(scene.graph, INTERNET)
    for system in scene.graph.systems:
        if system.id in lines:
            uplink = Uplink.BACKUP if system.kind is Kind.MOBILE else Uplink.PRIMARY
            found[system.id] = uplinks.verdict(scene.judges, uplink)
        elif system.kind in (Kind.POWER, Kind.UPS) and scene.path.mains is not None:
            found[system.id] = Verdict.UP if scene.path.mains else Verdict.DOWN
    return found


def _all(found: list[Verdict]) -> Verdict:
    if Verdict.DOWN in found:
        return Verdict.DOWN
    return Verdict.UNKNOWN if Verdict.UNKNOWN in found else Verdict.UP


def _layers(scene: Scene, mine: Mapping[Layer, Judge]) -> dict[Layer, LayerSign]:
    down = [judge for judge in mine.values() if judge.verdict is Verdict.DOWN]
    silent = _fallen_silent(mine)
    silent_since_s = max((judge.answered_s or 0.0 for judge in down), default=0.0)
    return {
        layer: LayerSign(
            Verdict.DOWN if layer in silent else judge.verdict,
            detector.answering(judge, scene.table[Uplink.PRIMARY, layer]),
            len(judge.anchors),
            heard=judge.verdict is Verdict.DOWN or (judge.answered_s or 0.0) >= silent_since_s,
            partly=_partly(judge),
            foreign=2 * sum(mind.refused == CAPTIVE for mind in judge.anchors) > len(judge.anchors),
            loss_pct=_loss_pct(judge),
            rtt_ms=_rtt_ms(judge),
        )
        for layer, judge in mine.items()
    }


def _fallen_silent(mine: Mapping[Layer, Judge]) -> set[Layer]:
    """Return the layers that have been silent since the first of them was found to be down.

    The layers take turns, so one has its verdict first; what the others lack is only time.
    """
    down = [judge for judge in mine.values() if judge.verdict is Verdict.DOWN]
    since_s = max((judge.unanswered_s or 0.0 for judge in down), default=0.0)
    return {
        layer
        for layer, judge in mine.items()
        if down and judge.doubted_s is not None and (judge.answered_s or 0.0) < since_s
    }


def _partly(judge: Judge) -> bool:
    """Tell whether answers come between the losses."""
    among = 0
    for recent, count in _last(judge):
        bits = [recent >> place & 1 for place in range(count)]  # the newest first
        among += bits[bits.index(1) :].count(0) if 1 in bits else 0
    return among >= AMONG


def _loss_pct(judge: Judge) -> float | None:
    """Return the loss since the trouble began, not that of the good minutes before."""
    outcomes = sum(count for _, count in _last(judge))
    lost = sum(recent.bit_count() for recent, _ in _last(judge))
    return 100.0 * lost / outcomes if outcomes else None


def _last(judge: Judge) -> list[tuple[int, int]]:
    """Return each anchor's share of the last outcomes: the bits, and how many there are."""
    most = LAST // detector.voices(judge)
    counts = [(mind, min(mind.count, most)) for mind in judge.anchors if not mind.dormant]
    return [(mind.recent & ((1 << count) - 1), count) for mind, count in counts]


def _rtt_ms(judge: Judge) -> float | None:
    known = [mind.srtt_s for mind in judge.anchors if mind.srtt_s is not None]
    return 1000.0 * sum(known) / len(known) if known else None


def _heard(scene: Scene, mine: Mapping[Layer, Judge]) -> Iterator[tuple[str, Moment]]:
    down = [j.answered_s for j in mine.values() if j.verdict is Verdict.DOWN and j.answered_s]
    if down:
        yield LINE, ago(scene.now, min(down))
    by_system: dict[str, float] = {}
    for key, mind in scene.checks.minds.items():
        if mind.judge.answered_s is None and mind.told_s is None:
            continue
        name = NEXT_HOP if key == HOP else scene.checks.table[key].system
        # Of several watches the broken one counts.
        if name not in by_system or mind.verdict is Verdict.DOWN:
            by_system[name] = mind.heard
    yield from ((name, ago(scene.now, boot_s)) for name, boot_s in by_system.items())


def ago(now: Moment, boot_s: float) -> Moment:
    """Return the moment of these boot seconds, by the clock as it goes now."""
    return replace(now, boot_s=boot_s, wall_s=now.wall_s - (now.boot_s - boot_s))
