"""Asks each source in its order for a plan that is newer than the one in force, and has it accepted.

Nothing is downloaded for a manifest that nobody has signed who may, and nothing that is here already. A
source that fails costs its own time and no other's.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from notanker.core.moment import Moment
from notanker.errors import Problem, errors_of, softened
from notanker.plan import outcome
from notanker.plan import store as disk
from notanker.plan.accept import accept
from notanker.plan.delta import digest
from notanker.plan.files import HEARTBEAT, MAX_BYTES, PlanFile, belongs, content_of, files_of
from notanker.plan.steps import Viewer
from notanker.plan.trust import checking
from notanker.plan.trust.checking import Trust
from notanker.plan.trust.manifest import Listed, Manifest
from notanker.plan.trust.sshsig import Keys
from notanker.shell.sources import arrivals
from notanker.shell.sources.arrivals import Arrivals
from notanker.shell.sources.contract import Absent, Source, SourceError, failed
from notanker.shell.sources.deadline import TooLateError, within
from notanker.shell.sources.errand import Errand
from notanker.shell.sources.opening import opened
from notanker.shell.sources.report import Fetched, Report, Result

SOURCE_S: Final = 240.0
"""So long one source may take; what has come until then is there the next time."""
SMALL: Final = ("signatures", "site", "number", "limits")
"""What is asked of a manifest before any file is fetched for it."""


@dataclass(slots=True)
class Job:
    """One look at all sources.

    Attributes:
        now: The time, None while the clock is not trusted.
        viewer: Looks at rendered pages before they come into force.
    """

    errand: Errand
    arrivals: Arrivals
    at: Moment
    now: dt.datetime | None
    viewer: Viewer | None
    trust: Trust = field(init=False)

    def __post_init__(self) -> None:
        """Say whose plans are taken."""
        errand = self.errand
        keys = Keys(errand.allowed_signers, errand.revoked)
        self.trust = Trust(keys, errand.store, errand.plan_id, errand.signers)


def fetch(job: Job) -> Report:
    """Ask every source once. Never raises for what a source does."""
    found = []
    for config in job.errand.sources:
        source = opened(config, job.errand, job.arrivals.folder)
        found.append(_told(job, config.label, source))
    return Report(process=os.getpid(), at=job.at, sources=tuple(found))


def _told(job: Job, label: str, source: Source | SourceError) -> Fetched:
    try:
        if isinstance(source, SourceError):
            raise source
        with within(SOURCE_S):
            return _asked(job, label, source)
    except Absent:
        return Fetched(source=label, result="absent")
    except SourceError as error:
        return _failed(label, error.problem)
    except TooLateError:
        return _failed(label, failed("too-slow", limit=round(SOURCE_S)).problem)
    except OSError as error:
        reason, folder = error.strerror or str(error), job.arrivals.folder
        return _failed(label, failed("not-kept", reason=reason, folder=folder).problem)


def _failed(label: str, problem: Problem) -> Fetched:
    result: Result = "waits" if problem.code == "not-over-lte" else "failed"
    return Fetched(source=label, result=result, problems=(problem,))


def _asked(job: Job, label: str, source: Source) -> Fetched:
    with source:
        offer = source.offer()
        job.arrivals.hear(offer)
        if _in_force(job, offer):
            told = Fetched(source=label, result="unchanged", wire_bytes=source.wire_bytes)
        else:
            told = _new(job, label, source, offer)
    return told


def _in_force(job: Job, offer: Mapping[str, bytes]) -> bool:
    """Tell whether the offer is the plan in force, with the very signatures that it has there."""
    folder = disk.in_force(job.errand.store)
    if folder is None:
        return False
    names = {item.name for item in files_of(folder / "source")[0] if _is_signed_list(item.name)}
    offered = {name: content for name, content in offer.items() if _is_signed_list(name)}
    return names == offered.keys() and all(
        content_of(folder / "source" / name, len(content)) == content
        for name, content in offered.items()
    )


def _is_signed_list(name: str) -> bool:
    return belongs(name) and not name.startswith(HEARTBEAT)


def _new(job: Job, label: str, source: Source, offer: Mapping[str, bytes]) -> Fetched:
    """Fetch a plan that is not the one in force, if it is worth it, and have it accepted."""
    manifest, problems = _judged(job, offer)
    if manifest is None:
        return _refused(label, problems, source.wire_bytes)
    here, missing = _here(job, manifest)
    size = sum(listed.size for listed in missing.values())
    limit = job.errand.way.limit_bytes
    if limit is not None and size > limit:
        waits = (failed("waits", size=size, limit=limit).problem,)
        return Fetched(source=label, result="waits", problems=waits, wire_bytes=source.wire_bytes)
    job.arrivals.keep_only({listed.sha256 for listed in manifest.files.values()})
    came = {name: _one(job, source, name, listed) for name, listed in missing.items()}
    wire_bytes = source.wire_bytes  # what follows needs no line
    problems = _accepted(job, label, {**here, **came, **offer})
    if errors_of(problems):
        return _refused(label, problems, wire_bytes)
    return Fetched(
        source=label,
        result="accepted",
        problems=tuple(problems[: outcome.MAX_PROBLEMS]),
        files=len(came),
        wire_bytes=wire_bytes,
    )


def _refused(label: str, problems: Sequence[Problem], wire_bytes: int) -> Fetched:
    older = any(problem.code == "older-number" for problem in problems)
    return Fetched(
        source=label,
        result="older" if older else "refused",
        problems=tuple(problems[: outcome.MAX_PROBLEMS]),
        wire_bytes=wire_bytes,
    )


def _judged(job: Job, offer: Mapping[str, bytes]) -> tuple[Manifest | None, list[Problem]]:
    """Return the manifest if it is worth fetching files for, and what is wrong with it."""
    folder = job.arrivals.lay_out(arrivals.OFFER, offer)
    case = checking.open_case(files_of(folder)[0], job.trust, job.now)
    for name, step in checking.CHECKS:
        if name in SMALL and not errors_of(case.problems):
            case.problems += step(case)
    return (None if errors_of(case.problems) else case.manifest), case.problems


def _here(job: Job, manifest: Manifest) -> tuple[dict[str, bytes], dict[str, Listed]]:
    """Return the files that need no line: of the last plans or of a fetch that broke off; and the others."""
    held = _held(job.errand.store, manifest)
    here: dict[str, bytes] = {}
    missing: dict[str, Listed] = {}
    for name, listed in manifest.files.items():
        content = held.get(listed.sha256) or job.arrivals.get(listed)
        if content is None:
            missing[name] = listed
        else:
            here[name] = content
    return here, missing


def _held(store: Path, manifest: Manifest) -> dict[str, bytes]:
    """Return, by hash, what the stored plans have of it; a card may lose things, so the content is asked."""
    sizes = {listed.size for listed in manifest.files.values()}
    wanted = {listed.sha256 for listed in manifest.files.values()}
    found: dict[str, bytes] = {}
    for item in _stored(store):
        content = content_of(item.path, item.size_bytes) if item.size_bytes in sizes else None
        name = "" if content is None else digest(content)
        if content is not None and name in wanted:
            found[name] = content
    return found


def _stored(store: Path) -> Iterator[PlanFile]:
    """Yield the files of all plans in the store."""
    for folder in sorted(store.glob("[!.]*/source")):
        if not folder.parent.is_symlink():  # what is in force has a name of its own as well
            yield from files_of(folder)[0]


def _one(job: Job, source: Source, name: str, listed: Listed) -> bytes:
    """Fetch one file, and keep it if it is the one that was signed.

    Raises:
        SourceError: it is not.
    """
    folder = disk.in_force(job.errand.store)
    before = b"" if folder is None else content_of(folder / "source" / name, MAX_BYTES) or b""
    content = source.content(name, listed, before)
    if len(content) != listed.size or digest(content) != listed.sha256:
        raise failed("other-content", name)
    job.arrivals.add(content)
    return content


def _accepted(job: Job, label: str, files: Mapping[str, bytes]) -> list[Problem]:
    """Have the plan accepted, leave word of it, and return what is wrong with it."""
    errand = job.errand
    folder = job.arrivals.lay_out(arrivals.PLAN, files)
    done = accept(folder, errand.store, job.trust, job.now, job.viewer)
    told = outcome.outcome_of(
        done.problems,
        accepted=done.fresh,
        step=done.stopped,
        source=label,
        at=job.at,
        process=os.getpid(),
    )
    outcome.save(errand.store, told)
    if done.fresh:
        job.arrivals.clear()
        return [softened(problem) for problem in told.problems]
    return list(told.problems)
