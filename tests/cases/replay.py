"""Replays the cases: each folder is one night at a site, `script.toml` what happens and `expected.txt`
what notanker does about it, for people to read.

    python -m tests.cases.replay            compare all
    python -m tests.cases.replay --rewrite  write down what happens now; then read the difference
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, Final

from notanker.core import events, outside
from notanker.core.commands import Announce, Beat, Command, Cut, Record, Report, Switch
from notanker.core.events import ModemSeen, PathSeen, PeopleKnown, PowerChanged
from notanker.core.facts import (
    Acknowledged,
    CauseKnown,
    Escalated,
    Fact,
    LineChanged,
    Mitigated,
    Opened,
    OrderRefused,
    PrimaryBack,
    PrimaryLost,
    QualityChanged,
    Queued,
    Reopened,
    Resolved,
    Settled,
    Switched,
    SystemBack,
    SystemLost,
    WatchesHeard,
    Withheld,
)
from notanker.core.names import Layer, Uplink
from notanker.core.settings import Notice, Recipient, Settings, Step, Telling
from tests.unit.core import outside_world
from tests.unit.core.outside_world import Outside
from tests.unit.core.systems import address_of, checks_of, system_of
from tests.unit.core.world import HOP, JONAS, MARA, World, settings, to

CASES: Final = Path(__file__).parent
LENA: Final = Recipient("lena", "Lena Probe", "+493023125112")
PEOPLE: Final = {person.contact: person for person in (MARA, JONAS, LENA)}


def names() -> list[str]:
    """Return the names of all cases."""
    return sorted(script.parent.name for script in CASES.glob("*/script.toml"))


def expected(name: str) -> str:
    """Return what the case is to look like."""
    return (CASES / name / "expected.txt").read_text(encoding="utf-8")


def replay(name: str) -> str:
    """Live through the case and tell what happened."""
    script = tomllib.loads((CASES / name / "script.toml").read_text(encoding="utf-8"))
    kind = Outside if script.get("drafts") else World
    world = kind(_settings(script))
    world.addresses = {row["id"]: address_of(n) for n, row in enumerate(script.get("system", ()))}
    start_s = world.now_s
    notes: list[tuple[float, int, str]] = []

    def note(text: str) -> None:
        notes.append((world.now_s, len(world.done), f"--- {text}"))

    note("the agent starts")
    for scene in script["at"]:
        world.run(start_s + scene["s"] - world.now_s)
        note(scene["what"])
        for deed, value in scene.items():
            if deed not in ("s", "what"):
                DEEDS[deed](world, value)
    world.run(start_s + script["lasts_s"] - world.now_s)
    note("the end")
    lines = [script["story"].strip(), "", *_lines(world, notes, start_s)]
    return "\n".join(lines) + "\n"


def _settings(script: Mapping[str, Any]) -> Settings:
    layers = tuple(Layer(layer) for layer in script.get("layers", ["icmp"]))
    rows = script.get("system", ())
    base = settings(layers, wait_to_restore_s=30.0)
    if script.get("drafts"):
        base = replace(base, telling=outside_world.telling())
    return replace(
        base,
        telling=_telling(script["telling"]) if "telling" in script else base.telling,
        systems=tuple(system_of(row) for row in rows),
        checks=checks_of(rows),
        hop=HOP if script.get("hop") else "",
    )


def _telling(script: Mapping[str, Any]) -> Telling:
    """Return the escalation: steps of `[contacts]`, each with its wait, who is informed, and how often."""
    steps = tuple(
        Step(order, f"role {order}", _named(step["people"]), step["wait_s"], on_no_ack=step["then"])
        for order, step in enumerate(script["step"], 1)
    )
    notices = tuple(
        Notice(template, _named(people)) for template, people in script["notices"].items()
    )
    return Telling(steps, notices, script["every_min"] * 60.0)


def _named(contacts: list[str]) -> tuple[Recipient, ...]:
    return tuple(PEOPLE[contact] for contact in contacts)


def _systems(world: World, names: list[str]) -> set[str]:
    return {HOP if name == "next hop" else world.addresses[name] for name in names}


def _uplinks(value: str | list[str]) -> list[Uplink]:
    return [Uplink(item) for item in ([value] if isinstance(value, str) else value)]


def _people(world: World, contacts: list[str]) -> None:
    world.happen(PeopleKnown(to(*_named(contacts))))


def _sign(world: World, text: str, *, back: bool = False) -> None:
    """Have somebody release a text of the only incident, or take that back: `T7 pia`."""
    template, contact = text.split()
    world.happen(events.ReleaseAsked(1, template, contact, "sms", back))


def _refuse(world: World, reason: str) -> None:
    world.refused = reason


DEEDS: Final[dict[str, Callable[[World, Any], None]]] = {
    "dies": lambda world, value: world.dead.update(_uplinks(value)),
    "heals": lambda world, value: world.dead.difference_update(_uplinks(value)),
    "pull": lambda world, value: world.pull(Uplink(value)),
    "plug": lambda world, value: world.plug(Uplink(value)),
    "loss": lambda world, value: world.loss.update({Uplink(k): v for k, v in value.items()}),
    "anchor_dies": lambda world, value: world.dead_anchors.add(value),
    "anchor_heals": lambda world, value: world.dead_anchors.discard(value),
    "layers_die": lambda world, value: world.dead_layers.update(
        (Uplink.PRIMARY, Layer(layer)) for layer in value
    ),
    "layers_heal": lambda world, _: world.dead_layers.clear(),
    "captive": lambda world, value: world.captive.add(Uplink(value)),
    "signed_in": lambda world, _: world.captive.clear(),
    "falls_silent": lambda world, value: world.silent.update(_systems(world, value)),
    "speaks": lambda world, value: world.silent.difference_update(_systems(world, value)),
    "addressed": lambda world, value: world.happen(PathSeen(value, HOP)),
    "mains": lambda world, value: world.happen(PowerChanged(value)),
    "modem": lambda world, value: world.happen(ModemSeen(value)),
    "people": _people,
    "says_ok": lambda world, value: world.happen(events.Acknowledged(0, value, "sms")),
    "releases": _sign,
    "withdraws": lambda world, value: _sign(world, value, back=True),
    "kernel_refuses": _refuse,
    "rule_taken_away": lambda world, _: world.meddle(Uplink.PRIMARY),
    "journal_lost": lambda world, _: world.lose_journal(),
    "restart": lambda world, _: world.restart(),
    "power_away_s": lambda world, value: world.reboot(value),
}


def _lines(world: World, notes: list[tuple[float, int, str]], start_s: float) -> Iterator[str]:
    waiting = list(notes)
    for index, (at_s, command) in enumerate(world.done):
        while waiting and waiting[0][1] <= index:
            noted_s, _, text = waiting.pop(0)
            yield f"{noted_s - start_s:9.2f}  {text}"
        words = _words(command)
        if words:
            yield f"{at_s - start_s:9.2f}  {words}"
    for noted_s, _, text in waiting:
        yield f"{noted_s - start_s:9.2f}  {text}"


def _words(command: Command) -> str:
    match command:
        case Switch(to=to):
            return f"switch to {to}"
        case Cut(left=left):
            return f"cut the flows of {left}"
        case Beat(over=over):
            return f"beat over {over}"
        case Report(incident=number):
            return f"report of incident {number}"
        case Announce(on=on):
            return f"announcement: {'on' if on else 'off'}"
        case Record(fact=fact):
            return _fact_words(fact)
        case _:
            return ""


def _fact_words(fact: Fact) -> str:
    words = WORDS.get(type(fact), type(fact).__name__)
    values = {field.name: getattr(fact, field.name) for field in fields(fact)}
    done = "switched to" if values.get("ok") else "refused"
    return (words.format(**values, done=done) + _detail(fact)).rstrip()


def _detail(fact: Fact) -> str:
    """Say what more is known of a cause that is a system of the plan's."""
    if not isinstance(fact, Opened | Reopened | CauseKnown) or not fact.detail.system:
        return ""
    needed_by = ", ".join(fact.detail.dependants) or "nothing"
    return f" {fact.detail.name[1]}, {fact.detail.confidence}; needed by {needed_by}"


