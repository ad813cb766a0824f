"""These tests run in a capsule: ``python -m notanker_lab.capsule -- pytest tests/lab``.

``--long`` (or NOTANKER_LAB_LONG=1) takes the long forms; ``--lab-seed`` repeats a run's random moments.
"""

import random
from collections.abc import Generator, Iterator

import pytest

from notanker_lab import capsule
from tests.lab.scene import Scene, is_long, on_stage

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
