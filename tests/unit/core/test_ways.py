"""By which way a message goes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notanker.core.names import PluginHealth
from notanker.core.ways import Carrier, Choice, Way, arranged, choices, nobody_takes

SMS, MAIL, NTFY = (
    Way("sms", "+491713920013"),
    Way("mail", "mara@ankerruf.example"),
    Way("ntfy", "it"),
)
LTE = Carrier("lte1", ("sms",))
POST = Carrier("post", ("mail",))


def names(*args: object) -> list[str]:
    return [choice.carrier for choice in choices(*args)]  # type: ignore[arg-type]


def test_the_persons_order_comes_before_the_configurations() -> None:
    assert choices((MAIL, SMS), [LTE, POST]) == (Choice("post", MAIL), Choice("lte1", SMS))


def test_each_plugin_gets_the_address_that_it_takes() -> None:
    assert choices((SMS, MAIL), [POST, LTE]) == (Choice("lte1", SMS), Choice("post", MAIL))


def test_a_channel_without_an_address_is_not_tried() -> None:
    assert names((SMS,), [LTE, POST]) == ["lte1"]


@pytest.mark.parametrize("health", [PluginHealth.DEGRADED, PluginHealth.RESTARTING])
def test_nothing_waits_behind_a_plugin_that_is_ill(health: PluginHealth) -> None:
    assert names((SMS, MAIL), [Carrier("lte1", ("sms",), health), POST]) == ["post", "lte1"]
    assert names((SMS, MAIL), [Carrier("lte1", ("sms",), health, here=False), POST]) == ["post"]


def test_one_that_starts_is_waited_for() -> None:
    starting = Carrier("lte1", ("sms",), PluginHealth.STARTING, here=False)
    assert names((SMS, MAIL), [starting, POST]) == []


def test_the_one_that_failed_with_this_message_comes_last() -> None:
    assert names((SMS, MAIL), [LTE, POST], (), "lte1") == ["post", "lte1"]


def test_one_that_refused_or_rests_is_left_out() -> None:
    assert names((SMS, MAIL), [LTE, POST], ("lte1",)) == ["post"]
    assert names((SMS, MAIL), [Carrier("lte1", ("sms",), resting=True), POST]) == ["post"]


def test_a_step_takes_its_channels_in_its_order_and_never_silences_anybody() -> None:
    assert arranged((SMS, MAIL, NTFY), ("ntfy", "sms")) == (NTFY, SMS)
    assert arranged((SMS, MAIL), ("teams",)) == (SMS, MAIL)
    assert arranged((SMS, MAIL), ()) == (SMS, MAIL)


def test_what_nobody_takes_is_known_once_all_have_said_what_they_take() -> None:
    assert nobody_takes((NTFY, MAIL), [LTE]) == "ntfy, mail"
    assert nobody_takes((NTFY,), [LTE, Carrier("new", ())]) == ""
    assert nobody_takes((NTFY, SMS), [LTE]) == ""
    assert nobody_takes((NTFY,), []) == ""


CARRIERS = st.lists(
    st.builds(
        Carrier,
        st.sampled_from(["a", "b", "c", "d"]),
        st.lists(st.sampled_from(["sms", "mail", "ntfy"]), max_size=3),
        st.sampled_from(list(PluginHealth)),
        here=st.booleans(),
        resting=st.booleans(),
    ),
    max_size=4,
    unique_by=lambda one: one.name,
)


@given(st.permutations([SMS, MAIL, NTFY]), CARRIERS, st.sampled_from(["", "a", "b"]))
def test_a_message_waits_for_nobody_ill_while_one_well_is_there(
    ways: list[Way], carriers: list[Carrier], failed: str
) -> None:
    found = choices(ways, carriers, (), failed)
    by_name = {one.name: one for one in carriers}
    assert all(one.way.kind in by_name[one.carrier].kinds for one in found)
    assert all(by_name[one.carrier].here and not by_name[one.carrier].resting for one in found)
    ill = [
        by_name[one.carrier].health not in (PluginHealth.OK, PluginHealth.STARTING) for one in found
    ]
    assert ill == sorted(ill)
