"""Checks a plan's signatures, number and files, in this order: nothing unsigned is looked at closely."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Final

from notanker.errors import Place, Problem, errors_of, softened
from notanker.plan.files import HEARTBEAT, PlanFile, belongs, content_of
from notanker.plan.files import MANIFEST as NAME
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

MAX_SIGNATURES: Final = 8


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


@dataclass(slots=True)
class Case:
    """One plan whose right to be in force is looked into, and what was found so far.

    Attributes:
        files: The files of its folder, the manifest and its signatures among them.
        now: The time, None while the clock is not trusted.
        ratchet: What was accepted before.
        at: The time for which keys have to be valid.
        raw: The manifest as it was signed.
        manifest: What it says, None unless it is signed well.
    """

    files: Sequence[PlanFile]
    trust: Trust
    now: dt.datetime | None
    ratchet: Ratchet
    at: dt.datetime
    raw: bytes = b""
    signers: tuple[Signer, ...] = ()
    manifest: Manifest | None = None
    problems: list[Problem] = field(default_factory=list)

    @property
    def advanced(self) -> Ratchet:
        """What is to be remembered once the plan is in force."""
        if self.manifest is None:
            return self.ratchet
        keys = (signer.key for signer in self.signers)
        return ratchets.advanced(self.ratchet, keys, self.manifest, self.raw, self.at)


def open_case(files: Sequence[PlanFile], trust: Trust, now: dt.datetime | None) -> Case:
    """Begin to look into a plan: with what was remembered, and with what the clock is worth."""
    ratchet = ratchets.load(trust.memory)
    at, code = ratchets.time_for(ratchet, now, _counting(trust))
    case = Case(files, trust, now, ratchet, at)
    if code:
        days = ratchets.LEAP.days
        case.problems.append(CATALOGUE.problem(code, Place(), days=days, at=f"{at:%Y-%m-%d}"))
    return case


def check(files: Sequence[PlanFile], trust: Trust, now: dt.datetime | None) -> Case:
    """Check a plan whose files lie in a folder, up to the first step that refuses it.

    Args:
        files: The files of the folder, the manifest and its signatures among them.
        trust: Which plans the box takes.
        now: The time, None while the clock is not trusted.
    """
    case = open_case(files, trust, now)
    for _, step in CHECKS:
        case.problems += step(case)
        if errors_of(case.problems):
            break
    return case


def signatures(case: Case) -> list[Problem]:
    """Ask who has signed the manifest, and read it once enough have."""
    raw = _content(case.files, NAME, MAX_MANIFEST_BYTES)
    if raw is None:
        return [CATALOGUE.problem("not-signed", Place(NAME))]
    case.raw = raw
    case.signers, problems = _signers(raw, case)
    if not errors_of(problems):
        case.manifest, found = manifests.read(raw)
        problems += found
    return problems


def site(case: Case) -> list[Problem]:
    """Ask whether it is the plan of this site."""
    own, found = case.trust.plan, _manifest(case).site
    if not own or own == found:
        return []
    return [CATALOGUE.problem("other-site", Place(NAME), id=found, own=own)]


def number(case: Case) -> list[Problem]:
    """Ask whether its number is higher than all that were accepted."""
    seq = _manifest(case).seq
    code = ratchets.refusal(case.ratchet, seq, case.raw, _counting(case.trust))
    return [] if code is None else [CATALOGUE.problem(code, Place(NAME), seq=seq)]


def limits(case: Case) -> list[Problem]:
    """Ask whether the manifest keeps within what any plan may hold."""
    return manifests.limits(_manifest(case))


def hashes(case: Case) -> list[Problem]:
    """Ask whether each file is the one that was signed."""
    return manifests.compare(_manifest(case), case.files)


CHECKS: Final[tuple[tuple[str, Callable[[Case], list[Problem]]], ...]] = (
    ("signatures", signatures),
    ("site", site),
    ("number", number),
    ("limits", limits),
    ("hashes", hashes),
)
"""What is asked of a plan that must be signed, in this order."""


def _manifest(case: Case) -> Manifest:
    if case.manifest is None:
        raise LookupError("the signatures come first")
    return case.manifest


def _counting(trust: Trust) -> Callable[[str], bool]:
    """Ask ssh-keygen about each key once."""

    @lru_cache(maxsize=64)
    def counting(key: str) -> bool:
        return counts(key, trust.keys)

    return counting


def _signers(raw: bytes, case: Case) -> tuple[tuple[Signer, ...], list[Problem]]:
    trust = case.trust
    found: dict[str, Signer] = {}
    wrong: list[Problem] = []
    for name in _signature_names(case.files):
        signature = _content(case.files, name, MAX_SIGNATURE_BYTES)
        try:
            signer = verify(raw, signature or b"", trust.keys, case.at)
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


def _signature_names(files: Iterable[PlanFile]) -> list[str]:
    names = (item.name for item in files if belongs(item.name))
    return sorted(n for n in names if n != NAME and not n.startswith(HEARTBEAT))[:MAX_SIGNATURES]


def _content(files: Iterable[PlanFile], name: str, limit_bytes: int) -> bytes | None:
    item = next((one for one in files if one.name == name), None)
    return None if item is None else content_of(item.path, limit_bytes)
