"""Released wording on the portal: what may be said outside is there to be copied, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.unit.portal.world import World, incident, status

from notanker.core.status import DraftStatus

WAITING = DraftStatus("T9", 1, 2, 1, released_by=("Pia Entwurf",))
RELEASED = DraftStatus(
    "T7",
    2,
    1,
    0,
    released=True,
    released_by=("Pia Entwurf",),
    words=(("de", "Guten Tag. <Es tut uns leid.>"), ("en", "Hello. We are sorry.")),
)


def page(tmp_path: Path, *drafts: DraftStatus) -> str:
    now = replace(status(), incident=replace(incident(), drafts=drafts))
    return World(tmp_path).with_plan().with_status(now).text("/de/")


def test_a_released_text_is_shown_in_its_languages_to_be_copied(tmp_path: Path) -> None:
    shown = page(tmp_path, WAITING, RELEASED)
    assert "Freigegebener Wortlaut" in shown
    assert "Störungsansage (T7) · Pia Entwurf" in shown
    assert '<pre class="words" lang="de">Guten Tag. &lt;Es tut uns leid.&gt;</pre>' in shown
    assert '<pre class="words" lang="en">Hello. We are sorry.</pre>' in shown
    assert "T9" not in shown


def test_nothing_is_shown_that_waits(tmp_path: Path) -> None:
    assert "Freigegebener Wortlaut" not in page(tmp_path, WAITING)
