from __future__ import annotations

import gc
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

# The suite's own helpers are found however pytest was started.
sys.path.insert(0, str(Path(__file__).parents[2]))

from notanker_lab.mm_modem import MmModem
from notanker_lab.modemmanager import ModemManager
from tests.contract.support.modems import managed
from tests.contract.support.runner import Runner


@pytest.fixture
def runner() -> Iterator[Runner]:
    with Runner() as started:
        yield started


@pytest.fixture
def allowed() -> Iterator[tuple[ModemManager, MmModem]]:
    with managed(commands=True) as started:
        yield started


@pytest.fixture
def as_shipped() -> Iterator[tuple[ModemManager, MmModem]]:
    with managed(commands=False) as started:
        yield started


@pytest.fixture(scope="module", autouse=True)
def swept(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let go of what pika leaves behind, so that no other test is blamed for it.

    A connection that is ended while it is being made keeps its socket until Python finds it.
    """
    yield
    if "rabbitmq" in request.node.name:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()
