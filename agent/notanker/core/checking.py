"""Runs the watches of the plan's systems, and of the primary's next hop.

Each has a judge of `detector` with evidence and pace of its own: slow while all is well, a burst on the
first miss. When anything goes wrong with the line or with one system, all the others are asked at once, so
that the cause is known before anybody is told. One that has never answered since the agent came up says
nothing at all: its address may be wrong, and a finding says so.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from notanker.core import detector
from notanker.core.commands import Probe
from notanker.core.detector import Judge
from notanker.core.evidence import AnchorMind
from notanker.core.names import Layer, Uplink, Verdict, Via
from notanker.core.settings import Anchor, Check, Evidence, Pace, WatchSettings

LOOK_S: Final = 3.0
"""So long at most the cause waits for the look at all systems."""
EVIDENCE: Final = Evidence(good_loss=0.2, bad_loss=0.6, down_nats=6.5, up_nats=2.0)
"""Six losses in a row, three answers in a row: nothing is switched because of a system, only told."""
HOP: Final = "next hop"
HOP_PACE: Final = Pace(calm_s=10.0, burst_s=0.2, least_timeout_s=0.2, most_timeout_s=1.0)


@dataclass(frozen=True, slots=True)
class Mind:
    """What is known through one watch.

    Attributes:
        sent_s: When it was asked last, boot seconds.
        since_s: Since when its verdict has been what it is.
        expires_s: When the certificate ends that was shown last, wall seconds.
        proven: Whether it has been well since the agent came up, or in an open incident before that.
        told_s: When an earlier process heard of it last, None if it left no word.
    """

    judge: Judge
    sent_s: float = -math.inf
    since_s: float = 0.0
    expires_s: float | None = None
    proven: bool = False
    told_s: float | None = None

    @property
    def heard(self) -> float:
        """When it answered last, in boot seconds; of one that was proven and is silent."""
        own_s = self.judge.answered_s
        return own_s if own_s is not None else (self.told_s or 0.0)

    @property
    def verdict(self) -> Verdict:
        """What it says: nothing before the system was well once.

        A first answer is no reason to hold the silence before it against the system: after a power cut it
        may only have taken longer than the box to come up.
        """
        return self.judge.verdict if self.proven else Verdict.UNKNOWN


@dataclass(frozen=True, slots=True)
class Checks:
    """All watches of systems.

    Attributes:
        looking_s: When all were last asked at once because something went wrong.
        told: When an earlier process heard of each, boot seconds.
    """

    table: Mapping[str, Check] = field(default_factory=dict)
    minds: Mapping[str, Mind] = field(default_factory=dict)
    looking_s: float = -math.inf
    told: Mapping[str, float] = field(default_factory=dict)


def start(
    checks: Iterable[Check], hop: str, now_s: float, told: Mapping[str, float] | None = None
) -> Checks:
    """Return watches that begin at once, and know no more than they are told."""
    table = {check.key: check for check in checks}
    told = told or {}
    minds = {key: _mind(check.watch, told.get(key), now_s) for key, check in table.items()}
    return hop_known(Checks(table, minds, told=told), hop, now_s)


def _mind(watch: WatchSettings, told_s: float | None, now_s: float) -> Mind:
    judge = detector.start(watch, now_s)
    return Mind(judge, since_s=now_s, proven=told_s is not None, told_s=told_s)


def hop_known(checks: Checks, address: str, now_s: float) -> Checks:
    """Watch the primary's next hop at this address from now on; at none if it is empty."""
    known = checks.table.get(HOP)
    if (known.watch.anchors[0].address if known else "") == address:
        return checks
    table = {key: check for key, check in checks.table.items() if key != HOP}
    minds = {key: mind for key, mind in checks.minds.items() if key != HOP}
    if address:
        watch = WatchSettings(
            Uplink.PRIMARY, Layer.ICMP, (Anchor(Layer.ICMP, address),), HOP_PACE,
            idle_s=HOP_PACE.calm_s, evidence=EVIDENCE,
        )  # fmt: skip
        table[HOP] = Check(HOP, "", Via.PRIMARY, watch)
        told_s = checks.told.get(HOP) if known is None else None  # another hop is another router
        minds[HOP] = _mind(watch, told_s, now_s)
    return replace(checks, table=table, minds=minds)


