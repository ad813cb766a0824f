"""The panel's documents say what the panel does: words and legend come from the tables that it plays."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from notanker.cli.panel_words import LAMP_NAMES, MEANINGS, RHYTHM_NAMES, TONE_NAMES
from notanker.lamps import Tone
from notanker.plan.paper import weasyprint

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = {0: ROOT / "docs" / "de" / "panel.md", 1: ROOT / "docs" / "panel.md"}


@pytest.mark.parametrize("language", [0, 1], ids=["de", "en"])
def test_the_document_says_what_each_lamp_and_tone_means(language: int) -> None:
    text = DOCUMENTS[language].read_text(encoding="utf-8")
    for lamp, meanings in MEANINGS.items():
        for rhythm, said in meanings.items():
            words = (LAMP_NAMES[lamp], RHYTHM_NAMES[rhythm], said)
            row = " | ".join(pair[language] for pair in words)
            assert f"| {row} |" in text
    for tone in set(Tone) - {Tone.SILENT}:
        assert f"- {TONE_NAMES[tone][language]}\n" in text


@pytest.mark.parametrize("language", [0, 1], ids=["de", "en"])
def test_the_legend_is_drawn_from_the_same_tables(language: int) -> None:
    legend = _legend()
    assert legend.FILES[language].read_text(encoding="utf-8") == legend.svg(language)


@pytest.mark.parametrize("language", [0, 1], ids=["de", "en"])
def test_the_page_in_the_box_shows_the_same_lamps_and_fits_on_one_sheet(language: int) -> None:
    legend = _legend()
    page = legend.SHEETS[language].read_text(encoding="utf-8")
    assert page == legend.sheet(page, language)
    assert len(weasyprint().HTML(string=page).render().pages) == 1


def _legend() -> Any:
    spec = importlib.util.spec_from_file_location("legend", ROOT / "tools" / "legend.py")
    assert spec is not None
    assert spec.loader is not None
    legend = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(legend)
    return legend
