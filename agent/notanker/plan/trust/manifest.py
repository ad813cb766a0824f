"""The manifest: every file of a plan with its size and hash, and the plan's place in the row."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from typing import Annotated, Final, Literal

import msgspec

from notanker import __version__
from notanker.errors import Place, Problem
from notanker.plan.files import MANIFEST as NAME
from notanker.plan.files import MAX_BYTES, MAX_FILES, PlanFile, allowed, belongs, printable
from notanker.plan.model import Head
from notanker.plan.trust.catalogue import CATALOGUE
from notanker.plan.values import Count, Id

MAX_MANIFEST_BYTES: Final = 256 * 1024
_SHA256: Final = r"^[0-9a-f]{64}$"
_VERSION: Final = r"^[0-9]{1,4}(\.[0-9]{1,4}){0,3}$"


class Listed(msgspec.Struct, frozen=True):
    """One file."""

    sha256: Annotated[str, msgspec.Meta(pattern=_SHA256)]
    size: Annotated[int, msgspec.Meta(ge=0, le=MAX_BYTES)]


class Manifest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`manifest.json`. Fields that this version does not know are passed over, so that it can grow.

    Attributes:
        site: The plan's id: a box takes no plan of another site.
        seq: Rises with each issue; what was once accepted is never gone back behind.
        min_agent: The oldest version of notanker that understands the plan; empty for any.
        files: By their path in the plan.
    """

    format: Literal[1]
    site: Id
    seq: Count
    issued: dt.date
    review_by: dt.date
    min_agent: Annotated[str, msgspec.Meta(pattern=_VERSION)] | None = None
    files: Annotated[dict[str, Listed], msgspec.Meta(max_length=MAX_FILES)]


def manifest_of(files: Iterable[PlanFile], head: Head, min_agent: str | None = None) -> bytes:
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
        site=head.id,
        seq=head.seq,
        issued=head.issued,
        review_by=head.review_by,
        min_agent=min_agent,
        files=dict(sorted(listed.items())),
    )
    return msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n"


def read(raw: bytes) -> tuple[Manifest | None, list[Problem]]:
    """Read a manifest. Its signature has to be checked before it is believed."""
    try:
        return msgspec.json.decode(raw, type=Manifest), []
    except (ValueError, RecursionError) as error:  # msgspec's errors are ValueErrors
        return None, [CATALOGUE.problem("bad-manifest", Place(NAME), reason=str(error)[:200])]


def limits(manifest: Manifest) -> list[Problem]:
    """Return what a manifest asks for that no plan may, though it is signed: paths, size, a newer agent."""
    problems = [
        CATALOGUE.problem("odd-path", Place(NAME), path=printable(name)[:200])
        for name in manifest.files
        if not allowed(name) or belongs(name)
    ]
    if sum(item.size for item in manifest.files.values()) > MAX_BYTES:
        problems.append(CATALOGUE.problem("listed-too-large", Place(NAME), limit=MAX_BYTES))
    if manifest.min_agent and _parts(manifest.min_agent) > _parts(__version__):
        problems.append(
            CATALOGUE.problem("too-new", Place(NAME), needed=manifest.min_agent, own=__version__)
        )
    return problems


def _parts(version: str) -> tuple[int, ...]:
    """Return a version's numbers, as far as it consists of them: 1.2.0rc1 counts as 1.2."""
    found = []
    for part in version.split("."):
        if not part.isdecimal():
            break
        found.append(int(part))
    while found and not found[-1]:  # 1.2 and 1.2.0 are the same
        found.pop()
    return tuple(found)


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
