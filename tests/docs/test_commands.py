"""German and English technicians are told the same commands."""

from __future__ import annotations

import pytest
from tests.docs.pages import DOCS, commands

WORDS = {
    "~/standorte": "~/sites",
    "ADRESSE": "ADDRESS",
    "DATEI": "FILE",
    "NUMMER": "NUMBER",
    "<Version>": "<version>",
}


@pytest.mark.parametrize("name", ["installing", "servicing"])
def test_both_pages_have_the_same_commands_in_the_same_order(name: str) -> None:
    english = commands(DOCS / f"{name}.md")
    german = commands(DOCS / "de" / f"{name}.md")
    assert len(german) > 10
    for word, other in WORDS.items():
        german = [line.replace(word, other) for line in german]
    assert german == english
