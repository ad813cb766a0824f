"""What lay in the outbox is told as it is true when it goes out, or not at all: any life of a line."""

from __future__ import annotations

import asyncio
import math
import random
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notanker.core import drafts, escalation, truth
from notanker.core.events import Acknowledged, MessageSettled
from notanker.core.facts import Acknowledged as Taken
from notanker.core.facts import Queued, Resolved
from notanker.core.incident import Incident
from notanker.core.marks import incident_of
from notanker.core.names import Line, Outcome, Stage, Uplink
from notanker.core.settings import Notice, Step, Telling
from notanker.plan.words import cause_words
from notanker.plugin import Message, Receipt, Retry, Unknown
from notanker.shell import clock, journal
from notanker.shell.composing import Composer
from notanker.shell.logs import QUIET
from tests.unit.core import world
from tests.unit.core.outside_world import PIA, Outside, telling
from tests.unit.core.world import JONAS, MARA, World
from tests.unit.shell.outbox_desk import Carrier, Desk, live

TELLING = Telling(
    (Step(1, "it", (MARA,), 60.0), Step(2, "lead", (JONAS,), 60.0)),
    (Notice("T3", (replace(PIA, number="+493023125115"),)),),
    every_s=300.0,
)
CALLS = {*escalation.ALARMS, escalation.ASK, escalation.BRIDGE}
AGAIN = 4


class Post:
    """A world whose messages go through a real outbox, by a modem that answers as a dice says."""

    def __init__(self, site: World, seed: int = 1, well: float = 0.4) -> None:
        self.world = site
        self.dice = random.Random(seed)  # noqa: S311 - a dice
        self.well = well
        self.said: list[tuple[Queued, str]] = []
        self.wrong: list[str] = []
        self.ends: dict[str, MessageSettled] = {}
        self.composer = Composer(
            lambda: site.state, lambda: None, site.moment, "musterhafen", "de", QUIET
        )

    def end(self, settled: MessageSettled) -> None:
        self.ends[settled.mark] = settled
        self.world.happen(settled)

    def hear(self, message: Message) -> None:
        """Hold what the modem is handed against the incident as it is at this moment."""
        incident = self.world.state.incidents.find(incident_of(message.mark))
        assert incident is not None
        known = {told.queued.mark: told.queued for told in incident.told}
        self.said.append((known[message.mark], message.text))
        if not message.text.startswith("+"):
            self.wrong += untrue(incident, known[message.mark], message.text, self.world)

    def answer(self) -> Any:
        fate = self.dice.random()
        if fate < self.well:
            return Receipt()
        return Unknown("no answer") if fate > 0.85 else Retry(20.0, "no network")


def untrue(incident: Incident, queued: Queued, text: str, site: World) -> list[str]:
    """Return what of it is not so, by the record and by the kernel, whatever the words were made from."""
    line, over = site.state.failover.line, incident.stage is Stage.RESOLVED
    alarm = queued.template in CALLS
    against = {
        "news of what is over": over and queued.template not in escalation.CLEAR,
        "an all-clear of what is not over": not over and queued.template in escalation.CLEAR,
        "of another outage": queued not in [told.queued for told in incident.current],
        "down, and it is back": incident.stage is Stage.RESTORING
        and queued.template in {"T1", "T1-isolated", "T11", "T3"}
        and not ("wieder da" in text or "is back" in text),
        "back, and it is down": incident.stage is Stage.OPEN and ("wieder da" in text or "is back" in text),
        "LTE works, and it does not": "LTE aktiv" in text and site.route is not Uplink.BACKUP,
        "no backup, and there is one": "Kein Ersatz" in text and line is Line.BACKUP and not site.refused,
        "another cause": "Ursache: " in text
        and cause_words(incident.cause, "de", incident.detail)[:12] not in text,
        "called to what somebody has": alarm and _taken_since(incident, queued),
    }  # fmt: skip
    return [f"{why}: {text}" for why, holds in against.items() if holds]


