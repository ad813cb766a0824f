from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

# The suite's own helpers are found however pytest was started.
sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.contract.support.runner import Runner


@pytest.fixture
def runner() -> Iterator[Runner]:
    with Runner() as started:
        yield started
