"""What the tests of the deployment share: booted Debian systems, and plays on them.

``tools/booted python -m pytest tests/deploy`` runs them in a capsule, of which nothing stays behind. What
takes minutes has the mark ``long`` and runs with ``--long`` alone.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from notanker_lab import capsule
from notanker_lab.booted import Booted, Container, Machine
from notanker_lab.booted.system import fresh_name

ROOT = Path(__file__).parents[2]
COLLECTION = ROOT / "deploy" / "ansible"
_PLAY_S = 3600.0
_TEST_S = 900
_RECAP = re.compile(
    r"^(\S+) +: ok=\d+ +changed=(\d+) +unreachable=(\d+) +failed=(\d+)", re.MULTILINE
)
# A failing task: its name, and all it said until the next one.
_FAILED = re.compile(
    r"^TASK \[[^\n]*\n(?:(?!TASK \[|PLAY ).*\n)*?(?:fatal:|failed:|\[ERROR\]).*", re.MULTILINE
)
_SAID_CHARS = 6000


@dataclass(frozen=True, slots=True)
class Played:
    """What a play did.

    Args:
        changed: tasks that changed something, on all hosts.
        failed: tasks that failed, and hosts that could not be reached.
        text: all that ansible-playbook printed.
        seconds: how long it took.
    """

    changed: int
    failed: int
    text: str
    seconds: float

    @property
    def why(self) -> str:
        """The failing task with its message; what was printed last, if there was no task yet."""
        found = _FAILED.search(self.text)
        return self.text[found.start() if found else -_SAID_CHARS :][:_SAID_CHARS]


Play = Callable[..., Played]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "long: takes minutes; runs with --long alone")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out, not skip, what takes minutes: a skipped test is one that nobody looks at."""
    mine = [item for item in items if Path(__file__).parent in item.path.parents]
    for item in mine:
        if not item.get_closest_marker("timeout"):
            # The first one that wants an image builds it.
            item.add_marker(pytest.mark.timeout(_TEST_S))
    if not config.getoption("--long"):
        long = [item for item in mine if item.get_closest_marker("long")]
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]


@pytest.fixture(scope="session")
def in_a_capsule() -> None:
    """Fail, never skip: what was not tried on a booted system is not known to work there."""
    if not capsule.inside():
        pytest.fail("run this as: tools/booted python -m pytest tests/deploy")


@pytest.fixture
def container(in_a_capsule: None) -> Iterator[Container]:
    """Give a fresh Debian 12, booted, with eth0 and lte0."""
    with Container(fresh_name("site")) as box:
        yield box


@pytest.fixture
def container13(in_a_capsule: None) -> Iterator[Container]:
    """Give a fresh Debian 13, booted, with eth0 and lte0."""
    with Container(fresh_name("site"), "trixie") as box:
        yield box


@pytest.fixture
def machine(in_a_capsule: None) -> Iterator[Machine]:
    """Give a fresh Debian 12 with a kernel of its own, eth0, lte0, wlan0 and a phone's radio."""
    box = Machine(fresh_name("box"))
    if not box.has_frozen():
        box.up()
        box.run("systemctl is-system-running --wait", check=False, timeout_s=300)
        box.freeze()
    try:
        yield box.up("booted")
    finally:
        box.down()


def play_on(
    folder: Path,
    booted: Booted | Sequence[Booted],
    playbook: str,
    *options: str,
    **variables: Any,
) -> Played:
    """Run a playbook of the collection, or one by its absolute path; `folder` gets its inventory."""
    done = played(write_inventory(folder, booted, variables), playbook, options)
    if done.failed:
        print(done.why)
    return done


@pytest.fixture
def play(tmp_path: Path) -> Play:
    """Give ``play(booted, "site.yml", *options, **variables) -> Played``."""
    return functools.partial(play_on, tmp_path)


def write_inventory(
    folder: Path, booted: Booted | Sequence[Booted], variables: dict[str, Any]
) -> Path:
    """Write the inventory of these systems, each with these variables, and say where."""
    boxes = [booted] if isinstance(booted, Booted) else list(booted)
    path = folder / "inventory.json"
    path.write_text(json.dumps(_inventory(boxes, variables)), encoding="utf-8")
    return path


def _inventory(boxes: Sequence[Booted], variables: dict[str, Any]) -> dict[str, Any]:
    first, *others = [box.inventory(**variables) for box in boxes]
    for other in others:
        first["all"]["hosts"].update(other["all"]["hosts"])
        for group, told in other["all"]["children"].items():
            first["all"]["children"][group]["hosts"].update(told["hosts"])
    return first


def link_collection() -> None:
    """Make the place at which ansible.cfg has Ansible look for the collection."""
    place = ROOT / ".cache" / "ansible" / "ansible_collections" / "notanker" / "site"
    place.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        place.symlink_to(COLLECTION)


def played(inventory: Path, playbook: str, options: Sequence[str]) -> Played:
    """Run a playbook of the collection, or one by its absolute path, with an inventory."""
    link_collection()
    # An absolute name is a playbook of a test's own.
    path = COLLECTION / "playbooks" / playbook
    program = Path(sys.executable).parent / "ansible-playbook"
    began_s = time.monotonic()
    done = subprocess.run(
        [program, "--inventory", inventory, path, *options],
        cwd=COLLECTION,
        env={**os.environ, "ANSIBLE_HOME": str(inventory.parent / "home"), "LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=_PLAY_S,
    )
    text = done.stdout + done.stderr
    recap = [[int(number) for number in line[1:]] for line in _RECAP.findall(text)]
    failed = sum(unreachable + failures for _, unreachable, failures in recap)
    return Played(
        changed=sum(changed for changed, _, _ in recap),
        # A playbook that is no playbook has no recap, and yet failed.
        failed=failed or int(done.returncode != 0),
        text=text,
        seconds=time.monotonic() - began_s,
    )
