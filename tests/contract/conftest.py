from __future__ import annotations

import sys
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
