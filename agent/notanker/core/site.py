"""The site as one pure function: `step(state, event, now)` gives the next state and what is to be done.

Every event is taken by exactly one handler of `HANDLERS`; after it the same sequence runs each time:
probe what is due, move the failover machine, lead the incident, beat. So nothing depends on which event
happened to come first, and a restart needs no path of its own.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from notanker.core import (
    announcing,
    around,
    backing,
    bearer,
    beating,
    checking,
    cutting,
    drafting,
    failover,
    hands,
    incident,
    leading,
    lifesigns,
    picture,
    powercycle,
    probing,
    quality,
    remembering,
    switching,
    troubles,
    uplinks,
)
from notanker.core.commands import Bear, Command, Cut, Record, Report, Show, Switch
from notanker.core.events import (
    Acknowledged,
    AnnouncementDone,
    Answered,
    BearerDone,
    BearerTold,
    BeatDone,
    Counted,
    DeviceSaid,
    DraftMade,
    DrillAsked,
    Event,
    FellSilent,
    LinkChanged,
    MessageSettled,
    ModemSeen,
    OrderRefused,
    PathSeen,
    PeopleKnown,
    PowerChanged,
    PowerCycleDone,
    ReleaseAsked,
    RouteSeen,
    SmsHeard,
    SwitchDone,
    SystemsKnown,
    Woken,
)
from notanker.core.facts import (
    DeviceTold,
    Fact,
    LineChanged,
    Opened,
    QualityChanged,
    Resolved,
    Settled,
)
from notanker.core.failover import ROUTE
from notanker.core.moment import Moment
from notanker.core.names import Layer, Line, Uplink, Verdict
from notanker.core.outside import AnnouncementSwitched, Drafted, Released, Withdrawn
from notanker.core.probing import Judges
from notanker.core.state import RECENT, Site

REPORTED: Final = (Drafted, Released, Withdrawn, AnnouncementSwitched)
"""What befalls an incident that is over and belongs into its report."""
Commands = tuple[Command, ...]


def step(site: Site, event: Event, now: Moment) -> tuple[Site, Commands]:
    """Take one event.

    Args:
        site: The state.
        event: What happened.
        now: When; never earlier than at the step before.

    Returns:
        The next state, and what the shell is to do, in this order.
    """
    before, known = picture.seen(site), site
    site, handled = HANDLERS[type(event)](site, event, now)
    site, probes = _probe(site, now, known.judges)
    site, assessed = _assess(site, known.judges, now)
    site, moved = _move(site, now)
    site, asked = _ask_around(site, now, known)
    site, cut = _cut(site)
    site, borne = _bear(site, now)
    site, led = _lead(site, now)
    site, told = _lead_systems(site, event, known, now)
    site, outside = _tell_outside(site, event, known, now)
    site, cycled = _cycle_power(site, now)
    after = picture.seen(site)
    site, beats = lifesigns.due(site, now, changed=after[:2] != before[:2])
    muted = site.beating.mute is not known.beating.mute
    show: Commands = (Show(),) if muted or after != before else ()
    heard = (*handled, *moved, *cut, *borne)
    return site, (*heard, *led, *told, *outside, *cycled, *probes, *asked, *beats, *assessed, *show)


def next_wake_s(site: Site, now: Moment) -> float:
    """Return when the site wants to be woken at the latest, in boot seconds."""
    wishes = [
        probing.next_wake_s(site.judges, site.table),
        checking.next_wake_s(site.around.checks, now.boot_s),
        failover.next_wake_s(
            site.failover, site.settings.failover, now.boot_s, backing.restoring(site, now)
        ),
        bearer.next_wake_s(site.metered.bearer, site.settings.bearer, now),
        beating.next_wake_s(site.beating, site.settings.beat, site.route, picture.verdicts(site)),
        hands.next_wake_s(site, now),
        drafting.next_wake_s(site, now),
        announcing.next_wake_s(site, now),
        site.retry_s if ROUTE[site.failover.line] is not site.route else None,
    ]
    offset_s = site.metered.offset_s
    left_s = leading.next_wake_s(site.incident, site.settings, now, offset_s)
    wishes.append(None if left_s is None else now.boot_s + left_s)
    left_s = troubles.next_wake_s(
        site.incidents, site.settings.telling, now, picture.settle_s(site), offset_s
    )
    wishes.append(None if left_s is None else now.boot_s + left_s)
    if site.well_since_s is not None and site.incident is not None:
        settled_s = site.well_since_s + picture.settle_s(site)
        wishes.append(settled_s if settled_s > now.boot_s else None)
    return min((wish for wish in wishes if wish is not None), default=math.inf)


def _woken(site: Site, event: Woken, now: Moment) -> tuple[Site, Commands]:
    del event, now
    return site, ()


def _answered(site: Site, event: Answered, now: Moment) -> tuple[Site, Commands]:
    judges = probing.answered(site.judges, site.table, event.number, now.boot_s, event.refusal)
    if judges is not site.judges:
        return replace(site, judges=judges), ()
    return replace(site, around=around.answered(site.around, event, now.boot_s)), ()


def _fell_silent(site: Site, event: FellSilent, now: Moment) -> tuple[Site, Commands]:
    judges = probing.hint(site.judges, site.table, event.uplink, event.since_s, now.boot_s)
    return replace(site, judges=judges), ()


def _link_changed(site: Site, event: LinkChanged, now: Moment) -> tuple[Site, Commands]:
    if site.carrier[event.uplink] is event.carrier:
        return site, ()
    judges = probing.link_changed(
        site.judges, event.uplink, carrier=event.carrier, now_s=now.boot_s
    )
    carrier = {**site.carrier, event.uplink: event.carrier}
    return replace(site, judges=judges, carrier=carrier), ()


def _message_settled(site: Site, event: MessageSettled, now: Moment) -> tuple[Site, Commands]:
    fact = Settled(
        now, event.incident, event.mark, event.outcome, event.attempts, event.reason, event.channel
    )
    site, commands = _record(site, fact)
    over = any(done.number == event.incident for done in site.recent)
    return site, (*commands, Report(event.incident)) if over else commands


def _device_said(site: Site, event: DeviceSaid, now: Moment) -> tuple[Site, Commands]:
    return _record(site, DeviceTold(now, event.plugin, event.what, event.reason))


def _people_known(site: Site, event: PeopleKnown, now: Moment) -> tuple[Site, Commands]:
    del now
    return replace(site, settings=replace(site.settings, telling=event.telling)), ()


def _told(site: Site, event: around.Told, now: Moment) -> tuple[Site, Commands]:
    return replace(site, around=around.told(site.around, event, now.boot_s)), ()


Handler = Callable[[Site, Any, Moment], tuple[Site, Commands]]


def _recorded(take: Callable[[Site, Any, Moment], tuple[Site, tuple[Fact, ...]]]) -> Handler:
    """Make a handler of what returns facts: they are recorded."""
    return lambda site, event, now: _record_all(*take(site, event, now))


HANDLERS: Final[Mapping[type[Event], Handler]] = {
    Woken: _woken,
    Answered: _answered,
    FellSilent: _fell_silent,
    LinkChanged: _link_changed,
    SwitchDone: _recorded(switching.done),
    RouteSeen: _recorded(switching.seen),
    MessageSettled: _message_settled,
    DeviceSaid: _device_said,
    BeatDone: lifesigns.done,
    PeopleKnown: _people_known,
    SystemsKnown: _told,
    PathSeen: _told,
    ModemSeen: _told,
    PowerChanged: _told,
    BearerTold: _recorded(backing.told),
    BearerDone: _recorded(backing.done),
    Counted: _recorded(backing.counted),
    Acknowledged: _recorded(hands.acknowledged),
    DrillAsked: _recorded(hands.drill_asked),
    SmsHeard: _recorded(hands.sms_heard),
    OrderRefused: _recorded(hands.order_refused),
    PowerCycleDone: _recorded(hands.power_cycled),
    DraftMade: _recorded(drafting.made),
    ReleaseAsked: _recorded(drafting.released),
    AnnouncementDone: _recorded(announcing.done),
}


def _probe(site: Site, now: Moment, before: Judges) -> tuple[Site, Commands]:
    needed = site.failover.line is not Line.PRIMARY
    judges = probing.attend(site.judges, site.table, needed=needed, now_s=now.boot_s)
    judges, probes = probing.due(
        backing.asked(site, judges), site.table, now.boot_s, site.next_probe
    )
    judges = probing.spread(before, judges, site.table, now.boot_s)
    judges = backing.asked(site, probing.retest(judges, now.boot_s))
    well = uplinks.verdict(judges, Uplink.PRIMARY) is Verdict.UP
    since_s = (now.boot_s if site.well_since_s is None else site.well_since_s) if well else None
    site = replace(
        site, judges=judges, next_probe=site.next_probe + len(probes), well_since_s=since_s
    )
    return site, probes


def _assess(site: Site, before: Judges, now: Moment) -> tuple[Site, Commands]:
    """Look at the quality of the uplinks that have been heard of since."""
    commands: Commands = ()
    for uplink in Uplink:
        echo = site.judges.get((uplink, Layer.ICMP))
        if echo is None or echo is before.get((uplink, Layer.ICMP)):
            continue
        was = site.quality[uplink]
        new = quality.assess(was, echo, site.settings.limits, now.boot_s)
        site = replace(site, quality={**site.quality, uplink: new})
        if new.degraded is not was.degraded:
            fact = QualityChanged(
                now, uplink, new.degraded, new.loss_pct or 0.0, new.delay_ms or 0.0
            )
            site, more = _record(site, fact)
            commands = (*commands, *more)
    return site, commands


def _ask_around(site: Site, now: Moment, before: Site) -> tuple[Site, Commands]:
    if not site.around.checks.minds:
        return site, ()
    state, probes = around.ask(
        site.around, picture.lines(site), picture.lines(before), now.boot_s, site.next_probe
    )
    memory, facts = remembering.note(state.memory, state.checks, site.incidents, now)
    state, number = replace(state, memory=memory), site.next_probe + len(probes)
    site, noted = _record_all(replace(site, around=state, next_probe=number), facts)
    return site, (*probes, *noted)


def _move(site: Site, now: Moment) -> tuple[Site, Commands]:
    outlook = uplinks.outlook(site.judges)
    state = failover.step(
        site.failover, site.settings.failover, outlook, now.boot_s, backing.restoring(site, now)
    )
    commands: Commands = ()
    if state.line is not site.failover.line:
        site = replace(site, failover=state, line_since=now)
        site, commands = _record(site, LineChanged(now, state.line, backing.number(site)))
    else:
        site = replace(site, failover=state)
    wanted = ROUTE[state.line]
    if wanted is site.route or now.boot_s < site.retry_s:
        return site, commands
    # The switch goes out before the record of it: a slow disk must not delay the traffic.
    return replace(site, retry_s=now.boot_s + switching.RETRY_S), (Switch(wanted), *commands)


def _cut(site: Site) -> tuple[Site, Commands]:
    stale = site.stale
    if stale is None or stale.left is site.route or not cutting.is_due(stale, site.judges):
        return site, ()
    if ROUTE[site.failover.line] is not site.route:
        return site, ()  # the next switch is under way, and leaves something else behind
    return replace(site, stale=None), (Cut(stale.left),)


def _bear(site: Site, now: Moment) -> tuple[Site, Commands]:
    site, order, facts = backing.bear(site, now)
    site, commands = _record_all(site, facts)
    return site, ((Bear(order), *commands) if order is not None else commands)


def _lead(site: Site, now: Moment) -> tuple[Site, Commands]:
    commands: Commands = ()
    if site.incident is None and site.failover.line is Line.PRIMARY:
        return site, commands  # nothing to lead; this is most of a site's life
    situation = picture.of_line(site, now)
    if site.incident is None:
        site, commands = _record_all(site, leading.opening(situation))
    for rule in leading.RULES:
        if site.incident is not None:
            site, more = _record_all(site, rule(site.incident, situation))
            commands = (*commands, *more)
    return site, commands


def _lead_systems(site: Site, event: Event, before: Site, now: Moment) -> tuple[Site, Commands]:
    """Lead the incidents of systems, where there is anything to lead.

    With sixty of them open, what an answer without news costs would keep the agent from all else.
    """
    if not site.around.failing and not site.incidents.systems:
        return site, ()
    if isinstance(event, Answered) and picture.of_old(site, before, now):
        return site, ()
    return _record_all(site, troubles.facts(site.incidents, picture.of_systems(site, now)))


def _tell_outside(site: Site, event: Event, before: Site, now: Moment) -> tuple[Site, Commands]:
    """Have the texts for people outside made, released and heard, where the plan has any."""
    if not site.settings.telling.drafts and not site.announced:
        return site, ()
    same = site.incidents is before.incidents and site.failover.line is before.failover.line
    if same and isinstance(event, Answered):
        return site, ()  # what comes with time alone comes when the site is woken
    site, texts = drafting.compose(site, now)
    site, asked = _record_all(site, drafting.asks(site, now))
    site, facts, orders = announcing.orders(site, now)
    site, ordered = _record_all(site, facts)
    site, reminded = _record_all(site, announcing.asks(site, now))
    # An order is written down before it is given: who crashes in between gives it again.
    return site, (*texts, *asked, *ordered, *orders, *reminded)


def _cycle_power(site: Site, now: Moment) -> tuple[Site, Commands]:
    order, facts = hands.cycle(site, now)
    site, commands = _record_all(site, facts)
    # Written down before it is done: who crashes in between must not do it again.
    return site, ((*commands, order) if order is not None else commands)


def _record_all(site: Site, facts: tuple[Fact, ...]) -> tuple[Site, Commands]:
    commands: Commands = ()
    for fact in facts:
        site, more = _record(site, fact)
        commands = (*commands, *more)
    return site, commands


def _record(site: Site, fact: Fact) -> tuple[Site, Commands]:
    """Take a fact into the incident it belongs to, and have it written down."""
    known = incident.take(site.incidents, fact)
    over = isinstance(fact, Resolved) and len(known.done) > len(site.incidents.done)
    announced = announcing.take(site.announced, fact)
    done = replace(known, done=announcing.kept(known.done, announced, RECENT))
    power = powercycle.take(site.power, fact)
    site = replace(site, incidents=done, power=power, announced=announced)
    if isinstance(fact, Opened):
        site = replace(site, next_incident=fact.incident + 1)
    if isinstance(fact, REPORTED) and any(one.number == fact.incident for one in known.done):
        return site, (Record(fact), Report(fact.incident))
    return site, (Record(fact), Report(known.done[-1].number)) if over else (Record(fact),)
