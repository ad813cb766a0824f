"""`notanker plan`: check a plan, sign it, take it into force."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from notanker.cli.exits import OK, WRONG
from notanker.cli.output import fail, json_option, print_json, print_problems, say, say_aloud
from notanker.errors import errors_of
from notanker.shell import clock

if TYPE_CHECKING:
    from notanker.plan.trust.checking import Trust


FILE: Final = click.Path(path_type=Path)
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


@click.group()
def plan() -> None:
    """Check an emergency plan, sign it, or take it into force."""


@plan.command("check")
@click.argument("folder", type=FILE)
@json_option
def check_plan(folder: Path, as_json: bool) -> None:
    """List every problem of the plan in FOLDER."""
    from notanker.plan.load import load

    found, problems = load(folder)
    if as_json:
        print_json(problems)
    else:
        print_problems(problems, err=False)
        count = len(problems)
        click.echo(say(f"{count} Befunde", f"{count} findings"))
    raise SystemExit(WRONG if found is None or errors_of(problems) else OK)


@plan.command("accept")
@click.argument("folder", type=FILE)
@click.option("--store", type=FILE, default=Path("/var/lib/notanker/plans"), show_default=True)
@trust_options
def accept_plan(folder: Path, store: Path, **trusted: Any) -> None:
    """Take the plan in FOLDER into force: check signatures and files, render, switch."""
    from notanker.plan.accept import accept

    accepted = accept(folder, store, trust_of(store, **trusted), time_if_trusted())
    print_problems(accepted.problems)
    raise SystemExit(OK if accepted.fresh else WRONG)


@plan.command("pack")
@click.argument("folder", type=FILE)
def pack(folder: Path) -> None:
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
        write(folder / MANIFEST, manifest_of(files, found.head))
        for item in files:  # what was signed is another manifest now
            if belongs(item.name) and item.name != MANIFEST:
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


@plan.command("verify")
@click.argument("folder", type=FILE)
@click.option("--store", type=FILE, default=Path("/var/lib/notanker/plans"), show_default=True)
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
