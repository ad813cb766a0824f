"""The manifest: every file of a plan with its size and hash, and the plan's place in the row."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from typing import Annotated, Final, Literal

import msgspec

from notanker.errors import Place, Problem
from notanker.plan.files import MANIFEST as NAME
from notanker.plan.files import MAX_BYTES, MAX_FILES, PlanFile, belongs
from notanker.plan.model import Head
from notanker.plan.trust.catalogue import CATALOGUE
from notanker.plan.values import Count, Id

MAX_MANIFEST_BYTES: Final = 256 * 1024
_SHA256: Final = r"^[0-9a-f]{64}$"


class Listed(msgspec.Struct, frozen=True):
    """One file."""

    sha256: Annotated[str, msgspec.Meta(pattern=_SHA256)]
    size: Annotated[int, msgspec.Meta(ge=0, le=MAX_BYTES)]


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`manifest.json`.

    Attributes:
        plan: The plan's id: a box takes no plan of another site.
        seq: Rises with each issue; what was once accepted is never gone back behind.
        files: By their path in the plan.
    """

    format: Literal[1]
    plan: Id
    seq: Count
    issued: dt.date
    review_by: dt.date
    files: Annotated[dict[str, Listed], msgspec.Meta(max_length=MAX_FILES)]


def manifest_of(files: Iterable[PlanFile], head: Head) -> bytes:
    """Return the manifest of a plan, the same bytes for the same files.

    Raises:
        OSError: a file cannot be read.
        ValueError: the plan does not say when it was issued or is to be reviewed.
    """
    if head.issued is None or head.review_by is None:
        raise ValueError("issued and review_by are missing")
    listed = {item.name: _listed(item) for item in files if not belongs(item.name)}
    manifest = Manifest(
        format=1,
        plan=head.id,
        seq=head.seq,
        issued=head.issued,
        review_by=head.review_by,
        files=dict(sorted(listed.items())),
    )
    return msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n"


def read(raw: bytes) -> tuple[Manifest | None, list[Problem]]:
    """Read a manifest. Its signature has to be checked before it is believed."""
    try:
        return msgspec.json.decode(raw, type=Manifest), []
    except (ValueError, RecursionError) as error:  # msgspec's errors are ValueErrors
        return None, [CATALOGUE.problem("bad-manifest", Place(NAME), reason=str(error)[:200])]


def compare(manifest: Manifest, files: Iterable[PlanFile]) -> list[Problem]:
    """Return every file that is missing, is not listed, or is not the one that is listed."""
    there = {item.name: item for item in files if not belongs(item.name)}
    problems = [
        CATALOGUE.problem("file-not-there", Place(name))
        for name in manifest.files
        if name not in there
    ]
    for name, item in there.items():
        listed = manifest.files.get(name)
        if listed is None:
            problems.append(CATALOGUE.problem("file-not-listed", Place(name)))
        elif not _is(item, listed):
            problems.append(CATALOGUE.problem("file-changed", Place(name)))
    return problems


def _is(item: PlanFile, listed: Listed) -> bool:
    try:
        return item.size_bytes == listed.size and _listed(item) == listed
    except OSError:
        return False


def _listed(item: PlanFile) -> Listed:
    content = item.path.read_bytes()
    return Listed(hashlib.sha256(content).hexdigest(), len(content))
