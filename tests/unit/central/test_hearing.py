"""What comes in by a modem of the centre: an answer, a site's beat, and all else that reaches a number."""

from __future__ import annotations

from functools import partial

import pytest
from sqlalchemy.exc import OperationalError
from tests.unit.central.conftest import Hands, Makers
from tests.unit.central.test_answers import holder, opened

from notanker.beat.texting import text_of
from notanker.plugin import Inbound
from notanker.plugin.sms.encoding import submit
from notanker_central.alarm.hearing import Hearing
from notanker_central.alarm.settings import Alarm, Person
from notanker_central.doors.sms import take
from notanker_central.reception import Reception
from notanker_central.store import Store

ANNA = "+491713920011"


@pytest.fixture
def hearing(store: Store, hands: Hands) -> Hearing:
    people = (Person("anna", "Anna Beispiel", (f"sms:{ANNA}",)),)
    return Hearing(store, Alarm(person=people), hands.clock)


def sms(text: str, sender: str = ANNA) -> Inbound:
    return Inbound(name="1", sender=sender, text=text)


def test_an_answer_acknowledges_and_comes_twice_without_harm(
    hearing: Hearing, store: Store
) -> None:
    opened(store, 17)
    hearing.take("sms", (sms("OK 17", "0171 3920011"),))
    hearing.take("sms", (sms("OK 17"),))
    assert holder(store, 17) == "anna"


def test_strangers_names_and_rubbish_are_passed_over(hearing: Hearing, store: Store) -> None:
    opened(store, 17)
    part = submit(ANNA, "OK 17")[0]
    others = (sms("OK 17", "+491713920019"), sms("OK 17", "Anna"), sms(""), sms("Guten Tag"))
    hearing.take("sms", (*others, Inbound(name="2", pdu="zz"), Inbound(name="3", pdu=part.pdu)))
    assert holder(store, 17) == ""


def test_a_beat_is_stored_and_no_answer_is_looked_for_in_it(
    hearing: Hearing, reception: Reception, make: Makers
) -> None:
    text = f"{text_of(make.sealed(make.beat(7)))} Nr B-3"
    hearing.beats = partial(take, reception)
    hearing.take("sms", (sms(text, "+491713920018"),))
    assert reception.by_carrier["sms", "stored"] == 1


def test_what_cannot_be_stored_now_stays_in_the_modem(
    hearing: Hearing, store: Store, make: Makers, monkeypatch: pytest.MonkeyPatch
) -> None:
    beat = sms(text_of(make.sealed(make.beat(7))))
    with pytest.raises(OSError, match="not-stored"):
        hearing.take("sms", (beat,))
    hearing.beats = lambda _: "overload"
    with pytest.raises(OSError, match="overload"):
        hearing.take("sms", (beat,))

    def away() -> None:
        raise OperationalError("select", {}, Exception("away"))

    monkeypatch.setattr(store, "write", away)
    with pytest.raises(OSError, match="database"):
        hearing.take("sms", (sms("OK"),))
