"""Which packets are voice, which queue each kernel gets, and what is told where none can be set."""

from __future__ import annotations

import asyncio
import json
import socket
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notanker.plan.hosts import Host
from notanker.plan.load import load as load_plan
from notanker.shell.gateway import ruleset, shaping, tc
from notanker.shell.gateway.gateway import places_of
from notanker.shell.gateway.ruleset import Rules
from notanker.shell.gateway.shaping import SCHEMES, Shaper
from notanker.shell.gateway.tc import Root
from notanker.shell.logs import QUIET
from notanker.shell.tools import ToolError
from tests.unit.config.samples import GOOD, read
from tests.unit.shell.test_gateway import EXAMPLE_PLAN, place

DEVICE = "lo"
"""An interface that every machine has; nothing of it is touched."""
UNKNOWN_KIND = "Error: Specified qdisc kind is unknown."

HOTLINE, FILES = place("203.0.113.1:5060/udp"), place("203.0.113.9:5060/udp")


def text(*voice: Host, shaped: bool = True) -> str:
    rules = Rules(("eth1",), "eth0", "wwan0", places=(FILES, HOTLINE), voice=voice, shaped=shaped)
    return ruleset.ruleset(rules, {})


# Which packets are voice.


def test_marked_packets_are_voice_over_both_families_once_the_upload_is_shaped() -> None:
    for family in ("ip", "ip6"):
        assert f"{family} dscp {{ ef, cs5, cs3, af31 }} meta priority set 1742:4" in text()
    assert "1742:4" not in text(HOTLINE, shaped=False)


def test_a_place_of_a_voice_service_is_voice_and_asked_for_first() -> None:
    lines = text(HOTLINE).splitlines()
    permits = [line.strip() for line in lines if "counter name lte_core accept" in line]
    assert "@core4_0 meta priority set 1742:4 counter" in permits[0]
    assert "priority" not in permits[2]
    first = lines.index("  set core4_0 {")
    assert "203.0.113.1/32" in lines[first + 4]


def test_the_example_plans_voice_service_is_told_by_its_channels() -> None:
    plan, _ = load_plan(EXAMPLE_PLAN)
    voice = places_of(plan, channel="voice")
    assert Host("sip.example", None, (5060, 5061), "") in voice
    assert set(voice) < set(places_of(plan))
    assert places_of(None, channel="voice") == ()


# What the queues are made of.


def test_the_best_comes_first() -> None:
    assert [scheme.name for scheme in SCHEMES] == ["cake", "htb with fq_codel", "htb"]


def test_somebody_elses_root_is_never_replaced() -> None:
    for scheme in SCHEMES:
        fresh = scheme.fresh("wwan0", 1800)
        assert fresh.startswith("qdisc add dev wwan0 root handle 1742: ")
        assert " root " not in fresh.partition("\n")[2]


def test_what_stands_is_set_anew_without_a_new_root_where_the_kernel_cannot_change_it() -> None:
    cake, *htbs = SCHEMES
    assert cake.anew("wwan0", 900).startswith("qdisc change dev wwan0 root handle 1742: cake")
    for htb in htbs:
        assert " root " not in htb.anew("wwan0", 900)


@given(st.integers(90, 900_000))
def test_the_classes_share_what_the_line_carries(up_kbps: int) -> None:
    rates = [
        int(line.partition(" rate ")[2].partition("kbit")[0])
        for line in SCHEMES[-1].fresh("wwan0", up_kbps).splitlines()
        if line.startswith("class")
    ]
    assert rates[0] == up_kbps == rates[1] + rates[2]
    assert min(rates) > 0


def test_codel_aims_no_lower_than_the_time_of_a_frame() -> None:
    assert "target 46ms interval 146ms" in SCHEMES[1].fresh("wwan0", 400)
    assert "target 5ms interval 105ms" in SCHEMES[1].fresh("wwan0", 50_000)


# What tc says.


def test_the_roots_are_read_and_whose_they_are() -> None:
    said = (
        b'[{"kind":"htb","handle":"1742:","dev":"wwan0","root":true,"options":{}},'
        b'{"kind":"bfifo","handle":"1744:","dev":"wwan0","parent":"1742:4"},'
        b'{"kind":"mq","handle":"0:","dev":"eth0","root":true},'
        b'{"kind":"tbf","handle":"8001:","dev":"eth1","root":true}]'
    )
    ours, kernels, foreign = tc.roots_of(said)
    assert ours == Root("wwan0", "htb", "1742:")
    assert [shaping.is_ours(root) for root in (ours, kernels, foreign)] == [True, False, False]
    assert [shaping.is_foreign(root) for root in (ours, kernels, foreign)] == [False, False, True]
    assert shaping.is_foreign(Root("wwan0", "netem", "1742:")), "the number alone is no proof"


_VALUES = st.none() | st.booleans() | st.integers() | st.text(max_size=9)
_ROWS = st.dictionaries(st.sampled_from(["root", "dev", "kind", "handle", "other"]), _VALUES)


@given(
    st.binary(max_size=300) | (st.lists(_ROWS | _VALUES) | _ROWS).map(json.dumps).map(str.encode)
)
def test_whatever_tc_says_is_read_or_refused(said: bytes) -> None:
    try:
        roots = tc.roots_of(said)
    except ToolError:
        return
    assert all(isinstance(root, Root) for root in roots)


# The choice among kernels.


