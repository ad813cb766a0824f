from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

SAMPLE = Path(__file__).resolve().parents[3] / "examples" / "plan"

Edit = Callable[[str, str, str], Path]


@pytest.fixture
def plan_folder(tmp_path: Path) -> Path:
    """A copy of the sample plan that a test may spoil."""
    return Path(shutil.copytree(SAMPLE, tmp_path / "plan"))


@pytest.fixture
def edit(plan_folder: Path) -> Edit:
    """Replace a text in one file of the copy; the text has to be there."""

    def replace(name: str, old: str, new: str) -> Path:
        path = plan_folder / name
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")
        return plan_folder

    return replace
