"""What holds of the detector whatever the order of answers, losses and late answers."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notanker.core import detector, evidence
from notanker.core.evidence import AnchorMind
from notanker.core.names import Verdict
from notanker.core.settings import Evidence
from tests.unit.core.judging import Bench, watch

WORTH = evidence.steps(Evidence(), 3)
lost = st.booleans()
fates = st.sampled_from(["answer", "late", "lost", "refused"])


def after(outcomes: Sequence[bool]) -> AnchorMind:
    """Return an anchor after losses and answers."""
    mind = AnchorMind()
    for is_lost in outcomes:
        mind = lose(mind) if is_lost else win(mind)
    return mind


def lose(mind: AnchorMind) -> AnchorMind:
    return evidence.lose(mind, WORTH, 1.0, "")


def win(mind: AnchorMind, *, late: bool = False) -> AnchorMind:
    return evidence.win(mind, WORTH, 2.0, 0.02, late=late)


@given(st.lists(lost, max_size=60))
def test_a_late_answer_leaves_the_evidence_that_one_in_time_would_have_left(
    outcomes: list[bool],
) -> None:
    mind = after(outcomes)
    if mind.down + WORTH.loss > WORTH.share * evidence.CEILING + WORTH.loss:
        return  # evidence that was cut off at the ceiling cannot come back
    in_time, late = win(mind), win(lose(mind), late=True)
    assert late.down == pytest.approx(in_time.down)
    assert late.recent.bit_count() == in_time.recent.bit_count() or mind.count >= evidence.RECENT


@given(st.lists(lost, max_size=60), st.integers(1, 6))
def test_late_answers_may_come_in_any_order_and_in_a_heap(
    outcomes: list[bool], losses: int
) -> None:
    mind = after(outcomes)
    for _ in range(losses):
        mind = lose(mind)
    for _ in range(losses):
        mind = win(mind, late=True)
    in_time = after(outcomes)
    for _ in range(losses):
        in_time = win(in_time)
    # A heap of late answers may say more for the line than single ones, never more against it.
    assert mind.down <= in_time.down + 1e-9


@given(st.lists(lost, max_size=200))
def test_one_more_loss_never_speaks_for_the_line_and_one_more_answer_never_against_it(
    outcomes: list[bool],
) -> None:
    mind = after(outcomes)
    assert lose(mind).down >= mind.down >= win(mind).down
    assert lose(mind).up <= mind.up <= win(mind).up


@settings(max_examples=60, deadline=None)
@given(st.lists(fates, min_size=1, max_size=120), st.integers(0, 2))
def test_no_order_of_answers_makes_one_anchor_alone_switch(fate: list[str], alone: int) -> None:
    """The other two answer in time; the third does what it likes."""
    bench = Bench(watch(3)).proven()
    pending: list[detector.Outstanding] = []
    for what in fate:
        for _ in range(3):
            probe = bench.send()
            if probe.anchor != alone or what == "answer":
                reply(bench, probe, "")
            elif what == "refused":
                reply(bench, probe, "Connection refused")
            elif what == "late":
                pending.append(probe)
        while pending and bench.now_s > pending[0].due_s:
            reply(bench, pending.pop(0), "", after_s=0.0)
        assert bench.verdict() is Verdict.UP


def reply(bench: Bench, probe: detector.Outstanding, refusal: str, after_s: float = 0.02) -> None:
    bench.now_s += after_s
    bench.judge = detector.answer(bench.judge, bench.settings, probe.number, bench.now_s, refusal)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.booleans(), min_size=1, max_size=60), st.integers(1, 4))
def test_a_silence_no_longer_than_the_patience_moves_nothing(
    before: list[bool], anchors: int
) -> None:
    """Whatever went before, as long as the line was up and without doubt when the silence began."""
    bench = Bench(watch(anchors)).proven()
    for is_lost in before:
        bench.lose() if is_lost else bench.win()
    while bench.verdict() is not Verdict.UP or bench.judge.doubted_s is not None:
        bench.win()
    first = bench.send()
    probes = [first]
    while bench.now_s < first.sent_s + bench.settings.patience_s - 0.05:
        probes.append(bench.send())
        assert bench.verdict() is Verdict.UP
    for probe in reversed(probes):
        reply(bench, probe, "", after_s=0.0)
    assert bench.verdict() is Verdict.UP
    assert bench.evidence == 0
