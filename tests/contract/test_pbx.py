"""The announcement of a telephone system with bad manners, switched by HTTP."""

from __future__ import annotations

import base64
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notanker.plugin import Order, Permanent, PluginError, Retry, Unknown
from notanker.plugin.options import read_options
from notanker.shell.plugin_faults import PluginDown
from notanker_lab.pbx import MODES, Pbx
from notanker_pbx.config import PbxConfig
from notanker_pbx.plugin import state_of
from tests.contract.support.announcement import do, is_on
from tests.contract.support.runner import Instance, Runner, eventually

TOKEN = "geheim-wie-das-meer"
ORDERS: tuple[Order, Order] = ("on", "off")
Start = Callable[..., Instance]


@pytest.fixture
def pbx() -> Iterator[Pbx]:
    with Pbx() as pbx:
        yield pbx


@pytest.fixture
def start(runner: Runner, pbx: Pbx) -> Start:
    def begin(*, ask: bool = True, **options: object) -> Instance:
        known: dict[str, object] = {
            "on": f"PUT {pbx.url}",
            "off": f"PUT {pbx.url}",
            "on_body": '{"announcement": "on"}',
            "off_body": '{"announcement": "off"}',
            "connect_timeout_s": 1.0,
            "answer_timeout_s": 0.4,
            "settle_s": 0.3,
        }
        asked = {"ask": f"GET {pbx.url}"} if ask else {}
        return runner.start("pbx", known | asked | options)

    return begin


def test_the_announcement_is_switched_on_and_off(start: Start, pbx: Pbx) -> None:
    instance = start()
    assert is_on(instance) is False
    assert do(instance, "on") == "asked: on"
    assert (pbx.on, is_on(instance)) == (True, True)
    assert do(instance, "off") == "asked: off"
    assert (pbx.on, pbx.orders) == (False, ["on", "off"])


@pytest.mark.parametrize("order", ORDERS)
def test_an_order_given_twice_is_carried_out_once(start: Start, pbx: Pbx, order: Order) -> None:
    pbx.on = order == "off"
    instance = start()
    do(instance, order)
    assert do(instance, order) == f"it was {order} already"
    assert pbx.orders == [order]


def test_a_system_that_cannot_be_asked_is_told_how_to_be(start: Start, pbx: Pbx) -> None:
    instance = start(ask=False)
    assert is_on(instance) is None
    assert (do(instance, "on"), do(instance, "on")) == ("status 200", "status 200")
    assert (pbx.on, pbx.orders) == (True, ["on", "on"])


@pytest.mark.parametrize(
    ("mode", "answer", "plays"),
    [
        ("stays", Retry, False),
        ("refuses", Permanent, False),
        ("fails", Retry, False),
        ("drops_before", Unknown, False),
        ("hang_before", Unknown, False),
        ("silent", Unknown, False),
        ("page", Permanent, False),
        ("mute", Unknown, True),
    ],
)
def test_what_the_system_does_is_told_as_it_was(
    start: Start, pbx: Pbx, mode: str, answer: type[Exception], plays: bool
) -> None:
    pbx.mode = mode
    with pytest.raises(answer):
        do(start(), "on")
    assert pbx.on is plays


@pytest.mark.parametrize("mode", ["drops", "hang"])
def test_an_answer_that_is_lost_is_made_up_for_by_asking(start: Start, pbx: Pbx, mode: str) -> None:
    pbx.mode = mode
    assert do(start(), "on") == "asked: on"
    assert pbx.orders == ["on"]


@pytest.mark.parametrize("mode", ["drops", "hang"])
def test_without_a_question_a_lost_answer_stays_in_doubt(start: Start, pbx: Pbx, mode: str) -> None:
    pbx.mode = mode
    with pytest.raises(Unknown):
        do(start(ask=False), "on")
    assert pbx.on


def test_a_system_that_takes_its_time_is_waited_for(start: Start, pbx: Pbx) -> None:
    pbx.mode = "lags"
    assert do(start(settle_s=20.0), "on") == "asked: on"
    assert pbx.orders == ["on"]


def test_whatever_it_did_before_the_next_order_brings_it_there(start: Start, pbx: Pbx) -> None:
    instance = start(answer_timeout_s=0.2, settle_s=0.1)
    for number, mode in enumerate(MODES):
        order = ORDERS[number % 2]
        pbx.mode = mode
        try:
            do(instance, order)
        except PluginError:
            pbx.mode = "well"
            do(instance, order)
        assert pbx.on is (order == "on"), mode


