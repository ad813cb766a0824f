"""What a modem's answer means for the outbox of the centre, and what it is asked afterwards."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest
from sqlalchemy import select
from tests.unit.central.conftest import Hands, Makers

from notanker.core.delivery import MOST_QUESTIONS, Delivery
from notanker.core.names import Outcome
from notanker.core.ways import Way
from notanker.plugin import Inbound, Permanent, PluginError, Retry, Unknown
from notanker.shell.plugin_faults import PluginDown
from notanker_central import tables as t
from notanker_central.alarm import hearing, outbox
from notanker_central.alarm.carrying import Carrying
from notanker_central.alarm.channels import (
    ChannelError,
    Letter,
    NotTriedError,
    PermanentError,
    RetryError,
    Sent,
    UnknownError,
)
from notanker_central.alarm.modem import Modem
from notanker_central.alarm.outbox import About, Item
from notanker_central.alarm.settings import Alarm, Channel
from notanker_central.alarm.texting import message_of, verdict_of
from notanker_central.store import Store

ANNA = (Way("sms", "+491713920011"), Way("mail", "anna@firma.example"))
TEXT = "STÖRUNG: Nord stumm. Nr 17-1"


@pytest.mark.parametrize(
    ("said", "kind", "after_s"),
    [
        (Retry(30.0, "busy", (1,)), RetryError, 30.0),
        (Permanent("no number", (1,)), PermanentError, None),
        (Unknown("no answer", (1,)), UnknownError, None),
        (PluginError("odd", (1,)), UnknownError, None),
    ],
)
def test_an_answer_means_what_it_means_at_a_site(
    said: PluginError, kind: type[ChannelError], after_s: float | None
) -> None:
    verdict = verdict_of(said)
    assert type(verdict) is kind
    assert (str(verdict), verdict.left) == (said.reason, (1,))
    assert getattr(verdict, "after_s", None) == after_s


def test_a_plugin_that_is_down_has_not_tried() -> None:
    verdict = verdict_of(PluginDown("ended by SIGKILL"))
    assert isinstance(verdict, NotTriedError)
    assert verdict.after_s == 1.0


def test_a_modem_that_does_not_run_is_a_matter_of_time_and_not_of_waiting() -> None:
    modem = Modem("sms", "huawei_lte", {})
    letter, one = letter_of(delivery()), delivery()
    with pytest.raises(NotTriedError):
        modem.send(letter, one)
    assert modem.find_sent(letter, one) is None


def test_a_message_keeps_its_reference_and_its_parts_over_all_attempts() -> None:
    one = replace(delivery(), attempts=3, unknowns=1, left=(1,))
    message = message_of(letter_of(one), one)
    assert (message.id, message.mark, message.recipient) == ("17-1", "17-1", ANNA[0].address)
    assert (message.attempt, message.reference, message.left) == (3, 42, (1,))
    assert message.repeat


def test_a_number_that_comes_in_is_read_in_international_form() -> None:
    assert hearing.read(Inbound(sender="0171 3920011", text="OK 17")) == (ANNA[0].address, "OK 17")
    assert hearing.read(Inbound(pdu="00")) == ("", "")


def delivery() -> Delivery:
    return Delivery(
        "17-1", 17, ANNA[0].address, TEXT, 1000.0, reference=42, contact="anna", channels=ANNA
    )


def letter_of(one: Delivery) -> Letter:
    to = {"id": "anna", "name": "Anna Beispiel", "address": ANNA[0].address}
    return Letter("alarm", one.mark, 17, one.repeat, to, "de", TEXT, {"de": TEXT}, {}, {})


class Double(Modem):
    """A modem whose answers the test gives."""

    def __init__(self) -> None:
        super().__init__("sms", "huawei_lte", {})
        self.verdict: ChannelError | None = None
        self.left: bool | None = None
        self.sent: list[str] = []
        self.asked: list[str] = []

    def send(self, letter: Letter, delivery: Delivery) -> Sent:
        self.sent.append(letter.text)
        if self.verdict is not None:
            raise self.verdict
        return Sent((7,), report=True)

    def find_sent(self, letter: Letter, delivery: Delivery) -> bool | None:
        self.asked.append(letter.text)
        return self.left


class Desk:
    """An outbox with one message in it, and a modem beside a channel for mail."""

    def __init__(self, store: Store, hands: Hands) -> None:
        self.store, self.hands, self.modem = store, hands, Double()
        self.mails: list[str] = []
        about = About("alarm", 17, {"de": "Nord"}, {"de": TEXT}, {}, {}, name="Anna Beispiel")
        with store.write() as connection:
            one = replace(delivery(), queued_s=hands.clock.moment().boot_s)
            outbox.put(connection, [Item(one, about)], hands.wall_s)
        self.start()

    def start(self) -> None:
        channels = (Channel("sms", modem="huawei_lte"), Channel("mail", command=("true",)))
        self.carrying = Carrying(self.store, Alarm(channel=channels), self.hands.clock)
        sms, mail = self.carrying.ways
        sms.modem = self.modem
        mail.carry = lambda letter: self.mails.append(letter.text)
        self.carrying.recover()

    def run(self, seconds: int) -> None:
        for _ in range(seconds):
            for way in self.carrying.ways:
                while self.carrying.carry(way):
                    pass
            self.hands.move(1)

    def state(self) -> Delivery:
        with self.store.read() as connection:
            rows = connection.execute(select(t.alarm_message.c.body)).scalars()
            found: Delivery = msgspec.json.decode(next(iter(rows)), type=Delivery)
        return found


@pytest.fixture
def desk(store: Store, hands: Hands, make: Makers) -> Desk:
    return Desk(store, hands)


def test_what_left_is_written_down_with_its_references(desk: Desk) -> None:
    desk.run(3)
    assert desk.modem.sent == [TEXT]
    assert (desk.state().outcome, desk.state().references) == (Outcome.SENT, (7,))


def test_a_modem_that_is_not_there_uses_up_no_attempt_and_the_mail_goes(desk: Desk) -> None:
    desk.modem.verdict = NotTriedError("no modem", 1.0)
    desk.run(10)
    assert len(desk.modem.sent) == 3
    assert desk.mails == [TEXT]
    assert desk.state().attempts == 1


def test_a_number_that_is_none_goes_by_mail_at_once(desk: Desk) -> None:
    desk.modem.verdict = PermanentError("no number")
    desk.run(1)
    assert (desk.modem.sent, desk.mails) == ([TEXT], [TEXT])


def test_parts_that_left_are_not_sent_again(desk: Desk) -> None:
    desk.modem.verdict = RetryError("busy", 1.0, (1,))
    desk.run(1)
    assert desk.state().left == (1,)


def test_after_a_perhaps_the_modem_is_asked_and_what_left_is_not_repeated(desk: Desk) -> None:
    desk.modem.verdict = UnknownError("no answer")
    desk.run(3)
    assert desk.state().outcome is Outcome.UNKNOWN
    desk.modem.left = True
    desk.run(10)
    assert (desk.modem.sent, desk.mails) == ([TEXT], [])
    assert desk.state().outcome is Outcome.SENT


def test_what_surely_did_not_leave_goes_by_the_next_way_unmarked_and_counts_once(
    desk: Desk,
) -> None:
    desk.modem.verdict, desk.modem.left = UnknownError("no answer"), False
    desk.run(3)
    assert (desk.modem.sent, desk.mails) == ([TEXT], [TEXT])
    assert len(desk.carrying._sent[ANNA[0].address]) == 1


def test_what_nobody_can_tell_is_repeated_once_and_says_so(desk: Desk) -> None:
    desk.modem.verdict = UnknownError("no answer")
    desk.run(300)
    assert len(desk.modem.asked) == MOST_QUESTIONS
    assert [text[-5:] for text in (*desk.modem.sent, *desk.mails)] == [" 17-1", "17-1r"]


def test_what_a_crash_broke_off_is_asked_about_before_it_goes_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> Sent:
        raise KeyboardInterrupt

    monkeypatch.setattr(desk.modem, "send", die)
    with pytest.raises(KeyboardInterrupt):
        desk.run(1)
    monkeypatch.undo()
    desk.start()
    desk.modem.left = True
    desk.run(10)
    assert desk.carrying._sent.keys() == {ANNA[0].address}
    assert (desk.modem.sent, desk.modem.asked) == ([], [TEXT])
    assert desk.state().outcome is Outcome.SENT


def test_a_channel_that_cannot_be_asked_any_more_leaves_nothing_lying(
    desk: Desk,
) -> None:
    desk.modem.verdict = UnknownError("no answer")
    desk.run(1)
    desk.carrying = Carrying(
        desk.store, Alarm(channel=(Channel("mail", command=("true",)),)), desk.hands.clock
    )
    desk.carrying.ways[0].carry = lambda letter: desk.mails.append(letter.text)
    desk.carrying.recover()
    desk.run(70)
    assert [text[-5:] for text in desk.mails] == ["17-1r"]
