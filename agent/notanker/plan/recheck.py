"""Asks anew whether the plan in force may be: keys expire and are revoked, disks age, numbers go on.

Whatever is found, the plan stays where it is and can be read; what is wrong with it is told.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from notanker.core.moment import Moment
from notanker.errors import Place, Problem, errors_of
from notanker.plan import outcome
from notanker.plan import store as disk
from notanker.plan.catalogue import CATALOGUE
from notanker.plan.files import files_of
from notanker.plan.fingerprint import fingerprint
from notanker.plan.outcome import Standing
from notanker.plan.trust import ratchet
from notanker.plan.trust.catalogue import CATALOGUE as TRUST
from notanker.plan.trust.checking import Trust, check
from notanker.plan.trust.heartbeat import Heartbeat, hear


def recheck(source: Path, store: Path, trust: Trust | None, at: Moment) -> Standing:
    """Ask how the plan in force stands.

    Args:
        source: The folder in which plans arrive, and with them the heartbeat.
        store: Where the plan in force is.
        trust: Whose plans are taken; without it, any.
        at: The moment.

    Raises:
        BlockingIOError: a plan is being accepted just now.
        OSError: what was found cannot be remembered.
    """
    with disk.alone(store):  # else a number that is remembered meanwhile would be forgotten again
        before = outcome.standing(store) or Standing()
        folder = disk.in_force(store)
        if folder is None:
            return Standing(contact=before.contact, latest=before.latest)
        return _asked(before, folder, source, trust, at)


def _asked(
    before: Standing, folder: Path, source: Path, trust: Trust | None, at: Moment
) -> Standing:
    problems = _intact(folder)
    plan = disk.fingerprint_in(folder)
    if trust is None:
        return _standing(before, plan, problems, at)
    now = dt.datetime.fromtimestamp(at.wall_s, dt.UTC) if at.trusted else None
    case = check(files_of(folder / "source")[0], trust, now)
    problems += case.problems
    if not errors_of(problems):  # finishes what a power cut after the switch left open
        ratchet.save(trust.memory, case.advanced)
    heard, wrong = hear(source, trust.keys, case.at, now)
    problems += wrong
    contact, latest = _contact(before, heard)
    if case.manifest is not None and latest > case.manifest.seq:
        problems.append(TRUST.problem("newer-exists", Place(), seq=latest))
    return _standing(before, plan, problems, at, contact, latest)


def _intact(folder: Path) -> list[Problem]:
    try:
        if fingerprint(folder / "source") == disk.fingerprint_in(folder):
            return []
    except OSError:
        pass  # what cannot be read is damaged too
    return [CATALOGUE.problem("damaged", Place(str(folder)))]


def _standing(
    before: Standing,
    plan: str,
    problems: list[Problem],
    at: Moment,
    contact: Moment | None = None,
    latest: int = 0,
) -> Standing:
    known = before if before.fingerprint == plan else Standing()
    bad = bool(errors_of(problems))
    return Standing(
        fingerprint=plan,
        good=known.good if bad else at,
        lapsed=(known.lapsed or at) if bad else None,
        problems=tuple(problems[: outcome.MAX_PROBLEMS]),
        contact=contact,
        latest=latest,
    )


def _contact(before: Standing, heard: Heartbeat | None) -> tuple[Moment | None, int]:
    """Return the latest contact: a heartbeat of old that is played in again counts for nothing."""
    if heard is None:
        return before.contact, before.latest
    signed = Moment(0.0, heard.time.timestamp())
    if before.contact is not None and before.contact.wall_s >= signed.wall_s:
        return before.contact, before.latest
    return signed, heard.seq