def test_after_a_crash_between_order_and_answer_the_system_is_asked(
    start: Start, pbx: Pbx, runner: Runner
) -> None:
    instance = start(answer_timeout_s=30.0)
    pbx.mode = "hang"
    runner.spawn(instance.process.call("do", "on", answer=object))
    eventually(lambda: pbx.orders, "the order")
    runner.stop()
    pbx.mode = "well"
    anew = start()
    assert is_on(anew) is True
    assert do(anew, "on") == "it was on already"
    assert pbx.orders == ["on"]


@pytest.mark.parametrize("mode", ["refuses", "page", "silent"])
def test_what_cannot_be_asked_now_is_asked_later(start: Start, pbx: Pbx, mode: str) -> None:
    pbx.mode = mode
    with pytest.raises(Retry):
        is_on(start())


def test_where_nobody_listens_nothing_was_ordered(start: Start) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}/"
        instance = start(on=f"PUT {url}", off=f"PUT {url}", ask=False)
        with pytest.raises(Retry, match="no connection"):
            do(instance, "on")


@pytest.mark.parametrize(
    ("log_in", "held", "header"),
    [
        ("bearer", TOKEN, f"Bearer {TOKEN}"),
        ("basic", f"box:{TOKEN}", f"Basic {base64.b64encode(f'box:{TOKEN}'.encode()).decode()}"),
        ("Authorization", f"Key {TOKEN}", f"Key {TOKEN}"),
    ],
)
def test_it_logs_in_without_telling_anybody_else(
    start: Start, pbx: Pbx, tmp_path: Path, runner: Runner, log_in: str, held: str, header: str
) -> None:
    (tmp_path / "secret").write_text(f"{held}\n")
    pbx.log_in = header
    instance = start(secret=str(tmp_path / "secret"), log_in=log_in)
    assert do(instance, "on") == "asked: on"
    pbx.log_in = "another"
    with pytest.raises(Permanent) as refused:
        do(instance, "off")
    assert TOKEN not in f"{refused.value}{runner.output()}"


def test_without_orders_it_says_what_is_missing(runner: Runner) -> None:
    with pytest.raises(Permanent, match="on and off are missing"):
        do(runner.start("pbx", {}), "on")


def test_an_order_that_is_none_changes_nothing(start: Start, pbx: Pbx) -> None:
    pbx.on = True
    with pytest.raises((Permanent, Unknown, PluginDown)):
        start().call("do", "toggle", answer=object)
    assert (pbx.on, pbx.orders) == (True, [])


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ('{"announcement": "on"}', True),
        ("announcement OFF\n", False),
        ("announcement", None),
        ("on or off", None),
        ("", None),
    ],
)
def test_a_state_is_a_word_of_its_own(answer: str, state: bool | None) -> None:
    assert state_of(answer, "on", "off") is state


@given(st.text(), st.text(min_size=1), st.text(min_size=1))
def test_on_and_off_change_places_in_any_answer(answer: str, on: str, off: str) -> None:
    found, other = state_of(answer, on, off), state_of(answer, off, on)
    assert other is (None if found is None else not found)


SSH = {
    "way": "ssh",
    "on": "a on",
    "off": "a off",
    "host": "pbx.example",
    "user": "box",
    "key": "/k",
}


@pytest.mark.parametrize(
    "options",
    [
        {"on": "PUT https://pbx.example/on"},
        {"on": "POST https://pbx.example/toggle", "off": "POST https://pbx.example/toggle"},
        {"on": "https://pbx.example/on", "off": "PUT https://pbx.example/off"},
        {"on": "PUT ftp://pbx.example/on", "off": "PUT https://pbx.example/off"},
        {"on": "PUT https://box:geheim@pbx.example/on", "off": "PUT https://pbx.example/off"},
        {"says_on": "1", "says_off": "1"},
        {"secret": TOKEN},
        SSH,
        SSH | {"known_hosts": "/etc/known hosts"},
        SSH | {"known_hosts": "/h", "key": "/%h"},
        SSH | {"known_hosts": "/h", "host": "-oProxyCommand=x"},
        SSH | {"known_hosts": "/h", "user": "-x"},
        SSH | {"known_hosts": "/h", "on": "a on\na off"},
    ],
)
def test_options_that_cannot_work_are_told_without_what_they_hold(
    options: dict[str, object],
) -> None:
    config, problems = read_options(options, PbxConfig)
    assert config is None
    sentences = " ".join(p.sentence("de") + p.sentence("en") for p in problems)
    assert sentences
    assert "geheim" not in sentences
