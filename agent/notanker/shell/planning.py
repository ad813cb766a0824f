"""The plan in force: fetched, taken, checked anew each day, and told of, by a process of its own.

Rendering must not stall the loop, and a plan made for harm must not take the agent's memory: so the child
has bounds, and a session of its own that is ended as a whole. It leaves word in the store, which is all
that is read here.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from notanker.config.model import Config
from notanker.core.moment import Moment
from notanker.core.state import Site
from notanker.core.status import PlanStatus
from notanker.errors import Language, Place, Problem, errors_of
from notanker.plan import outcome
from notanker.plan import store as disk
from notanker.plan.accepted import Accepted, current
from notanker.plan.load import load
from notanker.plan.model import Plan
from notanker.plan.outcome import Outcome, Standing
from notanker.shell import clock, thrift
from notanker.shell.fetching import Fetching
from notanker.shell.logs import Log
from notanker.shell.nameservers import Servers

ACCEPT_S: Final = 120.0
FETCH_S: Final = 240.0
"""A source may take so long."""
RECHECK_S: Final = 86_400.0
FOLLOW_S: Final = 15.0
"""After so long a plan is noticed that somebody else took into force: a technician at the keyboard."""
MOST_WORDS: Final = 20
"""So many texts that could not be used are told, each once."""
CONTACT_S: Final = 30 * 86_400.0
"""A heartbeat of whoever hands out plans that is older is told (the portal's yellow)."""


class Planning:
    """Keeps the plan in force, and knows how it stands; `changed` is told of either.

    Args:
        config: The site's.
        changed: Is told.
        log: Where changes are logged.
        site: Tells the state of the site: where traffic goes, and what of the data is left.
        servers: The name servers of each line; without any, those of the configuration.
    """

    def __init__(
        self,
        config: Config,
        changed: Callable[[], None],
        log: Log,
        site: Callable[[], Site] | None = None,
        servers: Servers | None = None,
    ) -> None:
        self._config = config
        self._changed = changed
        self._log = log
        self._accepted = plan_in_force(config)
        self._refusal: Outcome | None = None
        self._unusable: dict[Problem, None] = {}
        self._fetching = Fetching(config, site, servers)
        self._told_s: float | None = None  # when to look, since somebody told of a new plan
        self._one_child = asyncio.Lock()  # two SIGHUPs: the second is done once the first is
        self._standing = outcome.standing(config.paths.plan_store) or Standing()

    @property
    def _store(self) -> Path:
        return self._config.paths.plan_store

    @property
    def plan(self) -> Plan | None:
        """The plan in force, None if there is none."""
        return self._accepted.plan

    @property
    def status(self) -> PlanStatus:
        """The plan in short."""
        accepted, standing, refusal = self._accepted, self._standing, self._refusal
        found = len(accepted.problems) + len(standing.problems)
        refused = self._fetching.refused
        if refusal is not None:
            found += len(refusal.problems) + refusal.more
        elif refused is not None:
            found += len(refused.problems)
            refusal = Outcome(
                accepted=False, step="", source=refused.source, at=self._fetching.at,
                problems=refused.problems,
            )  # fmt: skip
        status = PlanStatus(
            findings=found,
            refused=(_why(refusal, "de"), _why(refusal, "en")) if refusal else ("", ""),
            refused_at=refusal.at if refusal else None,
            verified=standing.good,
            lapsed=standing.lapsed,
            contact=standing.contact,
        )
        return _named(status, accepted)

    @property
    def findings(self) -> tuple[str, ...]:
        """What is wrong with it, in the site's language."""
        return tuple(self._findings())

    def words_refused(self, problem: Problem) -> None:
        """Hear that words of the plan could not be used for a message: shipped ones went out instead."""
        if problem not in self._unusable and len(self._unusable) < MOST_WORDS:
            self._unusable[problem] = None

    async def take(self) -> None:
        """Take the plan in its folder, or the one of its sources, into force; or keep the one before.

        Where none can be stored, what is readable of the folder is used as it stands, unless plans must
        be signed.
        """
        if self._fetching.enabled:
            await self._fetch()
        else:
            await self._accept()
        await self._use()

    def fetch_soon(self) -> None:
        """Ask the sources within minutes: one of them has told of a newer plan."""
        if self._told_s is None:
            self._told_s = asyncio.get_running_loop().time() + self._fetching.soon_s()

    async def _use(self) -> None:
        """Use what is in force now; of another plan nothing is known yet to be unusable."""
        before = self._accepted
        self._accepted = await asyncio.to_thread(plan_in_force, self._config)
        if self._accepted.fingerprint != before.fingerprint:
            self._unusable.clear()
        self._look()
        self._changed()
        thrift.give_back()

    async def _look_out(self) -> None:
        """Ask the sources again and again, and notice a plan that somebody else took into force."""
        loop = asyncio.get_running_loop()
        due_s = loop.time() + self._fetching.pause_s()
        while True:
            await asyncio.sleep(FOLLOW_S)
            if self._fetching.enabled and loop.time() >= min(due_s, self._told_s or due_s):
                self._told_s = None  # what is told of while this one is fetched is looked for again
                await self.take()
                due_s = loop.time() + self._fetching.pause_s()
            elif not self._one_child.locked():
                await self._follow()

    async def _follow(self) -> None:
        folder = disk.in_force(self._store)
        if folder is None or folder == self._accepted.folder:
            return
        await self._use()
        self._log.info("plan_followed", fingerprint=self._accepted.fingerprint)

    async def _fetch(self) -> None:
        errand = self._fetching.errand()
        if errand is None:
            return  # the data of this month is spent: the plan in force does until the line is back
        before = self._fetching.results
        sources = len(self._config.plan.sources)
        async with self._one_child:
            process, status = await self._run(
                "fetch", "--errand", "--bounded", data=errand, most_s=ACCEPT_S + sources * FETCH_S
            )
        self._fetching.hear(process, status)
        if self._fetching.results != before:
            self._log.info("plan_fetched", status=status, **self._fetching.results)

    async def _accept(self) -> None:
        process, status = await self._child("accept")
        told = outcome.outcome(self._config.paths.plan_store)
        if told is None or told.process != process:
            told = self._no_word(process, status)
        self._refusal = None if told.accepted else told
        self._log.info(
            "plan_accepted" if told.accepted else "plan_not_accepted", status=status, step=told.step
        )
        for problem in told.problems:
            self._log.warning("plan_problem", problem=problem.sentence("en"))

    async def watch(self) -> None:
        """Check the plan in force, and look out for another."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._check_daily())
            group.create_task(self._look_out())

    async def _check_daily(self) -> None:
        """Check the plan in force once a day: keys expire and disks age without anybody's doing."""
        while True:
            await asyncio.sleep(RECHECK_S)
            await self._child("recheck")
            self._look()
            self._changed()

    def _look(self) -> None:
        before, now = self._standing, outcome.standing(self._config.paths.plan_store) or Standing()
        self._standing = now
        if (now.lapsed is None, now.problems) != (before.lapsed is None, before.problems):
            for problem in now.problems:
                self._log.warning("plan_in_force_problem", problem=problem.sentence("en"))

    def _no_word(self, process: int, status: int | None) -> Outcome:
        """Say what is known of a child that left no word: a full disk, no memory, or no end."""
        # Most acceptances leave word, and the sentences are many.
        from notanker.plan.trust.catalogue import CATALOGUE

        code = "too-slow" if status is None else "no-word"
        problem = CATALOGUE.problem(
            code, Place(str(self._config.paths.plan)), limit=round(ACCEPT_S), status=status
        )
        return Outcome(
            accepted=status == 0,
            step="",
            source=str(self._config.paths.plan),
            at=clock.Clock().now(),
            process=process,
            problems=() if status == 0 else (problem,),
        )

    async def _child(self, command: str) -> tuple[int, int | None]:
        """Run a command on the plan, and return its process and exit status; None if it came to no end."""
        paths = self._config.paths
        folder = paths.arrivals if self._fetching.enabled else paths.plan
        options = ("--store", str(self._store), "--bounded", *_trust(self._config))
        async with self._one_child:
            return await self._run(command, str(folder), *options)

    async def _run(
        self, *arguments: str, data: bytes = b"", most_s: float | None = None
    ) -> tuple[int, int | None]:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "notanker.cli", "plan", *arguments,
            stdin=asyncio.subprocess.PIPE if data else asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        try:
            async with asyncio.timeout(ACCEPT_S if most_s is None else most_s):
                await process.communicate(data or None)
                return process.pid, process.returncode
        except TimeoutError:
            return process.pid, None
        finally:
            if process.returncode is None:  # too slow, or the agent stops: ssh-keygen ends with it
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                await process.wait()

    def _findings(self) -> Iterator[str]:
        language = self._config.site.language
        standing = self._standing
        if self._refusal is not None:
            why = _why(self._refusal, language)
            yield f"Plan refused: {why}" if language == "en" else f"Plan abgelehnt: {why}"
        for problem in self._unusable:
            yield _unused(problem, language)
        first = errors_of(standing.problems)[:1]
        for problem in standing.problems:
            told = problem.sentence(language)
            yield _lapsed(standing, problem.code, told, language) if problem in first else told
        yield from self._fetching.findings(language)
        contact_s = _age_s(standing.contact)
        if contact_s is not None and contact_s > CONTACT_S:
            days = int(contact_s // 86_400)
            yield (
                f"Whoever hands out plans was heard of {days} days ago."
                if language == "en"
                else f"Letzter Kontakt zur Planverteilung vor {days} Tagen."
            )


def _unused(problem: Problem, language: Language) -> str:
    why = problem.sentence(language)
    if language == "en":
        return f"Words of the plan were not used, shipped ones went out: {why}"
    return f"Worte des Plans nicht verwendet, mitgelieferte gingen hinaus: {why}"


def _lapsed(standing: Standing, code: str, why: str, language: Language) -> str:
    since, good = _day(standing.lapsed), _day(standing.good)
    if language == "en":
        what = "is damaged" if code == "damaged" else "is no longer validly signed"
        return f"The plan in force {what} since {since} (last found good on {good}): {why}"
    what = "beschädigt" if code == "damaged" else "nicht mehr gültig unterschrieben"
    return f"Der geltende Plan ist seit {since} {what} (zuletzt gültig geprüft am {good}): {why}"


def _trust(config: Config) -> list[str]:
    """Return the options that say whose plans are taken."""
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


def _named(status: PlanStatus, accepted: Accepted) -> PlanStatus:
    if accepted.plan is None:
        return status
    head = accepted.plan.head
    return replace(
        status,
        id=head.id,
        seq=head.seq,
        version=head.version,
        fingerprint=accepted.fingerprint,
        review_by=head.review_by.isoformat() if head.review_by else "",
    )


def _why(refusal: Outcome, language: Language) -> str:
    """Return the first reason with its place; the rest is counted."""
    serious = errors_of(refusal.problems)
    more = len(serious) - 1 + refusal.more
    why = serious[0].sentence(language) if serious else refusal.step
    return f"{why} (+{more})" if more > 0 else why


def _day(moment: Moment | None) -> str:
    if moment is None or not moment.trusted:
        return "?"
    return clock.local_time(moment.wall_s)[:10]


def _age_s(contact: Moment | None) -> float | None:
    """Return how old the contact is, None where nobody knows."""
    return clock.age_s(contact) if contact is not None and clock.trusted() else None
