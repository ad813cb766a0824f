"""What is around the line: the plan's systems, the next hop, the modem, the power; asked and kept together.

The line's own judges decide where traffic goes. What is here decides nothing but what people are told: why.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from notanker.core import checking, graph, probing, uplinks
from notanker.core.checking import HOP, LOOK_S, Checks
from notanker.core.commands import Probe
from notanker.core.events import Answered, ModemSeen, PathSeen, PowerChanged, SystemsKnown
from notanker.core.graph import Graph, System
from notanker.core.moment import Moment
from notanker.core.names import Uplink, Verdict, Via
from notanker.core.probing import Judges
from notanker.core.remembering import Memory
from notanker.core.settings import Check, Settings, WatchSettings
from notanker.core.signs import Path, Scene
from notanker.core.uplinks import Watch

Told = SystemsKnown | PathSeen | ModemSeen | PowerChanged


@dataclass(frozen=True, slots=True)
class Line:
    """What the surroundings need to know of the uplinks."""

    judges: Judges
    table: Mapping[Watch, WatchSettings]
    carrier: Mapping[Uplink, bool]
    route: Uplink


@dataclass(frozen=True, slots=True)
class Around:
    """The state of all that is around the line.

    Attributes:
        settings: The watches, and the next hop where the configuration names it; fixed.
        checks: The watches' minds, and `graph` what needs what.
        path: What the kernel, the modem and a sensor have told.
        broke_s: When the primary broke that is not up again, boot seconds.
        suspect: Whether the primary was under suspicion at the last look.
        memory: What of the watches is on record for the agent's next life.
    """

    settings: Settings
    checks: Checks = field(default_factory=Checks)
    graph: Graph = field(default_factory=Graph)
    path: Path = field(default_factory=Path)
    broke_s: float | None = None
    suspect: bool = False
    memory: Memory = field(default_factory=Memory)

    @property
    def over_line(self) -> frozenset[str]:
        """The systems that are watched over an uplink."""
        table = self.checks.table.values()
        return frozenset(check.system for check in table if check.via is not Via.LAN)

    @property
    def failing(self) -> bool:
        """Whether any watch is down."""
        return any(mind.verdict is Verdict.DOWN for mind in self.checks.minds.values())


def start(settings: Settings, now_s: float, memory: Memory | None = None) -> Around:
    """Return the surroundings of which nothing is known yet but what an earlier process left."""
    memory = memory or Memory()
    return Around(
        settings,
        checking.start(settings.checks, settings.hop, now_s, memory.heard),
        _graph(settings.systems, settings.checks),
        Path(hop=settings.hop),
        memory=memory,
        broke_s=memory.broke_s,
    )


def told(state: Around, event: Told, now_s: float) -> Around:
    """Take what the plan, the kernel, the modem or a sensor tells."""
    match event:
        case SystemsKnown(systems=systems):
            return replace(state, graph=_graph(systems, state.settings.checks))
        case PathSeen(addressed=addressed, hop=seen):
            # A line that is down may lose its route: the hop it had is still the one to ask.
            hop = state.settings.hop or seen or state.path.hop
            checks = checking.hop_known(state.checks, hop, now_s)
            return replace(
                state, path=replace(state.path, addressed=addressed, hop=hop), checks=checks
            )
        case ModemSeen(state=modem):
            return replace(state, path=replace(state.path, modem=modem))
        case PowerChanged(mains=mains):
            return replace(state, path=replace(state.path, mains=mains))


def answered(state: Around, event: Answered, now_s: float) -> Around:
    """Take the answer to a probe of a system."""
    checks = checking.answered(state.checks, event.number, now_s, event.refusal, event.expires_s)
    return replace(state, checks=checks)


def ask(
    state: Around, line: Line, before: Line, now_s: float, number: int
) -> tuple[Around, tuple[Probe, ...]]:
    """Ask what is due, and everything when something has just gone wrong.

    Args:
        state: The surroundings.
        line: The uplinks now.
        before: And before this step.
        now_s: Boot seconds.
        number: The number of the first new probe.
    """
    state, worse = _compare(state, line, before, now_s)
    checks = checking.rerouted(state.checks) if line.route is not before.route else state.checks
    checks = checking.look(checks, now_s) if worse else checks
    counted, probes = checking.due(checks, line.route, now_s, number)
    if checking.news(checks, counted):
        # One more system found to be down does not make anybody wait longer.
        counted = checking.look(counted, now_s, anew=now_s >= checks.looking_s + LOOK_S)
        counted, more = checking.due(counted, line.route, now_s, number + len(probes))
        probes = (*probes, *more)
    return replace(state, checks=counted), probes


def looked(state: Around, line: Line, now_s: float) -> bool:
    """Tell whether all systems that can be reached have been asked since anything went wrong last.

    After `LOOK_S` that is so in any case.
    """
    if now_s >= state.checks.looking_s + LOOK_S:
        return True
    ways = {Via.PRIMARY: Uplink.PRIMARY, Via.EITHER: line.route}
    cut = {via for via, uplink in ways.items() if not line.carrier[uplink]}
    dead = {
        via for via, uplink in ways.items() if uplinks.verdict(line.judges, uplink) is Verdict.DOWN
    }
    asked = (
        key
        for key, check in state.checks.table.items()
        # The next hop is asked over a line that is down as well: that is the question.
        if check.via not in cut and (key == HOP or check.via not in dead)
    )
    return checking.settled(state.checks, asked, state.checks.looking_s)


def scene(state: Around, line: Line, now: Moment) -> Scene:
    """Return all that a cause is read from."""
    return Scene(
        now=now,
        judges=line.judges,
        table=line.table,
        carrier=line.carrier,
        route=line.route,
        checks=state.checks,
        graph=state.graph,
        path=state.path,
        broke_s=state.broke_s,
    )


def _compare(state: Around, line: Line, before: Line, now_s: float) -> tuple[Around, bool]:
    """Note when the primary broke; tell whether the line has just come under suspicion, or changed."""
    if line.judges is before.judges and line.carrier is before.carrier:
        return state, False
    verdict = uplinks.verdict(line.judges, Uplink.PRIMARY)
    broken = now_s if state.broke_s is None and verdict is Verdict.DOWN else state.broke_s
    broke_s = None if verdict is Verdict.UP else broken
    suspect = probing.primary_suspect(line.judges, line.table)
    worse = (suspect and not state.suspect) or line.carrier != before.carrier
    # A look that the suspicion has begun is the one that the verdict needs.
    looking = now_s < state.checks.looking_s + LOOK_S
    broke = broke_s != state.broke_s and not looking
    # What was dead with the line has come back with it: nobody must hear of it as a trouble of its own.
    back = broke_s is None and state.broke_s is not None
    return replace(state, broke_s=broke_s, suspect=suspect), worse or broke or back


def _graph(systems: Iterable[System], checks: Iterable[Check]) -> Graph:
    """Build the graph; a system that only the configuration names stands for itself."""
    named = (System(c.system, name=(c.system, c.system)) for c in checks if c.system)
    return graph.make((*systems, *named))
