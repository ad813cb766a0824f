from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.portal.world import World, report, status


@pytest.fixture
def bare(tmp_path: Path) -> World:
    """A portal on a machine with neither plan nor agent."""
    return World(tmp_path)


@pytest.fixture
def world(bare: World) -> World:
    """A portal in an outage: plan accepted, agent alive, one report written."""
    return bare.with_plan().with_status(status()).with_report(report())
