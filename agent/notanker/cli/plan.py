"""`notanker plan`: check a plan, sign it, take it into force."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from notanker.cli.exits import OK, UNWELL, WRONG
from notanker.cli.output import fail, json_option, print_json, print_problems, say, say_aloud
from notanker.errors import errors_of
from notanker.shell import clock

if TYPE_CHECKING:
    from notanker.plan.outcome import Outcome, Standing
    from notanker.plan.trust.checking import Trust


FILE: Final = click.Path(path_type=Path)
MAX_MEMORY_BYTES: Final = 512 * 1024 * 1024
"""Address space of an acceptance that the agent started; measured: 50 MB for the sample plan."""
MAX_CPU_S: Final = 60
"""Its processor time; measured: 1 s for the sample plan on x86."""
F = TypeVar("F", bound=Callable[..., Any])


def trust_options(command: F) -> F:
    """Add the options that say whose plans are taken."""
    for option in (
        click.option("--id", "plan_id", default="", help="Take the plan of this id alone."),
        click.option("--signers", default=1, show_default=True, help="So many must have signed."),
        click.option("--revoked", type=FILE, help="Keys that no longer count."),
        click.option(
            "--allowed-signers", type=FILE, help="Whose signatures count (ssh-keygen(1))."
        ),
    ):
        command = option(command)
    return command


def trust_of(
    store: Path, allowed_signers: Path | None, revoked: Path | None, signers: int, plan_id: str
) -> Trust | None:
    """Return whose plans are taken, None for anybody's."""
    from notanker.plan.trust.checking import Trust
    from notanker.plan.trust.sshsig import Keys

    if allowed_signers is None:
        return None
    return Trust(Keys(allowed_signers, revoked), store, plan_id, signers)


def time_if_trusted() -> dt.datetime | None:
    """Return the time, None while the clock is not synchronised."""
    return dt.datetime.fromtimestamp(clock.wall_s(), dt.UTC) if clock.trusted() else None


store_option = click.option(
    "--store", type=FILE, default=Path("/var/lib/notanker/plans"), show_default=True
)
bounded_option = click.option(
    "--bounded", is_flag=True, help="Take no more memory and time than the agent spares for it."
)


