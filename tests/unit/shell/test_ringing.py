"""Calls after SMS: in their turn, once for each person, and told to the record."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from notanker.core.events import DeviceSaid, MessageSettled
from notanker.core.facts import Opened, Queued, Settled
from notanker.core.incident import Incident, fold
from notanker.core.moment import Moment
from notanker.core.names import Cause, Line, Outcome
from notanker.plan.load import load
from notanker.plan.model import Plan
from notanker.plugin import Call, Permanent, Retry, Rung
from notanker.shell import clock
from notanker.shell.logs import Log
from notanker.shell.plugin_faults import PluginDown
from notanker.shell.ringing import Ringing

SAMPLE = Path(__file__).parents[3] / "examples" / "plan"
WHO = "tarik-vorlage"
NUMBER = "+491713920013"


class Caller:
    """A plugin that rings, or does not, and keeps whom it was to ring."""

    def __init__(self, *answers: Rung | Exception, parts: tuple[str, ...] = ("caller",)) -> None:
        self.parts = frozenset(parts)
        self.spec = SimpleNamespace(name="lte1")
        self.calls: list[Call] = []
        self._answers = list(answers) or [Rung(how="rang", rang_s=25.0)]

    async def call(self, method: str, call: Call, **_: object) -> Rung:
        assert method == "ring"
        self.calls.append(call)
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


class Site:
    """What is round it: an incident with messages that have left, a plan, a record."""

    def __init__(self, *callers: Caller, call: bool | str = True) -> None:
        self.said: list[DeviceSaid] = []
        self.busy = False
        self.incidents: tuple[Incident, ...] = (incident("17-1", "17-2"),)
        self.plan = plan(call)
        doubles: Any = callers
        self.ringing = Ringing(
            doubles,
            lambda: self.incidents,
            lambda: self.plan,
            lambda: self.busy,
            self._happened,
            Log(lambda _: None),
        )

    def settle(self, *marks: str) -> None:
        """Let these messages come to their end, and ring whom it takes."""
        asyncio.run(self._settle(marks))

    def _happened(self, event: DeviceSaid | MessageSettled) -> None:
        if isinstance(event, DeviceSaid):
            self.said.append(event)

    async def _settle(self, marks: tuple[str, ...]) -> None:
        for mark in marks:
            self.ringing.settled(MessageSettled(mark, 17, Outcome.SENT, 1))
        task = asyncio.create_task(self.ringing.run())
        for _ in range(20):
            await asyncio.sleep(0)
        task.cancel()


def incident(*marks: str) -> Incident:
    now = Moment(clock.boot_s(), 0.0)
    facts: list[Any] = [Opened(now, 17, Cause.ACCESS_LINE, "", Line.BACKUP)]
    for mark in marks:
        facts.append(Queued(now, 17, mark, "T1", WHO, "Tarik Vorlage", NUMBER, "de"))
        facts.append(Settled(now, 17, mark, Outcome.SENT, 1))
    return fold(facts).open[0]


def plan(call: bool | str) -> Plan:
    found, _ = load(SAMPLE)
    assert found is not None
    contacts = tuple(
        msgspec.structs.replace(one, call=call) if one.id == WHO else one for one in found.contacts
    )
    return msgspec.structs.replace(found, contacts=contacts)


def test_after_its_sms_the_telephone_rings_and_the_record_says_so() -> None:
    caller = Caller()
    site = Site(caller)
    site.settle("17-1")
    assert caller.calls == [Call(mark="17-1", number=NUMBER)]
    assert site.said == [DeviceSaid("lte1", "call_rang", "17-1: 25 s")]


def test_who_is_not_marked_in_the_plan_is_not_rung() -> None:
    caller = Caller()
    Site(caller, call=False).settle("17-1")
    assert caller.calls == []


def test_a_number_of_its_own_is_rung() -> None:
    caller = Caller()
    Site(caller, call="+49 30 23125 110").settle("17-1")
    assert [call.number for call in caller.calls] == ["+493023125110"]


def test_a_person_is_rung_once_in_an_incident() -> None:
    caller = Caller()
    Site(caller).settle("17-1", "17-1", "17-2")
    assert len(caller.calls) == 1


def test_while_a_message_waits_nobody_is_rung() -> None:
    caller = Caller()
    site = Site(caller)
    site.busy = True
    site.settle("17-1")
    assert caller.calls == []


def test_who_has_acknowledged_meanwhile_is_not_rung() -> None:
    caller = Caller()
    site = Site(caller)
    site.incidents = tuple(replace(one, acknowledged=one.opened) for one in site.incidents)
    site.settle("17-1")
    assert caller.calls == []


@pytest.mark.parametrize("first", [Retry(5.0, "no network"), Permanent("no calls")])
def test_what_was_not_dialled_is_rung_by_the_next_modem(first: Exception) -> None:
    one, other = Caller(first), Caller()
    site = Site(one, Caller(parts=("channel",)), other)
    site.settle("17-1")
    assert (len(one.calls), len(other.calls)) == (1, 1)
    assert [said.what for said in site.said] == ["call_failed", "call_rang"]


@pytest.mark.parametrize(
    "first", [PluginDown("ended"), Rung(how="unknown"), Rung(how="busy"), Rung(how="answered")]
)
def test_what_may_have_rung_is_not_rung_again(first: Rung | Exception) -> None:
    one, other = Caller(first), Caller()
    Site(one, other).settle("17-1")
    assert other.calls == []
