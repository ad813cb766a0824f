"""The plan's pictures: small, of a kind that every browser shows, and nothing in them that runs or loads."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from notanker.errors import Place, Problem
from notanker.plan.catalogue_files import CATALOGUE
from notanker.plan.files import PlanFile, content_of
from notanker.plan.model import Asset

MAX_BYTES: Final = 50_000
FOLDER: Final = "assets/"

_PNG: Final = b"\x89PNG\r\n\x1a\n"
_SVG: Final = re.compile(rb"<svg[\s>]", re.IGNORECASE)
_ACTIVE: Final = re.compile(
    rb"<\s*(?:script|foreignObject|iframe|animate|set)\b|<!(?:DOCTYPE|ENTITY)|\son\w+\s*="
    rb"|href\s*=\s*[\"']?\s*(?!#)[^\s\"'>]|url\(\s*[\"']?\s*(?!#)[^\s\"')]|@import",
    re.IGNORECASE,
)
"""What runs, what loads something else, and entities, with which a small file becomes a large one."""


def assets(files: Iterable[PlanFile]) -> tuple[tuple[Asset, ...], list[Problem]]:
    """Return the pictures that may be shown, and what is wrong with the others."""
    good: list[Asset] = []
    problems: list[Problem] = []
    for item in files:
        if not item.name.startswith(FOLDER):
            continue
        fault = _fault(item)
        if fault is None:
            good.append(Asset(item.name, item.size_bytes))
        else:
            problems.append(fault)
    return tuple(good), problems


def _fault(item: PlanFile) -> Problem | None:
    place = Place(item.name)
    if item.size_bytes > MAX_BYTES:
        return CATALOGUE.problem("asset-too-large", place, size=item.size_bytes, limit=MAX_BYTES)
    content = content_of(item.path, MAX_BYTES)
    if content is None or not _is_picture(item.name, content):
        return CATALOGUE.problem("no-picture", place)
    found = _ACTIVE.search(content) if item.name.endswith(".svg") else None
    if found is None:
        return None
    line = content.count(b"\n", 0, found.start()) + 1
    shown = found[0].decode("utf-8", "replace").strip()[:40]
    return CATALOGUE.problem("asset-active", Place(item.name, line), found=shown)


def _is_picture(name: str, content: bytes) -> bool:
    if name.endswith(".png"):
        return content.startswith(_PNG)
    return _SVG.search(content[:2000]) is not None
