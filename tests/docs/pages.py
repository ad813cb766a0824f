"""The commands that stand on a page."""

from __future__ import annotations

import re
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
_COMMAND = re.compile(
    "(?:ansible-(?:playbook|vault)|chronyc|cp|git|journalctl|make|nft|notanker|ssh-keygen|sudo|systemctl) .+"
)
_SPAN = re.compile(r"^    (\S.*)$|`([^`]+)`", re.MULTILINE)


def commands(page: Path) -> list[str]:
    """Give the commands of a page, in its order, each without a remark behind it."""
    spans = (match[1] or match[2] for match in _SPAN.finditer(page.read_text("utf-8")))
    lines = (" ".join(span.partition(" #")[0].split()) for span in spans)
    return [line for line in lines if _COMMAND.fullmatch(line)]
