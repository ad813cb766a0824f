"""The bench's account of messages: what is lost, doubled, said too much or to nobody is seen."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from bench.alerts.account import account
from bench.alerts.beaten import moments
from bench.alerts.kinds import KINDS, deck


@dataclass
class Row:
    """One row of a journal."""

    kind: str
    fields: dict[str, Any] = field(default_factory=dict)


NUMBERS = {"mara": "+491713920010", "jonas": "+491713920011"}


def queued(mark: str, template: str = "T1", contact: str = "mara") -> Row:
    fields = {"template": template, "contact": contact, "number": NUMBERS[contact]}
    return Row("Queued", {"incident": int(mark.partition("-")[0]), "mark": mark, **fields})


def settled(mark: str, outcome: str = "sent", reason: str = "") -> Row:
    fields = {"incident": 1, "mark": mark, "outcome": outcome, "reason": reason}
    return Row("Settled", fields)


def about(kind: str, incident: int = 1, **fields: Any) -> Row:
    return Row(kind, {"incident": incident, **fields})


def sms(text: str, contact: str = "mara") -> dict[str, Any]:
    return {"number": NUMBERS[contact], "text": text}


def test_what_was_queued_ended_and_left_is_accounted_for() -> None:
    found = account([queued("1-1"), settled("1-1")], [sms("STÖRUNG. Nr 1-1")])
    assert (found.messages, found.problems) == (1, [])


def test_what_never_left_is_lost_and_what_has_no_end_is_told() -> None:
    found = account([queued("1-1"), queued("1-2"), settled("1-1")], [sms("STÖRUNG. Nr 1-1")])
    assert found.problems == ["lost: 1-2", "endless: 1-2"]


def test_what_was_merged_left_with_what_stands_for_it() -> None:
    facts = [queued("1-1"), queued("1-2"), settled("1-1", reason="1-2"), settled("1-2")]
    assert account(facts, [sms("+1 weitere (1-1). STÖRUNG. 1-2")]).problems == []


def test_what_was_merged_is_withdrawn_with_what_stands_for_it() -> None:
    why = "withdrawn: all was well before it could be sent"
    facts = [
        queued("1-1"),
        queued("1-2"),
        settled("1-1", "failed", "1-2"),
        settled("1-2", "failed", why),
    ]
    found = account(facts, [])
    assert (found.problems, found.withdrawn) == ([], ["1-1", "1-2"])


@pytest.mark.parametrize(
    ("copies", "marked", "unmarked"),
    [
        (["Nr 1-1", "1-1r"], ["1-1"], []),
        (["Nr 1-1", "Nr 1-1"], [], ["1-1"]),
        (["Nr 1-1", "1-1r", "1-1rr"], ["1-1", "1-1"], []),
        (["Nr 1-1", "1-1r", "1-1r"], [], ["1-1", "1-1"]),
    ],
)
def test_each_copy_must_say_which_it_is(
    copies: list[str], marked: list[str], unmarked: list[str]
) -> None:
    found = account([queued("1-1"), settled("1-1")], [sms(f"STÖRUNG. {end}") for end in copies])
    assert (found.marked, found.unmarked) == (marked, unmarked)


def test_a_text_of_no_message_or_to_another_number_is_a_stray_and_an_answer_is_none() -> None:
    left = [
        sms("STÖRUNG. Nr 1-1"), sms("STÖRUNG. Nr 1-1", "jonas"), sms("Hallo"), sms("Danke. Nr R-1"),
    ]  # fmt: skip
    assert len(account([queued("1-1"), settled("1-1")], left).strays) == 2


def test_an_all_clear_is_for_those_who_had_heard_of_it_all_of_them_and_once() -> None:
    end = about("Resolved", into=0)
    told = [queued("1-1"), queued("1-2", "T12"), end]
    assert account(told, []).uncalled == []
    assert account([queued("1-2", "T12"), end], []).uncalled == ["1-2"]
    assert account([*told, queued("1-3", "T12")], []).uncalled == ["1-3"]
    assert account([queued("1-1"), end], []).uncleared == ["1 mara"]
    assert account([queued("1-1"), about("Resolved", into=2)], []).uncleared == []


def test_who_is_only_asked_to_release_a_text_need_not_hear_the_end() -> None:
    assert account([queued("1-1", "T2-draft"), about("Resolved", into=0)], []).uncleared == []


def test_after_an_answer_nobody_is_called_anew_unless_it_is_better_news() -> None:
    taken = about("Acknowledged", contact="jonas")
    assert account([queued("1-1"), taken, queued("1-2", "T2")], []).anew == ["1-2"]
    assert account([queued("1-1"), taken, queued("1-2", "T11-ack")], []).anew == []
    better = [queued("1-1", "T1-isolated"), taken, queued("1-2", "T1")]
    assert account(better, []).anew == []
    assert account([taken, queued("2-1")], []).anew == []


def test_what_is_for_people_outside_is_told() -> None:
    assert account([queued("1-1", "T9")], []).outside == ["1-1"]


def test_every_kind_comes_before_any_comes_again() -> None:
    names = deck(1, 2 * len(KINDS))
    assert sorted(names[: len(KINDS)]) == sorted(KINDS)
    assert deck(1, 5) == names[:5] != deck(2, 5)


def test_all_programs_are_killed_at_the_same_moments() -> None:
    when = moments(3, alerts=20, kills=8, last_s=60.0, end_s=90.0)
    assert when == moments(3, alerts=20, kills=8, last_s=60.0, end_s=90.0)
    assert (len(when.alerts), len(when.kills)) == (20, 8)
    assert list(when.kills) == sorted(when.kills)
