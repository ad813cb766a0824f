"""What a child may: nothing. What it sees: its own options. What it survives: not the agent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.contract.support.runner import BAD, Runner, eventually, is_alive

AGENT = """
import asyncio, sys
from notanker.shell.logs import QUIET
from notanker.shell.plugin_limits import Launch, PluginSpec
from notanker.shell.plugin_supervisor import PluginProcess

def tell(status):
    if status.health == "ok":
        print(process.pid, flush=True)

async def main():
    global process
    process = PluginProcess(
        PluginSpec("a", sys.argv[1], {"folder": sys.argv[3]}), on_change=tell,
        log=QUIET, launch=Launch(path=(sys.argv[2],)),
    )
    await process.run()

asyncio.run(main())
"""


def _status(pid: int) -> dict[str, str]:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def test_a_child_has_no_capability_at_all(runner: Runner) -> None:
    status = _status(_ready(runner))
    for name in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
        assert int(status[name], 16) == 0, name
    assert status["NoNewPrivs"] == "1"
    if int(_status(os.getpid())["CapEff"], 16) & 1 << 8:  # CAP_SETPCAP
        assert int(status["CapBnd"], 16) == 0


def test_a_child_leads_a_session_of_its_own(runner: Runner) -> None:
    pid = _ready(runner)
    assert os.getsid(pid) == pid == os.getpgid(pid)
    assert os.getpriority(os.PRIO_PROCESS, pid) > os.getpriority(os.PRIO_PROCESS, 0)
    assert Path(f"/proc/{pid}/oom_score_adj").read_text() == "500\n"


def test_a_child_has_its_wire_and_pipes_and_nothing_else_open(runner: Runner) -> None:
    with Path(__file__).open() as mine:
        os.set_inheritable(mine.fileno(), True)
        pid = _ready(runner)
    links = {str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir()}
    assert len(links) == 4
    assert "/dev/null" in links
    assert sum(link.startswith("pipe:") for link in links) == 2
    assert sum(link.startswith("socket:") for link in links) == 1


def test_a_child_sees_nothing_of_the_agents_environment(
    runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTANKER_SECRET", "tief-im-Wald")
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    pid = _ready(runner)
    seen = Path(f"/proc/{pid}/environ").read_bytes().split(b"\x00")
    names = {entry.partition(b"=")[0].decode() for entry in seen if entry}
    assert names <= {"PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR"}


@pytest.mark.parametrize("kind", ["good", "prints"])
def test_children_die_at_once_when_the_agent_is_killed(kind: str, tmp_path: Path) -> None:
    command = [sys.executable, "-c", AGENT, kind, str(BAD), str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as agent:
        assert agent.stdout is not None
        pid = int(agent.stdout.readline())
        assert is_alive(pid)
        agent.send_signal(signal.SIGKILL)
        agent.wait()
        eventually(lambda: not is_alive(pid), "the child is gone", within_s=2)


def _ready(runner: Runner) -> int:
    good = runner.start("good")
    good.send()
    return good.pid()
