"""These tests run in a capsule: ``python -m notanker_lab.capsule -- pytest tests/lab``.

``--long`` (or NOTANKER_LAB_LONG=1) takes the long forms; ``--lab-seed`` repeats a run's random moments.
``python -m tests.lab`` runs them in two capsules side by side, in half the time: most of it is waiting.
"""

import os
import random
from collections.abc import Generator, Iterator

import pytest

from notanker_lab import capsule
from tests.lab.scene import Scene, is_long, on_stage

PART_ENV = "NOTANKER_LAB_PART"
FIRST_PART = ("test_bad_input", "test_causes", "test_killed", "test_links")
"""These modules take as long as all others together."""

Report = Generator[None, pytest.TestReport, pytest.TestReport]


@pytest.fixture(scope="session", autouse=True)
def in_a_capsule() -> None:
    """Fail, never skip: a site that was not tested is not a site that works."""
    if not capsule.inside():
        pytest.fail("run this as: python -m notanker_lab.capsule -- pytest tests/lab")


@pytest.fixture(scope="session")
def long(request: pytest.FixtureRequest) -> bool:
    return is_long(request.config)


@pytest.fixture(scope="session")
def seed(request: pytest.FixtureRequest) -> int:
    given = request.config.getoption("--lab-seed")
    return random.SystemRandom().randrange(10**6) if given is None else int(given)


@pytest.fixture(scope="module")
def running(in_a_capsule: None) -> Iterator[Scene]:
    """Give one site for all tests of a module."""
    with on_stage() as scene:
        yield scene


@pytest.fixture
def scene(running: Scene) -> Iterator[Scene]:
    """Give the module's site, healthy and with nothing on its conscience."""
    running.recover()
    yield running
    running.lab.faults.heal()
    running.lab.hilink.fault("none")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep one of the two parts, where one is wanted."""
    part = os.environ.get(PART_ENV)
    if part in ("1", "2"):
        items[:] = [i for i in items if (i.path.stem in FIRST_PART) is (part == "1")]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show what the agent said when a test failed."""
    report = yield
    if report.failed:
        for scene in _scenes(item):
            report.sections.append(("the agent's log", scene.last_words()))
    return report


def _scenes(item: pytest.Item) -> list[Scene]:
    values = getattr(item, "funcargs", {}).values()
    scenes = [getattr(value, "scene", value) for value in values]
    return [scene for scene in scenes if isinstance(scene, Scene)]
