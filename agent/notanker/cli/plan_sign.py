"""`notanker plan pack`, `sign`, `verify`, `heartbeat`: who stands for a plan."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import click

from notanker.cli.exits import OK, WRONG
from notanker.cli.output import fail, print_problems, say, say_aloud
from notanker.cli.plan_options import FILE, store_option, time_if_trusted, trust_of, trust_options
from notanker.errors import errors_of
from notanker.shell import clock


@click.command("pack")
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


@click.command("sign")
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


@click.command("heartbeat")
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


@click.command("verify")
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
