"""An SMS counts as sent on proof alone, and what could be proof of another one is none."""

from __future__ import annotations

from notanker.plugin import Message
from notanker_at_modem.evidence import Evidence, Reported, alike

NUMBER = "+491713920017"


def message(mark: str = "17-1", reference: int = 7, **more: object) -> Message:
    return Message(
        id=mark,
        mark=mark,
        recipient=NUMBER,
        text=f"Alarm {mark}",
        reference=reference,
        **more,  # type: ignore[arg-type]  # what each test needs
    )


def report(
    reference: int, at_s: float, took_s: float | None = 1.0, *, fresh: bool = True
) -> Reported:
    return Reported(NUMBER, reference, at_s, took_s, fresh)


def test_nothing_is_known_of_what_was_never_seen() -> None:
    assert Evidence().left(message(), 1) is None


def test_the_modems_word_is_proof() -> None:
    seen = Evidence()
    seen.hand_over(message(), 1, 7, 0.0).told = True
    assert seen.left(message(), 1) is True


def test_a_report_under_its_reference_is_proof() -> None:
    seen = Evidence()
    seen.hand_over(message(), 1, 7, 0.0)
    seen.take_report(report(7, 3.0))
    assert seen.left(message(), 1) is True


def test_a_report_for_somebody_else_is_none() -> None:
    seen = Evidence()
    seen.hand_over(message(), 1, 7, 0.0)
    seen.take_report(Reported("+491713920018", 7, 3.0, 1.0))
    assert seen.left(message(), 1) is None


def test_a_report_of_what_the_network_had_for_hours_is_none() -> None:
    seen = Evidence()
    seen.hand_over(message(), 1, 7, 0.0)
    seen.take_report(report(7, 3.0, 3600.0))
    seen.take_report(report(99, 3.0, 3600.0))
    assert seen.left(message(), 1) is None


def test_a_modem_that_chose_its_own_reference_and_died_is_proved_by_the_only_open_part() -> None:
    seen = Evidence()
    seen.hand_over(message(), 1, 7, 0.0)
    seen.take_report(report(200, 3.0))
    assert seen.left(message(), 1) is True


def test_of_two_open_parts_an_unknown_reference_proves_neither() -> None:
    seen = Evidence()
    seen.hand_over(message("17-1"), 1, 7, 0.0)
    seen.hand_over(message("17-2", 8), 1, 8, 1.0)
    seen.take_report(report(200, 3.0))
    assert seen.left(message("17-1"), 1) is None
    assert seen.left(message("17-2", 8), 1) is None


def test_a_report_found_in_the_store_proves_only_what_it_names() -> None:
    seen = Evidence()
    seen.hand_over(message(), 1, 7, 0.0)
    seen.take_report(report(200, 3.0, fresh=False))
    assert seen.left(message(), 1) is None


def test_a_late_answer_belongs_to_the_last_open_part() -> None:
    seen = Evidence()
    seen.hand_over(message(), 1, 7, 0.0)
    seen.take_late([42])
    assert seen.left(message(), 1) is True
    seen.take_report(report(42, 30.0))
    assert seen.handed[0].reported


def test_every_missing_part_needs_its_proof() -> None:
    seen = Evidence()
    seen.hand_over(message(), 1, 7, 0.0).told = True
    seen.hand_over(message(), 2, 8, 0.0)
    assert seen.left(message(), 2) is None
    assert seen.left(message(left=(2,)), 2) is True
    assert seen.parts_left("17-1") == (1,)


def test_after_a_crash_reports_tell_by_the_reference_in_the_pdu() -> None:
    seen = Evidence()
    seen.take_report(report(7, 3.0))
    assert seen.left(message(), 1) is True
    assert seen.left(message("17-2", 8), 1) is None


def test_a_part_that_the_modem_refused_is_not_open() -> None:
    seen = Evidence()
    seen.hand_over(message(), 1, 7, 5.0).refused = True
    assert seen.open_since() is None
    seen.take_report(report(7, 7.0))
    assert seen.parts_left("17-1") == (1,)


def test_refused_ones_do_not_hide_the_one_that_is_open() -> None:
    seen = Evidence()
    seen.hand_over(message("17-1"), 1, 7, 0.0).refused = True
    seen.hand_over(message("17-2", 8), 1, 8, 1.0)
    seen.take_report(report(200, 4.0))
    assert seen.left(message("17-2", 8), 1) is True
    assert seen.parts_left("17-1") == ()


def test_numbers_are_alike_with_and_without_their_country_code() -> None:
    assert alike("+491713920017", "01713920017")
    assert alike("00491713920017", "+491713920017")
    assert not alike("+491713920017", "+491713920018")
    assert not alike("2017", "+491713920017")