def due(
    checks: Checks, route: Uplink, now_s: float, number: int
) -> tuple[Checks, tuple[Probe, ...]]:
    """Count what is overdue and send what is due; `number` is that of the first new probe."""
    probes: list[Probe] = []
    for key, mind in checks.minds.items():
        check = checks.table[key]
        if detector.next_wake_s(mind.judge, check.watch) > now_s:
            continue
        judge, sent = detector.wake(mind.judge, check.watch, now_s, number + len(probes))
        if sent is not None:
            anchor = check.watch.anchors[sent.anchor]
            probes.append(Probe(sent.number, _uplink(check.via, route), anchor))
        sent_s = mind.sent_s if sent is None else now_s
        checks = _with(checks, key, replace(mind, judge=judge, sent_s=sent_s), now_s)
    return checks, tuple(probes)


def answered(
    checks: Checks, number: int, now_s: float, refusal: str = "", expires_s: float | None = None
) -> Checks:
    """Give the answer to the judge whose probe it was."""
    for key, mind in checks.minds.items():
        if any(probe.number == number for probe in mind.judge.outstanding):
            watch = checks.table[key].watch
            judge = detector.answer(mind.judge, watch, number, now_s, refusal)
            ends_s = mind.expires_s if expires_s is None else expires_s
            return _with(checks, key, replace(mind, judge=judge, expires_s=ends_s), now_s)
    return checks


def look(checks: Checks, now_s: float, *, anew: bool = True) -> Checks:
    """Ask everything at once; `anew` if that is a look of its own, with its own wait."""
    minds = {
        key: replace(mind, judge=detector.at_once(mind.judge, now_s))
        for key, mind in checks.minds.items()
    }
    return replace(checks, minds=minds, looking_s=now_s if anew else checks.looking_s)


def rerouted(checks: Checks) -> Checks:
    """Forget what was counted over the other line; the verdicts stay until there is new evidence."""
    minds = {
        key: replace(mind, judge=_unprejudiced(mind.judge))
        if checks.table[key].via is Via.EITHER
        else mind
        for key, mind in checks.minds.items()
    }
    return replace(checks, minds=minds)


def settled(checks: Checks, keys: Iterable[str], since_s: float) -> bool:
    """Tell whether these have been asked since then and are beyond doubt."""
    return all(_settled(checks, key, since_s) for key in keys)


def news(before: Checks, checks: Checks) -> bool:
    """Tell whether some watch has come to a verdict of `down`."""
    return any(
        mind.verdict is Verdict.DOWN and _verdict(before, key) is not Verdict.DOWN
        for key, mind in checks.minds.items()
    )


def changed(before: Checks, checks: Checks) -> bool:
    """Tell whether some watch has come to another verdict."""
    if before.minds is checks.minds:
        return False
    return any(mind.verdict is not _verdict(before, key) for key, mind in checks.minds.items())


def next_wake_s(checks: Checks, now_s: float) -> float:
    """Return when the first watch wants to be woken, or a look must end."""
    end_s = checks.looking_s + LOOK_S
    wishes = [
        detector.next_wake_s(mind.judge, checks.table[key].watch)
        for key, mind in checks.minds.items()
    ]
    return min([*wishes, end_s if end_s > now_s else math.inf])


def _settled(checks: Checks, key: str, since_s: float) -> bool:
    mind = checks.minds[key]
    if mind.judge.answered_s is None and not mind.proven:
        return True  # it has never said anything: nothing to wait for
    waiting = any(not probe.lost for probe in mind.judge.outstanding)
    asked = mind.sent_s >= since_s and not waiting
    return asked and not detector.in_doubt(mind.judge, checks.table[key].watch)


def _verdict(checks: Checks, key: str) -> Verdict:
    mind = checks.minds.get(key)
    return Verdict.UNKNOWN if mind is None else mind.verdict


def _with(checks: Checks, key: str, mind: Mind, now_s: float) -> Checks:
    if mind.judge.verdict is not checks.minds[key].judge.verdict:
        proven = mind.proven or mind.judge.verdict is Verdict.UP
        mind = replace(mind, since_s=now_s, proven=proven)
    return replace(checks, minds={**checks.minds, key: mind})


def _uplink(via: Via, route: Uplink) -> Uplink | None:
    if via is Via.LAN:
        return None
    return Uplink.PRIMARY if via is Via.PRIMARY else route


def _unprejudiced(judge: Judge) -> Judge:
    minds = tuple(AnchorMind(srtt_s=mind.srtt_s, rttvar_s=mind.rttvar_s) for mind in judge.anchors)
    return replace(judge, anchors=minds, outstanding=(), unanswered_s=None, doubted_s=None)
