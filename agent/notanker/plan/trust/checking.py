"""Checks a plan's signatures, number and files, in this order: nothing unsigned is looked at closely."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from notanker.errors import Place, Problem, errors_of, softened
from notanker.plan.files import MANIFEST as NAME
from notanker.plan.files import PlanFile, belongs
from notanker.plan.trust import manifest as manifests
from notanker.plan.trust import ratchet as ratchets
from notanker.plan.trust.catalogue import CATALOGUE
from notanker.plan.trust.manifest import MAX_MANIFEST_BYTES, Manifest
from notanker.plan.trust.ratchet import Ratchet
from notanker.plan.trust.sshsig import (
    MAX_SIGNATURE_BYTES,
    Keys,
    SignatureError,
    Signer,
    counts,
    verify,
)

BUILT: Final = dt.datetime(2026, 11, 25, tzinfo=dt.UTC)
"""When this version was made: a clock that shows less is wrong (a Raspberry Pi 4 has none of its own)."""
MAX_SIGNATURES: Final = 8


NOTHING: Final = Ratchet()


@dataclass(frozen=True, slots=True)
class Trust:
    """Which plans a box takes.

    Attributes:
        plan: The id of the plan that it is for; empty for the first that is signed well.
        signers: So many different people must have signed: 2 for author and approver.
        memory: The folder of the ratchet.
    """

    keys: Keys
    memory: Path
    plan: str = ""
    signers: int = 1


@dataclass(frozen=True, slots=True)
class Checked:
    """What the check found.

    Attributes:
        manifest: The manifest, None unless it is signed well.
        ratchet: What is to be remembered once the plan is in force.
    """

    problems: tuple[Problem, ...]
    manifest: Manifest | None = None
    signers: tuple[Signer, ...] = ()
    ratchet: Ratchet = NOTHING


def check(files: Sequence[PlanFile], trust: Trust, now: dt.datetime | None) -> Checked:
    """Check a plan whose files lie in a folder.

    Args:
        files: The files of the folder, the manifest and its signatures among them.
        trust: Which plans the box takes.
        now: The time, None while the clock is not trusted.
    """
    ratchet = ratchets.load(trust.memory)
    at = max(filter(None, (now, ratchet.verified, BUILT)))
    problems = [CATALOGUE.problem("clock-behind", Place())] if now and now < BUILT else []
    raw = _content(files, NAME, MAX_MANIFEST_BYTES)
    if raw is None:
        return Checked((*problems, CATALOGUE.problem("not-signed", Place(NAME))))
    signers, found = _signers(raw, files, trust, at)
    problems += found
    if len(signers) < trust.signers:
        return Checked(tuple(problems), signers=signers)
    manifest, found = manifests.read(raw)
    if manifest is None:
        return Checked((*problems, *found), signers=signers)
    problems += _place_in_row(manifest, raw, trust, ratchet)
    if not errors_of(problems):
        problems += manifests.compare(manifest, files)
    new = ratchets.advanced(ratchet, (one.key for one in signers), manifest.seq, raw, at)
    return Checked(tuple(problems), manifest, signers, new)


def _signers(
    raw: bytes, files: Iterable[PlanFile], trust: Trust, at: dt.datetime
) -> tuple[tuple[Signer, ...], list[Problem]]:
    names = sorted(item.name for item in files if belongs(item.name) and item.name != NAME)
    found: dict[str, Signer] = {}
    wrong: list[Problem] = []
    for name in names[:MAX_SIGNATURES]:
        signature = _content(files, name, MAX_SIGNATURE_BYTES)
        try:
            signer = verify(raw, signature or b"", trust.keys, at)
        except (SignatureError, OSError) as error:
            wrong.append(CATALOGUE.problem("bad-signature", Place(name), reason=str(error)))
        else:
            found.setdefault(signer.key, signer)
    signers = tuple({one.name: one for one in found.values()}.values())
    if len(signers) < trust.signers:
        wrong.append(
            CATALOGUE.problem(
                "too-few-signers", Place(NAME), count=len(signers), needed=trust.signers
            )
        )
        return signers, wrong
    # Enough good ones: a bad one more is told, but it stops nothing.
    return signers, [softened(problem) for problem in wrong]


def _place_in_row(manifest: Manifest, raw: bytes, trust: Trust, ratchet: Ratchet) -> list[Problem]:
    problems = []
    if trust.plan and manifest.plan != trust.plan:
        problems.append(
            CATALOGUE.problem("other-site", Place(NAME), id=manifest.plan, own=trust.plan)
        )
    code = ratchets.refusal(ratchet, manifest.seq, raw, lambda key: counts(key, trust.keys))
    if code is not None:
        problems.append(CATALOGUE.problem(code, Place(NAME), seq=manifest.seq))
    return problems


def _content(files: Iterable[PlanFile], name: str, limit: int) -> bytes | None:
    item = next((one for one in files if one.name == name), None)
    if item is None or item.size_bytes > limit:
        return None
    try:
        with item.path.open("rb") as stream:
            return stream.read(limit)
    except OSError:
        return None
