"""What came in, through the ModemManager plugin: nothing that ModemManager itself loses is lost."""

from __future__ import annotations

import pytest

from notanker.plugin import Collected, StoredMessage
from notanker_lab import mm_pdu
from notanker_lab.mm_modem import MmModem
from notanker_lab.modemmanager import ModemManager
from tests.contract.support.managed import (
    BURST,
    SENDER,
    SPLIT,
    collect,
    discard,
    gather,
    happened,
    heard,
    say,
    start,
    state,
)
from tests.contract.support.modems import managed
from tests.contract.support.runner import Runner, eventually


@pytest.mark.parametrize("gap_s", [0.0, 0.005, 0.05])
def test_a_burst_of_sms_is_handed_over_whole_and_once(
    runner: Runner, allowed: tuple[ModemManager, MmModem], gap_s: float
) -> None:
    manager, modem = allowed
    lte = start(runner, manager)
    collect(lte)
    pdus = say(BURST)
    modem.receive(*pdus, gap_s=gap_s)
    heard(lte, 1)
    found = gather(lte, len(BURST))
    assert sorted(found.values()) == sorted(pdus)
    discard(lte, *found)
    assert collect(lte).inbound == ()
    assert modem.store == {}


def test_after_a_burst_the_next_sms_is_announced(
    runner: Runner, allowed: tuple[ModemManager, MmModem]
) -> None:
    manager, modem = allowed
    lte = start(runner, manager)
    modem.receive(*say(BURST))
    discard(lte, *gather(lte, len(BURST)))
    for text in ("OK 30", "OK 31"):
        modem.receive(*say([text]))
        discard(lte, *heard(lte, 1))
    assert modem.store == {}


@pytest.mark.parametrize("gap_s", [0.0, 0.05])
def test_without_commands_a_burst_is_found_by_turning_the_modem_off_and_on(
    runner: Runner, as_shipped: tuple[ModemManager, MmModem], gap_s: float
) -> None:
    manager, modem = as_shipped
    lte = start(runner, manager)
    collect(lte)
    modem.receive(*say(BURST), gap_s=gap_s)
    found = gather(lte, len(BURST))
    assert sorted(found.values()) == BURST
    discard(lte, *found)
    assert collect(lte).inbound == ()
    assert modem.store == {}


def test_an_emoji_cut_in_two_is_handed_over_as_the_network_sent_it(
    runner: Runner, allowed: tuple[ModemManager, MmModem]
) -> None:
    manager, modem = allowed
    lte = start(runner, manager)
    parts = mm_pdu.parts(SENDER, SPLIT, 7)
    modem.receive(*parts, gap_s=0.1)
    found = gather(lte, 2)
    assert sorted(found.values()) == sorted(parts)
    discard(lte, *found)
    assert modem.store == {}


def test_without_commands_it_is_said_once_that_something_may_stay_unseen(
    runner: Runner, as_shipped: tuple[ModemManager, MmModem]
) -> None:
    manager, modem = as_shipped
    lte = start(runner, manager)
    modem.receive(*mm_pdu.parts(SENDER, SPLIT, 7), gap_s=0.1)
    assert [one.what for one in collect(lte).happenings] == ["sms_unchecked"]
    assert collect(lte) == Collected()


def test_without_commands_a_data_session_is_not_cut_to_look_for_sms(
    runner: Runner, as_shipped: tuple[ModemManager, MmModem]
) -> None:
    manager, modem = as_shipped
    lte = start(runner, manager)
    lte.call("bring_up", answer=type(None))
    modem.receive(*say(BURST))
    happened(lte, "sms_maybe_lost")
    assert state(lte).connected is True
    lte.call("tear_down", answer=type(None))
    assert sorted(gather(lte, len(BURST)).values()) == BURST


@pytest.mark.parametrize("holds_notices", [True, False])
def test_what_came_while_the_only_port_carried_data_is_handed_over_after_it(
    runner: Runner, holds_notices: bool
) -> None:
    with managed(commands=False, ports=1) as (manager, modem):
        modem.manners.holds_notices = holds_notices
        lte = start(runner, manager)
        lte.call("bring_up", answer=type(None))
        modem.receive(*say(BURST))
        assert collect(lte).inbound == ()
        lte.call("tear_down", answer=type(None))
        assert sorted(gather(lte, len(BURST)).values()) == BURST


def test_a_long_sms_comes_with_its_last_part(
    runner: Runner, as_shipped: tuple[ModemManager, MmModem]
) -> None:
    manager, modem = as_shipped
    lte = start(runner, manager, relist=False)
    text = "OK 17, " + "bin unterwegs " * 6
    first, second = mm_pdu.parts(SENDER, text, 9)
    modem.receive(first)
    eventually(lambda: len(lte.call("messages", answer=tuple[StoredMessage, ...])) == 1, "a part")
    assert collect(lte).inbound == ()
    modem.receive(second)
    assert list(heard(lte, 1).values()) == [text]


def test_a_part_that_is_not_on_disk_yet_stays(
    runner: Runner, allowed: tuple[ModemManager, MmModem]
) -> None:
    manager, modem = allowed
    lte = start(runner, manager)
    first, second = mm_pdu.parts(SENDER, "OK 17, " + "bin unterwegs " * 6, 9)
    modem.receive(first, second, gap_s=0.2)
    found = gather(lte, 2)
    discard(lte, *[name for name, pdu in found.items() if pdu == first])
    assert list(modem.store.values()) == [second]
    assert [one.pdu for one in collect(lte).inbound] == [second]


def test_another_sms_that_took_the_place_of_a_discarded_one_stays(
    runner: Runner, allowed: tuple[ModemManager, MmModem]
) -> None:
    manager, modem = allowed
    lte = start(runner, manager)
    modem.receive(*say(["OK 17"]))
    (name,) = gather(lte, 1)
    modem.store.clear()
    modem.receive(*say(["OK 18"]))
    discard(lte, name)
    assert list(modem.store.values()) == say(["OK 18"])


def test_a_pdu_that_nobody_can_read_is_handed_over_and_can_be_discarded(
    runner: Runner, allowed: tuple[ModemManager, MmModem]
) -> None:
    manager, modem = allowed
    lte = start(runner, manager)
    broken = say(["OK 17"])[0][:30]
    modem.receive(broken, *say(["OK 18"]), gap_s=0.1)
    found = gather(lte, 2)
    assert broken in found.values()
    discard(lte, *found)
    assert modem.store == {}
