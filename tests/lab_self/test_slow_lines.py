"""Queues, radios, bursts, sizes: the faults that delay or choose, and the parts they are made of."""

import itertools
import random
import time

import pytest

from notanker_lab import Lab, LabError, addresses, link, loss
from notanker_lab.control import wait_until
from tests.lab_self.asking import answers, rtts_ms

A1, A2, A3 = addresses.ANCHORS
RNG = random.Random(1)  # noqa: S311 - no secret is made of it


def test_a_bottleneck_delays_by_what_is_before_a_frame_and_drops_when_full() -> None:
    line = link.Bottleneck(bytes_per_s=1000, queue_s=0.5)
    assert [line.passed_s(10.0, 200) for _ in range(3)] == pytest.approx([10.2, 10.4, 10.6])
    assert line.passed_s(10.0, 200) is None
    assert line.passed_s(10.6, 100) == pytest.approx(10.7)


def test_a_radio_sleeps_only_after_silence_and_all_wait_for_it() -> None:
    radio = link.SleepyRadio(idle_s=5, wake_s=(1, 1))
    instants = [0.0, 0.5, 1.5, 6.5, 11.6]
    assert [radio.ready_s(now_s, RNG) for now_s in instants] == [1.0, 1.0, 1.5, 6.5, 12.6]


@pytest.mark.parametrize(
    "spec", [{"rate_kbit": 0, "queue_ms": 1}, {"rate_kbit": 1, "queue_ms": -1}]
)
def test_an_impossible_bottleneck_is_refused(spec: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="rate_kbit"):
        link.bottleneck(spec)


@pytest.mark.parametrize(("idle_s", "least_s", "most_s"), [(-1, 0, 0), (1, 2, 1), (1, -1, 1)])
def test_an_impossible_radio_is_refused(idle_s: float, least_s: float, most_s: float) -> None:
    with pytest.raises(ValueError, match="idle_s"):
        link.radio({"idle_s": idle_s, "least_s": least_s, "most_s": most_s})


def test_bursts_are_described_by_share_and_length() -> None:
    model, rng = loss.model(loss.bursts(pct=10, burst_frames=4)), random.Random(2)  # noqa: S311
    assert model is not None
    lost = [model.lost(rng) for _ in range(100_000)]
    starts = sum(now and not before for before, now in itertools.pairwise(lost))
    assert 0.09 < sum(lost) / len(lost) < 0.11
    assert 3.7 < sum(lost) / starts < 4.3


@pytest.mark.parametrize(("pct", "burst"), [(100, 5), (-1, 5), (10, 0.5)])
def test_impossible_bursts_are_refused(pct: float, burst: float) -> None:
    with pytest.raises(ValueError, match="burst_frames"):
        loss.bursts(pct, burst)


def test_a_bloated_buffer_is_harmless_until_somebody_fills_it(lab: Lab) -> None:
    with lab.faults.buffer_bloat():
        assert all(rtt < 40 for rtt in rtts_ms(lab, A1))
        bulk = lab.traffic.bulk("up")
        try:
            wait_until(lambda: _queued(lab, "up") > 100, 20, "the upload fills the queue")
            assert all(500 < rtt < 1000 for rtt in _patient_ms(lab, 3, via="eth0"))
            assert rtts_ms(lab, A1, via="lte0", count=1)[0] < 100
        finally:
            lab.end(bulk)
    wait_until(lambda: _queued(lab, "up") == 0, 10, "the queue is empty again")
    assert all(rtt < 40 for rtt in rtts_ms(lab, A1))


def test_a_download_fills_the_other_direction(lab: Lab) -> None:
    with lab.faults.buffer_bloat(rate_kbit=4000, queue_ms=400, direction="down"):
        bulk = lab.traffic.bulk("down")
        try:
            wait_until(lambda: _queued(lab, "down") > 40, 10, "the download fills the queue")
            assert _queued(lab, "up") < 40
        finally:
            lab.end(bulk)


def _queued(lab: Lab, way: str) -> int:
    return int(lab.wires.state()["primary"][way]["queued"])


def test_a_radio_wakes_slowly_once_and_is_quick_while_it_is_used(lab: Lab) -> None:
    with lab.faults.sleepy_radio(idle_s=1.0, least_s=0.4, most_s=0.5):
        time.sleep(1.2)
        first, *others = _patient_ms(lab, 4)
        assert 400 < first < 700
        assert all(rtt < 100 for rtt in others[1:])
        assert all(rtt < 40 for rtt in rtts_ms(lab, A1))  # the primary has no radio
        time.sleep(1.3)
        assert 400 < _patient_ms(lab, 1)[0] < 700
    time.sleep(1.2)
    assert rtts_ms(lab, A1, via="lte0", count=1)[0] < 100


def _patient_ms(lab: Lab, count: int, via: str = "lte0") -> list[float]:
    line = ["ping", "-n", "-I", via, "-c", str(count), "-i", "0.3", "-W", "3", A1]
    said = lab.exec("site", line).stdout
    return [float(word[5:]) for word in said.split() if word.startswith("time=")]


def test_large_packets_vanish_in_an_mtu_black_hole_and_small_ones_pass(lab: Lab) -> None:
    def passes(size_bytes: int, via: str = "eth0") -> bool:
        line = ["ping", "-n", "-c", "1", "-W", "0.4", "-M", "do", "-I", via]
        return lab.exec("site", [*line, "-s", str(size_bytes - 28), A1]).returncode == 0

    with lab.faults.mtu_black_hole(over_bytes=1400):
        assert [passes(size) for size in (100, 1400, 1401, 1500)] == [True, True, False, False]
        assert passes(1500, via="lte0")
        assert answers(lab, f"tcp:{A1}:443")[f"tcp:{A1}:443"]
    assert passes(1500)


def test_two_of_three_anchors_may_refuse_icmp_while_the_line_is_well(lab: Lab) -> None:
    checks = [f"icmp:{address}@{via}" for via in ("eth0", "lte0") for address in (A1, A2, A3)]
    checks += [f"tcp:{address}:443" for address in (A1, A2, A3)]
    with lab.faults.icmp_refused(2):
        found = [bool(value) for value in answers(lab, *checks).values()]
        assert found == [False, False, True] * 2 + [True] * 3
    with pytest.raises(LabError, match="three anchors"):
        lab.faults.icmp_refused(4)


def test_loss_in_bursts_can_be_put_on_a_line(lab: Lab) -> None:
    with lab.faults.loss_bursts(pct=20, burst_frames=10):
        assert lab.wires.state()["primary"]["down"]["loss"]["model"] == "gilbert_elliott"
    assert lab.wires.state()["primary"]["down"]["loss"] is None