def keep_within_bounds() -> None:
    """Bound this process and all that it starts: a plan made for harm must not cost the box its memory."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_CPU_S, MAX_CPU_S))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


@click.group()
def plan() -> None:
    """Check an emergency plan, sign it, or take it into force."""


@plan.command("check")
@click.argument("folder", type=FILE)
@json_option
def check_plan(folder: Path, as_json: bool) -> None:
    """List every problem of the plan in FOLDER."""
    from notanker.plan import wording
    from notanker.plan.load import load

    found, problems = load(folder)
    problems += wording.findings(found) if found is not None else []
    if as_json:
        print_json(problems)
    else:
        print_problems(problems, err=False)
        for item, words, took_s in wording.announcements(found) if found is not None else []:
            click.echo(
                say(
                    f"{item.file}: gesprochen {words} Wörter, etwa {took_s:.0f} Sekunden",
                    f"{item.file}: spoken {words} words, about {took_s:.0f} seconds",
                )
            )
        count = len(problems)
        click.echo(say(f"{count} Befunde", f"{count} findings"))
    raise SystemExit(WRONG if found is None or errors_of(problems) else OK)


@plan.command("diff")
@click.argument("old", type=FILE)
@click.argument("new", type=FILE)
@json_option
def diff_plans(old: Path, new: Path, as_json: bool) -> None:
    """List what differs between the plans in OLD and NEW, by record and field.

    Exit status 1 if anything does, as with diff(1).
    """
    from notanker.cli.plan_diff import told
    from notanker.plan.diff import changes
    from notanker.plan.load import load

    plans = []
    for folder in (old, new):
        found, problems = load(folder)
        if found is None:
            print_problems(errors_of(problems))
            raise SystemExit(WRONG)
        plans.append(found)
    different = changes(*plans)
    if as_json:
        print_json(different)
    else:
        for change in different:
            click.echo(told(change))
    raise SystemExit(UNWELL if different else OK)


@plan.command("accept")
@click.argument("folder", type=FILE)
@store_option
@bounded_option
@trust_options
def accept_plan(folder: Path, store: Path, bounded: bool, **trusted: Any) -> None:
    """Take the plan in FOLDER into force: copy, check signatures and files, render, look at it, switch."""
    if bounded:
        keep_within_bounds()
    from notanker.cli.plan_view import viewed
    from notanker.plan import outcome
    from notanker.plan.accept import accept

    trust, at = trust_of(store, **trusted), clock.Clock().now()
    accepted = accept(folder, store, trust, time_if_trusted(), viewed)
    print_problems(accepted.problems)
    told = outcome.outcome_of(
        accepted.problems,
        accepted=accepted.fresh,
        step=accepted.stopped,
        source=str(folder),
        at=at,
        process=os.getpid(),
    )
    _leave_word(store, told)
    _recheck(folder, store, trust)
    raise SystemExit(OK if accepted.fresh else WRONG)


@plan.command("recheck")
@click.argument("folder", type=FILE)
@store_option
@bounded_option
@trust_options
def recheck_plan(folder: Path, store: Path, bounded: bool, **trusted: Any) -> None:
    """Check anew the plan in force, and hear the heartbeat that lies in FOLDER."""
    if bounded:
        keep_within_bounds()
    standing = _recheck(folder, store, trust_of(store, **trusted))
    print_problems(standing.problems if standing else ())
    raise SystemExit(OK if standing and standing.good and not standing.lapsed else WRONG)


def _recheck(folder: Path, store: Path, trust: Trust | None) -> Standing | None:
    from notanker.plan.recheck import recheck

    try:
        standing = recheck(folder, store, trust, clock.Clock().now())
    except OSError as error:
        _not_written(store, error)
        return None
    _leave_word(store, standing)
    return standing


def _leave_word(store: Path, word: Outcome | Standing) -> None:
    from notanker.plan.outcome import save

    try:
        save(store, word)
    except (
        OSError
    ) as error:  # a full disk: whoever started this hears of it by the word that is missing
        _not_written(store, error)


def _not_written(store: Path, error: OSError) -> None:
    reason = error.strerror or str(error)
    say_aloud(f"{store}: nicht geschrieben: {reason}.", f"{store}: not written: {reason}.")


@plan.command("pack")
@click.argument("folder", type=FILE)
@click.option(
    "--min-agent", metavar="VERSION", help="The oldest notanker that understands the plan."
)
def pack(folder: Path, min_agent: str | None) -> None:
    """List all files of the plan in FOLDER in its manifest.json, which is what gets signed."""
    from notanker.plan.files import MANIFEST, belongs, files_of
    from notanker.plan.load import load
    from notanker.plan.store import write
    from notanker.plan.trust.manifest import manifest_of

    found, problems = load(folder)
    print_problems(errors_of(problems))
    if found is None or errors_of(problems):
        fail("So nicht: erst die Fehler beheben.", "Not like this: mend the errors first.")
    try:
        files = files_of(folder)[0]
        write(folder / MANIFEST, manifest_of(files, found.head, min_agent))
        for item in files:  # what was signed is another manifest now
            if belongs(item.name) and item.name.startswith(f"{MANIFEST}."):
                item.path.unlink()
    except OSError as error:
        reason = error.strerror or str(error)
        fail(f"{folder}: {reason}.", f"{folder}: {reason}.")
    seq, count = found.head.seq, sum(not belongs(item.name) for item in files)
    say_aloud(
        f"Plan {found.head.id}, Nummer {seq}, {count} Dateien: jetzt unterschreiben.",
        f"Plan {found.head.id}, number {seq}, {count} files: now sign it.",
    )


@plan.command("sign")
@click.argument("folder", type=FILE)
@click.option("--key", type=FILE, required=True, help="Your private SSH key, or the public one.")
@click.option("--name", default="", help="Tells several signatures apart, such as 'approver'.")
def sign_plan(folder: Path, key: Path, name: str) -> None:
    """Sign the manifest of the plan in FOLDER."""
    from notanker.plan.files import MANIFEST
    from notanker.plan.trust.sshsig import SignatureError, sign

    signature = folder / f"{MANIFEST}{f'.{name}' if name else ''}.sig"
    try:
        sign(folder / MANIFEST, key, signature)
    except (SignatureError, OSError) as error:
        fail(f"Nicht unterschrieben: {error}.", f"Not signed: {error}.")
    say_aloud(f"Unterschrieben: {signature}", f"Signed: {signature}")


@plan.command("heartbeat")
@click.argument("folder", type=FILE)
@click.option("--key", type=FILE, required=True, help="The key for heartbeat@notanker alone.")
def sign_heartbeat(folder: Path, key: Path) -> None:
    """Sign in FOLDER, each day, that its plan is the latest: so a box notices what is kept from it."""
    from notanker.plan.files import HEARTBEAT, MANIFEST, content_of
    from notanker.plan.store import write
    from notanker.plan.trust import sshsig
    from notanker.plan.trust.heartbeat import heartbeat_of
    from notanker.plan.trust.manifest import MAX_MANIFEST_BYTES, read

    manifest, problems = read(content_of(folder / MANIFEST, MAX_MANIFEST_BYTES) or b"")
    if manifest is None:
        print_problems(problems)
        raise SystemExit(WRONG)
    file, now = folder / HEARTBEAT, dt.datetime.fromtimestamp(clock.wall_s(), dt.UTC)
    try:
        write(file, heartbeat_of(manifest.seq, now))
        sshsig.sign(file, key, folder / f"{HEARTBEAT}.sig", sshsig.HEARTBEAT)
    except (sshsig.SignatureError, OSError) as error:
        fail(f"Nicht unterschrieben: {error}.", f"Not signed: {error}.")
    say_aloud(f"Unterschrieben: {file}", f"Signed: {file}")


@plan.command("verify")
@click.argument("folder", type=FILE)
@store_option
@trust_options
def verify_plan(folder: Path, store: Path, **trusted: Any) -> None:
    """Check signatures, number and files of the plan in FOLDER, as a box would."""
    from notanker.plan.files import files_of
    from notanker.plan.trust.checking import check

    trust = trust_of(store, **trusted)
    if trust is None:
        fail("--allowed-signers fehlt.", "--allowed-signers is missing.")
    checked = check(files_of(folder)[0], trust, time_if_trusted())
    print_problems(checked.problems)
    for signer in checked.signers:
        click.echo(f"{signer.name}  {signer.fingerprint}")
    if checked.manifest is not None and not errors_of(checked.problems):
        head = checked.manifest
        click.echo(
            say(
                f"Gilt: {head.site}, Nummer {head.seq}, herausgegeben am {head.issued}.",
                f"Good: {head.site}, number {head.seq}, issued on {head.issued}.",
            )
        )
    raise SystemExit(WRONG if errors_of(checked.problems) else OK)
