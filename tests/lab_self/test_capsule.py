"""A capsule leaves nothing behind, however it ends. These capsules run inside another one."""

import os
import pty
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from notanker_lab import capsule
from notanker_lab.control import wait_until
from notanker_lab.processes import environment

CAPSULE = [sys.executable, "-m", "notanker_lab.capsule"]
UP = ["--", sys.executable, "-m", "notanker_lab", "up"]


def run(*argv: str) -> subprocess.CompletedProcess[str]:
    line = [*CAPSULE, *argv]
    return subprocess.run(
        line, check=False, capture_output=True, text=True, timeout=30, env=environment()
    )


def _names(folder: str) -> list[str]:
    path = Path(folder)
    return sorted(entry.name for entry in path.iterdir()) if path.exists() else []


def _ours(folder: str) -> list[str]:
    # The host's own programs come and go there too.
    return [name for name in _names(folder) if "lab" in name or "notanker" in name]


def traces() -> dict[str, object]:
    """Give everything a lab could leave behind here."""
    return {
        "links": subprocess.run(["ip", "-o", "link"], capture_output=True, check=True).stdout,
        "names": _names("/run/netns"),
        "processes": {name for name in _names("/proc") if name.isdigit()},
        "mounts": Path("/proc/self/mounts").read_text(),
        "temporary": [*_names("/run"), *_names("/run/tmp"), *_ours("/tmp")],  # noqa: S108
    }


@pytest.fixture
def clean() -> Iterator[None]:
    """Hold that the test leaves nothing."""
    before = traces()
    yield
    wait_until(lambda: traces()["processes"] == before["processes"], 5, "every process is gone")
    assert traces() == before


def started(*argv: str) -> tuple[subprocess.Popen[str], str]:
    """Start a capsule with a lab in it and wait until it is up."""
    process = subprocess.Popen(
        [*CAPSULE, *argv, *UP], stdout=subprocess.PIPE, text=True, env=environment()
    )
    assert process.stdout
    said = ""
    for line in process.stdout:
        said += line
        if line.startswith("Ctrl-C"):
            break
    return process, said


@pytest.mark.usefixtures("clean")
@pytest.mark.parametrize("signum", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_lab_leaves_nothing_however_it_is_ended(signum: signal.Signals) -> None:
    process, said = started()
    assert "site eth0 (primary)" in said
    assert "namespace inet" in said
    process.send_signal(signum)
    status = process.wait(20)
    assert status == (-9 if signum == signal.SIGKILL else 0)
    assert process.stdout
    process.stdout.close()


@pytest.mark.usefixtures("clean")
def test_ctrl_c_at_a_terminal_ends_it_in_order() -> None:
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(sys.executable, [*CAPSULE, *UP], environment())  # noqa: S606
    said = b""
    while b"Ctrl-C" not in said:
        said += os.read(terminal, 1000)
    os.write(terminal, b"\x03")
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    os.close(terminal)


@pytest.mark.usefixtures("clean")
def test_the_status_of_the_command_comes_through() -> None:
    assert run("--", "true").returncode == 0
    assert run("--", "sh", "-c", "exit 7").returncode == 7
    assert run("--", "sh", "-c", "kill -TERM $$").returncode == 128 + 15
    missing = run("--", "no-such-command")
    assert missing.returncode == 127
    assert "no-such-command" in missing.stderr


@pytest.mark.usefixtures("clean")
def test_orphans_end_with_the_capsule() -> None:
    assert run("--", "sh", "-c", "setsid sleep 600 & exit 0").returncode == 0


@pytest.mark.usefixtures("clean")
def test_inside_there_is_a_private_run_and_a_network_with_lo_alone() -> None:
    look = "ip -o link | wc -l; cat /sys/class/net/lo/operstate; ls /run; echo $$; hostname"
    lines = run("--", "sh", "-c", look).stdout.splitlines()
    assert lines[0] == "1"
    assert "notanker-lab" in lines
    assert "netns" not in lines
    assert run("--", "ping", "-c1", "-W1", "127.0.0.1").returncode == 0
    assert "nothing leaves" in run("--", "cat", "/etc/resolv.conf").stdout


@pytest.mark.usefixtures("clean")
def test_a_host_socket_reaches_a_program_in_the_site() -> None:
    program = """
import os, sys, time
from notanker_lab import Lab, capsule
with Lab() as lab:
    lab.popen("site", [sys.executable, "-m", "http.server", "8080", "--bind", "127.0.0.1"])
    lab.forward(capsule.listeners()["portal"], "site", "127.0.0.1", 8080)
    time.sleep(60)
"""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    argv = [*CAPSULE, "--listen", f"{port}=portal", "--", sys.executable, "-c", program]
    process = subprocess.Popen(argv, env=environment())

    def served() -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=1) as page:
                return b"Directory listing" in page.read()
        except OSError:
            return False

    try:
        wait_until(served, 15, "the page is served")
    finally:
        process.kill()
        process.wait()