WORDS: Final[dict[type[Fact], str]] = {
    LineChanged: "line: {line}",
    Switched: "the kernel {done} {to} {reason}",
    QualityChanged: "the {uplink} loses {loss_pct:.0f} %, {delay_ms:.0f} ms: degraded {degraded}",
    Opened: "incident {incident} opened: {cause} ({evidence})",
    Reopened: "incident {incident} opened again: {cause} ({evidence})",
    CauseKnown: "cause now: {cause} ({evidence})",
    Queued: "message {mark}: {template} to {name}",
    Settled: "message {mark}: {outcome}",
    PrimaryBack: "primary line answers again",
    PrimaryLost: "primary line failed again",
    SystemBack: "incident {incident}: the system answers again",
    SystemLost: "incident {incident}: the system failed again",
    Resolved: "incident {incident} resolved",
    Acknowledged: "{contact} has incident {incident}",
    Escalated: "escalation: stop {stop}, step {step} of the plan",
    Mitigated: "the site works again by other means",
    Withheld: "{name} is not told {template}: {why}",
    OrderRefused: "{contact} wanted to {order}: {reason}",
    WatchesHeard: "noted which systems were well",
    outside.Drafted: "draft {template}, version {version}, to be released by {persons}",
    outside.Released: "{name} releases {template}, version {version}",
    outside.Withdrawn: "{name} withdraws {template}, version {version}",
    outside.AnnouncementOrdered: "decision: announcement {head_number} on: {on}",
    outside.AnnouncementSwitched: "announcement {head_number} on: {on}, surely: {ok}",
}


def main(arguments: list[str]) -> int:
    """Compare or rewrite; return the exit status."""
    different = [name for name in names() if _differs(name)]
    for name in different:
        if "--rewrite" in arguments:
            (CASES / name / "expected.txt").write_text(replay(name), encoding="utf-8")
        sys.stdout.write(f"{name}\n")
    return int(bool(different) and "--rewrite" not in arguments)


def _differs(name: str) -> bool:
    return not (CASES / name / "expected.txt").exists() or replay(name) != expected(name)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