def _taken_since(incident: Incident, queued: Queued) -> bool:
    order = list(incident.facts)
    return any(isinstance(fact, Taken) for fact in order[order.index(queued) :])


@dataclass
class Mailing(World):
    """Hands what is to be said to the desk."""

    outgoing: list[Queued] = field(default_factory=list)

    def carry(self, fact: Queued) -> None:
        self.outgoing.append(fact)


@dataclass
class MailingOutside(Outside):
    """The same, with texts for people outside."""

    outgoing: list[Queued] = field(default_factory=list)

    def carry(self, fact: Queued) -> None:
        self.outgoing.append(fact)


class Modem(Carrier):
    """A modem that is asked nothing: what it swallowed it does not know."""

    post: Post

    async def call(self, method: str, argument: object = None, **more: object) -> object:
        assert isinstance(argument, Message)
        if method != "send":
            return None
        self.post.hear(argument)
        self.calls.append((method, argument.mark))
        answer = self.post.answer()
        await asyncio.sleep(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def put(desk: Desk, post: Post) -> None:
    """Put into the outbox what the core wants to be said."""
    site: Any = post.world
    said, site.outgoing = site.outgoing, []
    for queued in said:
        delivery = post.composer.delivery(queued, clock.boot_s())
        desk.box.add(delivery, desk.store.do(journal.append([], [delivery])))


async def rest(desk: Desk, post: Post, turns: int = 10_000) -> None:
    """Let the outbox work for some turns of the loop, or until nothing is due."""
    put(desk, post)
    desk.box.take_up(())
    while turns and desk.box.busy:
        await desk.store.do(lambda _: None)
        put(desk, post)
        turns -= 1


def lived(post: Post, story: Any) -> None:
    """Live a story with this post."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "boot_s", lambda: post.world.moment().boot_s)
        patch.setattr(Modem, "post", post, raising=False)
        live(
            Path(folder) / "journal.sqlite", story, kind=Modem,
            revised=post.composer.revised, ended=post.end,
        )  # fmt: skip


DEEDS = st.lists(
    st.tuples(
        st.sampled_from(["dies", "lives", "acked", "calm", "deaf", "hears"]),
        st.sampled_from([0.0, 2.0, 15.0, 60.0, 310.0]),
        st.integers(0, 4),
    ),
    min_size=3,
    max_size=10,
)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(deeds=DEEDS, seed=st.integers(0, 1000))
def test_nothing_goes_out_that_is_not_so_at_that_moment(
    deeds: list[tuple[str, float, int]], seed: int
) -> None:
    config = replace(world.settings(wait_to_restore_s=5.0, most_wait_s=20.0), telling=TELLING)
    post = Post(Mailing(config), seed)
    site = post.world

    async def story(desk: Desk) -> None:
        site.run(15)
        for deed, seconds, turns in deeds:
            match deed:
                case "dies" | "lives":
                    (site.dead.add if deed == "dies" else site.dead.discard)(
                        Uplink.PRIMARY if turns % 2 else Uplink.BACKUP
                    )
                case "acked":
                    site.happen(Acknowledged(0, "mara", "sms"))
                case "deaf" | "hears":
                    post.well = 0.0 if deed == "deaf" else 0.9
            await rest(desk, post, turns)
            site.run(seconds)
            await rest(desk, post, turns)
        site.dead.clear()
        post.well = 1.0
        for _ in range(8):
            site.run(25)
            await rest(desk, post)
        assert not desk.box.open

    lived(post, story)
    assert post.wrong == []
    assert {fact.mark for fact in site.of(Queued)} == set(post.ends)


def outage(post: Post) -> None:
    post.world.run(15)
    post.world.dead.add(Uplink.PRIMARY)
    post.world.run(20)


def test_an_alarm_that_waited_says_what_is_known_by_now() -> None:
    post = Post(Mailing(replace(world.settings(), telling=world.to(MARA))), well=0.0)

    async def story(desk: Desk) -> None:
        outage(post)
        await rest(desk, post)
        post.world.dead.add(Uplink.BACKUP)
        post.world.run(40)
        post.well = 1.0
        await rest(desk, post)
        post.world.run(60)
        await rest(desk, post)

    lived(post, story)
    assert "Kein Ersatz" in post.said[-1][1]
    assert post.wrong == []


def test_two_messages_that_say_the_same_by_now_go_as_one() -> None:
    post = Post(Mailing(replace(world.settings(), telling=world.to(MARA))), well=1.0)

    async def story(desk: Desk) -> None:
        outage(post)
        put(desk, post)  # it waits behind nothing, and is not begun yet
        post.world.dead.add(Uplink.BACKUP)
        post.world.run(40)
        await rest(desk, post)

    lived(post, story)
    assert [queued.template for queued, _ in post.said] == ["T1"]
    assert "Kein Ersatz" in post.said[0][1]
    assert {end.outcome for end in post.ends.values()} == {Outcome.SENT}
    assert len(post.ends) == 2


def test_an_alarm_for_somebody_else_is_not_sent_once_it_is_taken() -> None:
    post = Post(Mailing(replace(world.settings(), telling=world.to(MARA, JONAS))), well=0.0)

    async def story(desk: Desk) -> None:
        outage(post)
        await rest(desk, post)
        post.said.clear()
        post.world.happen(Acknowledged(0, "mara", "link"))
        post.well = 1.0
        post.world.run(30)
        await rest(desk, post)

    lived(post, story)
    assert [(queued.contact, queued.template) for queued, _ in post.said] == [("jonas", "T11-ack")]
    assert {end.reason for end in post.ends.values()} == {truth.TAKEN, ""}


def test_an_all_clear_that_waited_is_not_sent_once_it_is_down_again_and_is_owed() -> None:
    post = Post(Mailing(replace(world.settings(), telling=world.to(MARA))), well=1.0)

    async def story(desk: Desk) -> None:
        outage(post)
        await rest(desk, post)
        post.well = 0.0
        post.world.dead.clear()
        post.world.run(30)
        assert post.world.of(Resolved)
        await rest(desk, post)
        post.world.dead.add(Uplink.PRIMARY)
        post.world.run(30)
        post.said.clear()
        post.well = 1.0
        await rest(desk, post)
        post.world.dead.clear()
        post.world.run(60)
        await rest(desk, post)

    lived(post, story)
    assert [queued.template for queued, _ in post.said] == ["T1", "T12"]
    assert escalation.AGAIN in {end.reason for end in post.ends.values()}
    assert "wieder aus" in post.said[0][1]


def test_a_copy_of_what_may_have_left_bears_the_words_of_its_own_moment() -> None:
    post = Post(Mailing(replace(world.settings(), telling=world.to(MARA))))

    def swallow() -> object:
        if len(post.said) > 1:
            return Receipt()
        post.world.dead.add(Uplink.BACKUP)
        post.world.run(40)
        return Unknown("no answer")

    post.answer = swallow  # type: ignore[method-assign]

    async def story(desk: Desk) -> None:
        outage(post)
        await rest(desk, post)

    lived(post, story)
    assert "LTE aktiv" in post.said[0][1]
    assert "Kein Ersatz" in post.said[1][1]
    assert post.said[1][1].endswith(" 1-1r")


def test_who_is_to_release_is_not_asked_for_what_is_released() -> None:
    config = replace(world.settings(), telling=telling(every_s=math.inf))
    post = Post(MailingOutside(config), well=0.0)
    site = post.world
    assert isinstance(site, Outside)

    async def story(desk: Desk) -> None:
        outage(post)
        await rest(desk, post)
        asked = {fact.contact for fact in site.of(Queued) if fact.template == drafts.ASK}
        assert "pia" in asked
        for template in ("T6", "T7", "T9", "T10"):
            site.release(template, PIA)
            site.release(template, MARA)
        post.said.clear()
        post.well = 1.0
        site.run(30)
        await rest(desk, post)

    lived(post, story)
    assert drafts.ASK not in {queued.template for queued, _ in post.said}
    assert truth.NOTHING_LEFT in {end.reason for end in post.ends.values()}
