"""Alarms from the first silent site to the all-clear: who is told what, how often, and what a kill leaves."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from sqlalchemy import update
from tests.unit.central.conftest import Hands, Makers

from notanker.core.names import Outcome
from notanker_central import tables as t
from notanker_central.alarm import outbox, record
from notanker_central.alarm.carrying import Carrying, Way
from notanker_central.alarm.channels import (
    Carry,
    Letter,
    PermanentError,
    RetryError,
    UnknownError,
    run_command,
)
from notanker_central.alarm.desk import Desk
from notanker_central.alarm.settings import Alarm, Channel, Person, Step
from notanker_central.store import Store
from notanker_central.watcher import Watcher

NAMES = [f"n{n}" for n in range(6)] + [f"s{n}" for n in range(12)]


def alarm(**values: object) -> Alarm:
    usual: dict[str, object] = {
        "channel": (Channel("sms", command=("true",)), Channel("mail", command=("true",))),
        "person": (
            Person("anna", "Anna Beispiel", ("sms:+491713920011", "mail:anna@firma.example")),
            Person("bernd", "Bernd Muster", ("sms:+491713920012",)),
            Person("carla", "Carla Probe", ("mail:carla@firma.example",), language="en"),
        ),
        "step": (Step(("anna", "bernd"), on_no_ack="deputy"), Step(("carla",))),
    }
    return Alarm(**{**usual, **values})  # type: ignore[arg-type]


@dataclass
class Centre:
    """A whole centre but for its doors: what is carried lands in `letters`, by channel."""

    store: Store
    make: Makers
    hands: Hands
    alarm: Alarm
    letters: list[tuple[str, Letter]] = field(default_factory=list)
    counter: int = 0

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        """Begin anew, as after a kill: all that was only in memory is gone."""
        self.watcher = Watcher(self.store, self.hands.clock)
        self.carrying = Carrying(self.store, self.alarm, self.hands.clock)
        for way in self.carrying.ways:
            way.carry = self.keep(way.name)
        self.desk = Desk(self.store, self.alarm, self.hands.clock, "Europe/Berlin")
        self.carrying.recover()

    def keep(self, channel: str) -> Carry:
        return lambda letter: self.letters.append((channel, letter))

    def way(self, name: str) -> Way:
        return next(way for way in self.carrying.ways if way.name == name)

    def beat(self, *sites: str, **values: object) -> None:
        """Have these sites beat. Those that go on as before are written down together: that is quicker."""
        self.counter += 1
        with self.store.read() as connection:
            query = "SELECT id FROM site WHERE state != 'ok'"
            changing = {row[0] for row in connection.exec_driver_sql(query)}
        for site in changing.intersection(sites) if not values else sites:
            self.store.take(self.make.beat(self.counter, site=site, **values), self.hands.wall_s)
        now_s = self.hands.wall_s
        with self.store.write() as connection:
            beating = update(t.site).where(t.site.c.id.in_(sites), t.site.c.state == "ok")
            due_s = now_s + t.site.c.patience_s
            counted = {"counter": self.counter, "received_s": now_s, "due_s": due_s}
            connection.execute(beating.values(**counted))

    def second(self) -> None:
        self.watcher.look()
        self.desk.look()
        for way in self.carrying.ways:
            while self.carrying.carry(way):
                pass

    def run(self, seconds: int, *alive: str, step_s: int = 5) -> None:
        for n in range(0, seconds, step_s):
            if alive and n % 30 == 0:
                self.beat(*alive)
            self.hands.move(step_s)
            self.second()

    def told(self, person: str) -> list[str]:
        return [letter.text for _, letter in self.letters if letter.to["id"] == person]


@pytest.fixture
def build(store: Store, make: Makers, hands: Hands) -> Callable[..., Centre]:
    store.list_sites(
        [make.site(name, region="Nord" if name[0] == "n" else "Süd") for name in NAMES]
    )

    def built(**values: object) -> Centre:
        return Centre(store, make, hands, alarm(**values))

    return built


@pytest.fixture
def centre(build: Callable[..., Centre]) -> Centre:
    centre = build()
    centre.beat(*NAMES)
    centre.run(60, *NAMES)
    return centre


def test_one_silent_site_is_told_to_the_holder_and_then_to_the_deputy(centre: Centre) -> None:
    others = [name for name in NAMES if name != "n0"]
    centre.run(145, *others)
    assert [text.split(" seit ")[0] for text in centre.told("anna")] == ["STÖRUNG: N0 stumm"]
    assert centre.told("bernd") == []
    centre.run(400, *others)
    assert centre.told("anna")[1].startswith("Bitte mit OK 1 antworten: N0")
    assert centre.told("bernd")[0].startswith("STÖRUNG: N0 stumm")


def test_a_silent_site_is_told_within_its_interval_and_ninety_seconds(centre: Centre) -> None:
    others = [name for name in NAMES if name != "n0"]
    centre.beat(*NAMES)
    waited = 0
    while not centre.letters:
        centre.run(1, *(others if waited % 30 == 0 else ()), step_s=1)
        waited += 1
    assert waited <= 60 + 90


def test_a_whole_region_is_one_incident_and_one_message(centre: Centre) -> None:
    south = [name for name in NAMES if name[0] == "s"]
    centre.run(200, *south)
    assert len(centre.told("anna")) == 2  # the alarm, and the request to answer
    assert "6 von 6 Standorten (Region Nord) stumm" in centre.told("anna")[0]


def test_an_answer_ends_the_escalation_and_the_others_hear_who_has_it(centre: Centre) -> None:
    others = [name for name in NAMES if name != "n0"]
    centre.run(460, *others)
    with centre.store.write() as connection:
        assert record.acknowledge(connection, 1, "bernd", "sms", centre.hands.clock.moment())
        assert not record.acknowledge(connection, 1, "anna", "sms", centre.hands.clock.moment())
    centre.run(600, *others)
    assert centre.told("anna")[-1].startswith("UPDATE: Bernd Muster kümmert sich um Störung 1: N0")
    assert centre.told("carla") == []


def test_the_all_clear_goes_to_those_who_were_alarmed_and_to_nobody_else(centre: Centre) -> None:
    others = [name for name in NAMES if name != "n0"]
    centre.run(160, *others)
    centre.run(120, *NAMES)
    assert centre.told("anna")[-1].startswith("ENTWARNUNG: N0 wieder da")
    assert centre.told("bernd") == centre.told("carla") == []


def test_news_is_told_as_promised_even_if_there_is_none(build: Callable[..., Centre]) -> None:
    centre = build(every_s=300.0)
    centre.beat(*NAMES)
    centre.run(60, *NAMES)
    others = [name for name in NAMES if name != "n0"]
    centre.run(160, *others)
    with centre.store.write() as connection:
        record.acknowledge(connection, 1, "anna", "centre", centre.hands.clock.moment())
    centre.run(320, *others)
    assert centre.told("anna")[-1].startswith("UPDATE: N0 stumm seit")


def test_an_incident_that_grows_and_heals_is_told_as_such(centre: Centre) -> None:
    south = [name for name in NAMES if name[0] == "s"]
    centre.run(210, *south, "n4", "n5")
    centre.run(180, *south)
    centre.run(180, *south, "n2", "n3", "n4", "n5")
    texts = [text for text in centre.told("anna") if "OK 1" not in text or "STÖ" in text]
    assert [text.split(" Standorten (Region Nord)")[0] for text in texts] == [
        "STÖRUNG: 4 von 6",
        "UPDATE: 6 von 6",
        "UPDATE: 2 von 6",
    ]


def test_nobody_gets_two_messages_in_a_minute_however_much_happens(centre: Centre) -> None:
    at: dict[str, list[float]] = {}
    for way in centre.carrying.ways:
        way.carry = lambda letter: at.setdefault(letter.to["id"], []).append(centre.hands.wall_s)
    for n in range(12):
        centre.run(30, *NAMES[n + 1 :])
    assert max(map(len, at.values())) > 3
    for times in at.values():
        assert all(later - earlier >= 60 for earlier, later in itertools.pairwise(times))


def test_what_waits_for_a_person_goes_as_one_message_that_names_it(centre: Centre) -> None:
    others = [name for name in NAMES if name not in ("n0", "s0", "s1")]
    centre.beat("s0", "s1")
    centre.run(20, *others, "s0", "s1")
    centre.run(20, *others)
    centre.run(220, *others)
    texts = centre.told("anna")
    assert any("Meldungen" in text for text in texts)
    assert sum("N0" in text for text in texts) >= 1


def test_people_are_told_once_over_a_restart(centre: Centre) -> None:
    others = [name for name in NAMES if name != "n0"]
    centre.run(130, *others)
    before = len(centre.letters)
    assert before == 1
    centre.start()
    centre.run(15, *others)
    assert len(centre.letters) == before


class KilledError(BaseException):
    """The centre dies here."""


def test_what_was_being_handed_over_when_the_centre_died_goes_once_more_and_says_so(
    centre: Centre,
) -> None:
    others = [name for name in NAMES if name != "n0"]

    def die(letter: Letter) -> None:
        centre.letters.append(("sms", letter))
        raise KilledError

    centre.way("sms").carry = die
    with pytest.raises(KilledError):
        centre.run(160, *others)
    centre.start()
    centre.run(70, *others)
    told = [(letter.mark, letter.repeat) for _, letter in centre.letters[:2]]
    assert told == [("1-1", False), ("1-1", True)]
    assert centre.letters[0][1].text.endswith("Nr 1-1")
    assert centre.letters[1][1].text.endswith("1-1r")


def test_a_channel_that_will_never_take_it_gives_way_to_the_next_at_once(centre: Centre) -> None:
    def refuse(letter: Letter) -> None:
        raise PermanentError("no such number")

    centre.way("sms").carry = refuse
    centre.run(160, *NAMES[1:])
    assert centre.letters[0][0] == "mail"
    assert centre.letters[0][1].to["id"] == "anna"


def test_a_channel_that_fails_for_now_is_tried_again_and_gives_way_once_it_is_ill(
    centre: Centre,
) -> None:
    tries = []

    def fail(letter: Letter) -> None:
        tries.append(letter.mark)
        raise RetryError("busy")

    centre.way("sms").carry = fail
    centre.run(170, *NAMES[1:])
    assert tries
    assert centre.told("anna")[0].startswith("STÖRUNG: N0")
    assert centre.way("sms").reason == "busy"


def test_a_message_of_which_nobody_knows_whether_it_left_is_repeated_once(centre: Centre) -> None:
    sent: list[Letter] = []

    def lose(letter: Letter) -> None:
        sent.append(letter)
        raise UnknownError("no answer")

    centre.way("sms").carry = centre.way("mail").carry = lose
    centre.run(300, *NAMES[1:])
    first = [letter for letter in sent if letter.mark == "1-1"]
    assert [letter.repeat for letter in first] == [False, True]


def test_what_could_not_be_tried_before_all_was_well_is_withdrawn(centre: Centre) -> None:
    """Of an alarm that nobody was told of, nobody needs to hear that it is over."""
    ways, centre.carrying.ways = centre.carrying.ways, ()  # type: ignore[misc]
    centre.run(150, *NAMES[1:])
    centre.run(100, *NAMES)
    centre.carrying.ways = ways  # type: ignore[misc]
    centre.run(100, *NAMES)
    assert centre.letters == []
    with centre.store.read() as connection:
        assert outbox.waiting(connection) == []


def test_a_program_is_told_in_both_languages_with_the_sites_by_name(
    build: Callable[..., Centre],
) -> None:
    centre = build(command=("true",), person=(), step=(), channel=())
    centre.beat(*NAMES)
    centre.run(200, *[name for name in NAMES if name[0] == "s"])
    channel, letter = centre.letters[0]
    assert channel == "command"
    assert letter.kind == "alarm"
    assert letter.common["dimension"] == "region"
    assert letter.sites["count"] == letter.sites["of"] == 6
    assert set(letter.texts) == {"de", "en"}


def test_a_deaf_centre_is_told_and_its_end_as_well(centre: Centre) -> None:
    centre.run(200)
    assert "Zentrale hört seit" in centre.told("anna")[0]
    centre.run(120, *NAMES)
    assert centre.told("anna")[-1].startswith("ENTWARNUNG: Zentrale hört die Standorte wieder")


def test_every_message_ends_in_a_known_state(centre: Centre) -> None:
    centre.run(400, *NAMES[1:])
    centre.run(200, *NAMES)
    with centre.store.read() as connection:
        rows = connection.exec_driver_sql("SELECT outcome, over FROM alarm_message").all()
    assert rows
    assert {(row[0], bool(row[1])) for row in rows} <= {
        (Outcome.SENT.value, True),
        (Outcome.FAILED.value, True),
    }


def test_a_program_that_hangs_is_ended_with_all_it_started() -> None:
    with pytest.raises(UnknownError):
        run_command(["sh", "-c", "sleep 600 & wait"], b"{}", limit_s=0.2)


def test_a_program_that_is_missing_or_fails_surely_took_nothing() -> None:
    for words in (["/nonexistent/program"], ["false"]):
        with pytest.raises(RetryError):
            run_command(words, b"{}")