def test_a_taken_port_is_said_in_the_users_language() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        said = _localised(["--listen", f"{port}=web", "--", "true"], "de_DE.UTF-8")
        assert f"Port {port} auf 127.0.0.1 lässt sich nicht öffnen" in said
        assert f"Port {port} of 127.0.0.1" in _localised(["--listen", f"{port}=web", "true"], "C")


def _localised(argv: Sequence[str], language: str) -> str:
    env = {**environment(), "LC_ALL": language, "PYTHONUTF8": "1"}
    done = subprocess.run([*CAPSULE, *argv], capture_output=True, text=True, env=env, check=False)
    assert done.returncode == 125
    return done.stderr


def test_without_root_there_is_a_sentence() -> None:
    env = {**environment(), "LC_ALL": "de_DE.UTF-8", "PYTHONUTF8": "1"}
    line = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", *CAPSULE, "true"]
    done = subprocess.run(line, capture_output=True, text=True, env=env, check=False)
    assert done.returncode == 125
    assert "Root-Rechte" in done.stderr


def test_a_lab_outside_a_capsule_is_refused() -> None:
    # A /run without the marker is what "outside" looks like.
    hide = 'mount -t tmpfs none /run && exec "$0" -m notanker_lab up'
    line = ["unshare", "--mount", "sh", "-c", hide, sys.executable]
    done = subprocess.run(line, capture_output=True, text=True, env=environment(), check=False)
    assert done.returncode == 1
    assert "only inside a capsule" in done.stderr


def test_a_running_lab_is_steered_by_the_command_line() -> None:
    lab = [sys.executable, "-m", "notanker_lab"]
    python = f"""
import subprocess, sys
lab = {lab!r}
def cli(*argv):
    done = subprocess.run([*lab, *argv], capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr
from notanker_lab import Lab
with Lab():
    ping = ("shell", "site", "ping", "-c", "1", "-W", "0.5", "203.0.113.1")
    assert cli("faults")[1].count("\\n") >= 14
    assert "token_error" in cli("switches")[1]
    assert cli(*ping)[0] == 0
    assert cli("fault", "silent_cut")[0] == 0
    assert cli(*ping)[0] == 1
    assert cli("heal")[0] == 0
    assert cli(*ping)[0] == 0
    assert cli("switch", "hang", "--times", "1")[0] == 0
    status, said = cli("fault", "silent_cut", "nowhere")
    assert status == 1 and "Traceback" not in said, said
"""
    done = run("--", sys.executable, "-c", python)
    assert done.returncode == 0, done.stderr


def test_listeners_are_named_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(capsule.LISTEN_ENV, "portal=3,board=4")
    assert capsule.listeners() == {"portal": 3, "board": 4}
    monkeypatch.setenv(capsule.LISTEN_ENV, "")
    assert capsule.listeners() == {}


def test_time_passes_as_outside() -> None:
    inside = float(run("--", sys.executable, "-c", "import time; print(time.monotonic())").stdout)
    assert 0 <= time.monotonic() - inside < 20
