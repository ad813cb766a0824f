"""What the watches of systems knew in an outage, for the agent's next life: who was well, and till when.

A watch says nothing before its system was well once (`checking`). An agent that is restarted in the middle of
an outage would take what is broken for what has never answered, and the cause with it. So both are facts of
the incident that is open: the watches that have been well, and since when which of them are silent.

After the box's own start nothing of it counts: then everything around it may have been without power, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from notanker.core.checking import Checks
from notanker.core.facts import Fact, WatchesHeard
from notanker.core.incident import Incidents
from notanker.core.moment import Moment
from notanker.core.names import Stage, Verdict


@dataclass(frozen=True, slots=True)
class Memory:
    """What is on record.

    Attributes:
        incident: The one that bears it, 0 for none.
        heard: When each watch's system was surely well last, boot seconds.
        silent: Those of which it is on record that they are silent.
        broke_s: When the primary broke that has been out since, boot seconds.
    """

    incident: int = 0
    heard: Mapping[str, float] = field(default_factory=dict)
    silent: frozenset[str] = frozenset()
    broke_s: float | None = None


def recall(facts: Iterable[Fact], known: Incidents, now: Moment) -> Memory:
    """Return what an earlier process of this boot has left of an incident that is still open."""
    memory = Memory()
    numbers = {one.number for one in known.open}
    for fact in facts:
        if isinstance(fact, WatchesHeard) and fact.at.boot == now.boot and fact.incident in numbers:
            memory = _after(memory, fact)
    line = known.line
    if line is None or line.stage is not Stage.OPEN or line.since.boot != now.boot:
        return memory
    return replace(memory, broke_s=line.since.boot_s)


def note(
    memory: Memory, checks: Checks, known: Incidents, now: Moment
) -> tuple[Memory, tuple[Fact, ...]]:
    """Return the fact of what is new, while an incident is open."""
    if not known.open:
        return (Memory() if memory.incident else memory), ()
    if all(one.number != memory.incident for one in known.open):
        memory = Memory(known.open[0].number)  # the one that bore it is over
    proven = {key: mind for key, mind in checks.minds.items() if mind.proven}
    down = {key: mind for key, mind in proven.items() if mind.verdict is Verdict.DOWN}
    well = tuple(key for key in proven if key not in memory.heard and key not in down)
    silent = tuple((key, mind.heard) for key, mind in down.items() if key not in memory.silent)
    memory = replace(memory, silent=memory.silent.intersection(down))
    if not well and not silent:
        return memory, ()
    fact = WatchesHeard(now, memory.incident, well, silent)
    return _after(memory, fact), (fact,)


def _after(memory: Memory, fact: WatchesHeard) -> Memory:
    heard = {**memory.heard, **dict.fromkeys(fact.well, fact.at.boot_s), **dict(fact.silent)}
    return Memory(fact.incident, heard, memory.silent | {key for key, _ in fact.silent})