@dataclass
class Kernel:
    """A kernel that has some kinds of queue; it stands in for tc."""

    kinds: frozenset[str]
    root: Root | None = None
    loaded: list[str] = field(default_factory=list)
    refusal: str = UNKNOWN_KIND

    def standing(self) -> Root | None:
        return self.root

    async def roots(self) -> tuple[Root, ...]:
        return (self.root,) if self.root else ()

    async def load(self, batch: str) -> None:
        self.loaded.append(batch)
        for line in batch.splitlines():
            self._run(line)

    def _run(self, line: str) -> None:
        words = line.split()
        if words[1] == "del":
            if self.root is None or not shaping.is_ours(self.root):
                raise ToolError("Error: Invalid handle.")
            self.root = None
            return
        kind = words[words.index("handle" if words[0] == "qdisc" else "classid") + 2]
        if kind not in self.kinds:
            raise ToolError(self.refusal)
        if "root" in words:
            if words[1] == "add" and self.root is not None:
                raise ToolError("Error: Exclusivity flag on, cannot modify.")
            self.root = Root(words[3], kind, "1742:")


def shaper(monkeypatch: pytest.MonkeyPatch, kernel: Kernel) -> Shaper:
    monkeypatch.setattr(tc, "roots", kernel.roots)
    monkeypatch.setattr(tc, "load", kernel.load)
    return Shaper(DEVICE, 2000, QUIET)


def look(shaper: Shaper, index: int = 1) -> None:
    asyncio.run(shaper.look(index, 0.0))


HTB = frozenset({"htb", "tbf", "bfifo"})


@pytest.mark.parametrize(
    ("kinds", "last"),
    [
        (HTB | {"cake", "fq_codel"}, "diffserv4"),
        (HTB | {"fq_codel"}, "fq_codel"),
        (HTB, "limit 45000"),
    ],
)
def test_each_kernel_gets_the_best_that_it_has(
    monkeypatch: pytest.MonkeyPatch, kinds: frozenset[str], last: str
) -> None:
    kernel = Kernel(kinds)
    one = shaper(monkeypatch, kernel)
    look(one)
    assert kernel.standing() is not None
    assert last in kernel.loaded[-1].splitlines()[-1]
    assert "1800kbit" in kernel.loaded[-1], "a little less than the line carries"
    assert one.trouble is None


@pytest.mark.parametrize("kinds", [frozenset[str](), frozenset({"htb"})])
def test_a_kernel_that_has_none_is_told_and_left_as_it_was(
    monkeypatch: pytest.MonkeyPatch, kinds: frozenset[str]
) -> None:
    kernel = Kernel(kinds)
    one = shaper(monkeypatch, kernel)
    look(one)
    assert kernel.standing() is None
    assert one.trouble is not None
    assert "Sprache hat auf LTE keinen Vorrang" in one.trouble[0]
    assert "voice does not come first on LTE" in one.trouble[1]
    assert "sch_cake" in one.trouble[1]
    assert all(UNKNOWN_KIND in words for words in one.trouble)


def test_a_queue_that_an_earlier_run_left_is_set_anew_in_its_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kernel = Kernel(HTB | {"cake"}, Root(DEVICE, "htb", "1742:"))
    look(shaper(monkeypatch, kernel))
    assert kernel.standing() == Root(DEVICE, "htb", "1742:")
    assert not any("root" in batch for batch in kernel.loaded)


def test_a_queue_that_cannot_be_set_anew_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    kernel = Kernel(HTB, Root(DEVICE, "cake", "1742:"))
    look(shaper(monkeypatch, kernel))
    assert kernel.standing() == Root(DEVICE, "htb", "1742:")


def test_what_stands_is_left_in_peace_until_the_interface_is_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kernel = Kernel(HTB)
    one = shaper(monkeypatch, kernel)
    look(one)
    kernel.loaded.clear()
    look(one)
    assert kernel.loaded == []
    look(one, index=2)
    assert kernel.loaded


def test_somebody_elses_queue_is_left_alone_and_named_until_it_is_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    foreign = Root(DEVICE, "tbf", "8001:")
    kernel = Kernel(HTB, foreign)
    one = shaper(monkeypatch, kernel)
    look(one)
    assert kernel.standing() == foreign
    assert kernel.loaded == []
    assert one.trouble is not None
    assert "tbf 8001:" in one.trouble[0]
    kernel.root = None
    look(one)
    assert kernel.standing() == Root(DEVICE, "htb", "1742:")
    assert one.trouble is None


def test_only_what_is_ours_is_cleared_away_and_not_what_is_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kernel = Kernel(HTB, Root(DEVICE, "htb", "1742:"))
    shaper(monkeypatch, kernel)
    asyncio.run(shaping.clear_away(but=DEVICE))
    assert kernel.standing() is not None
    asyncio.run(shaping.clear_away())
    assert kernel.standing() is None
    kernel.root = Root(DEVICE, "tbf", "8001:")
    asyncio.run(shaping.clear_away())
    assert kernel.standing() is not None


def test_an_interface_that_is_just_gone_is_no_trouble_of_the_queues(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one = shaper(monkeypatch, Kernel(frozenset(), refusal='Cannot find device "lo"'))

    def gone(_name: str) -> int:
        raise OSError

    monkeypatch.setattr(socket, "if_nametoindex", gone)
    look(one)
    assert one.trouble is None


def test_a_system_without_tc_is_told_which_package_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(ToolError, match="iproute2"):
        asyncio.run(tc.roots())


# Configuration.


@pytest.mark.parametrize("value", ["50", "2000000", '"2 Mbit"', "1.5"])
def test_an_upload_that_no_line_has_is_a_problem(tmp_path: Path, value: str) -> None:
    gateway = f'[gateway]\nmode = "gateway"\nlan = ["eth1"]\nlte_up_kbps = {value}\n'
    config, problems = read(tmp_path, f"{GOOD}\n{gateway}")
    assert config is None
    assert problems[0].place.field == "gateway.lte_up_kbps"
