"""Takes the plan into force, in a process of its own: rendering must not stall the loop."""

from __future__ import annotations

import asyncio
import sys
from typing import Final

from notanker.config.model import Config
from notanker.core.status import PlanStatus
from notanker.plan.accepted import Accepted, current
from notanker.plan.load import load
from notanker.shell.logs import Log

ACCEPT_S: Final = 120.0


async def accept_plan(config: Config, log: Log) -> Accepted:
    """Accept the plan in its folder and return the one in force then.

    Where none can be stored, what is readable of the folder is used as it stands, unless plans must be
    signed.
    """
    paths = config.paths
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "notanker.cli", "plan", "accept",
        str(paths.plan), "--store", str(paths.plan_store), *_trust(config),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with asyncio.timeout(ACCEPT_S):
            status = await process.wait()
    except TimeoutError:
        process.kill()
        status = await process.wait()
    log.info("plan_accepted" if status == 0 else "plan_not_accepted", status=status)
    return await asyncio.to_thread(plan_in_force, config)


def _trust(config: Config) -> list[str]:
    """Return the options of `plan accept` that say whose plans are taken."""
    plan = config.plan
    if plan.allowed_signers is None:
        return []
    options = ["--allowed-signers", str(plan.allowed_signers), "--signers", str(plan.signers)]
    options += ["--revoked", str(plan.revoked)] if plan.revoked is not None else []
    return options + (["--id", plan.id] if plan.id is not None else [])


def plan_in_force(config: Config) -> Accepted:
    """Return the accepted plan; if there is none and none must be signed, what is readable of the folder."""
    accepted = current(config.paths.plan_store)
    if accepted.plan is not None or config.plan.allowed_signers is not None:
        return accepted
    plan, problems = load(config.paths.plan)
    return Accepted(plan, None, plan.fingerprint if plan else "", tuple(problems))


def plan_status(accepted: Accepted) -> PlanStatus:
    """Return the plan in short."""
    if accepted.plan is None:
        return PlanStatus(findings=len(accepted.problems))
    head = accepted.plan.head
    review_by = head.review_by.isoformat() if head.review_by else ""
    count = len(accepted.problems)
    return PlanStatus(head.id, head.seq, head.version, accepted.fingerprint, count, review_by)
