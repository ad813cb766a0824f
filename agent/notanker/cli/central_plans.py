"""`notanker central plan`: emergency plans are rolled out in stages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from notanker.cli.central_open import become_its_user, read_central
from notanker.cli.output import fail, json_option, print_json, say

if TYPE_CHECKING:
    from notanker_central import CentralConfig


@click.group("plan")
def plan() -> None:
    """Roll emergency plans out in stages, and see who has which."""


@plan.command("roll-out")
@click.argument("sites", nargs=-1)
@click.option("--region", default=None, help="All sites of this region.")
@click.option("--all", "everybody", is_flag=True, help="All sites.")
@click.option("--anyway", is_flag=True, help="Go on though sites have not taken their plan.")
@click.pass_obj
def roll_out(
    config_path: Path, sites: tuple[str, ...], region: str | None, everybody: bool, anyway: bool
) -> None:
    """Release the plans that lie in the depot to SITES, to a region, or to all."""
    import notanker_central

    config = _staged(config_path)
    if not (sites or region or everybody):
        fail("Kein Standort ist gewählt.", "No site is chosen.")
    done = notanker_central.roll_out(config, sites, region, everybody=everybody, anyway=anyway)
    if done.unknown:
        name = done.unknown[0]
        fail(f"Einen Standort {name} gibt es nicht.", f"There is no site {name}.")
    for site, seq in done.released:
        click.echo(say(f"{site}: Plan {seq} freigegeben", f"{site}: plan {seq} released"))
    for site in done.not_ready:
        click.echo(say(f"{site}: kein ganzer Plan", f"{site}: no whole plan"))
    if done.late and not anyway:
        names = ", ".join(one.site for one in done.late[:10])
        fail(
            f"Angehalten: {names} hat den freigegebenen Plan nicht angenommen. Dort nachsehen oder --anyway.",
            f"Stopped: {names} has not taken the plan released to it. Look there, or --anyway.",
        )


@plan.command("status")
@json_option
@click.pass_obj
def plan_status(config_path: Path, as_json: bool) -> None:
    """Show to which sites which plan was released, and who has taken it."""
    import notanker_central

    found = notanker_central.plan_releases(_staged(config_path))
    if as_json:
        print_json({"releases": found})
        return
    words = {
        "taken": ("angenommen", "taken"),
        "waiting": ("noch nicht", "not yet"),
        "silent": ("stumm", "silent"),
        "late": ("nicht angenommen", "not taken"),
    }
    for one in found:
        german, english = words[one.state]
        click.echo(
            say(
                f"{one.site}: Plan {one.seq} freigegeben, {german} (hat {one.has})",
                f"{one.site}: plan {one.seq} released, {english} (has {one.has})",
            )
        )


def _staged(path: Path) -> CentralConfig:
    config = read_central(path)
    become_its_user(config)
    if not config.plans.folder or not config.plans.staged:
        fail(
            "Pläne werden hier nicht in Stufen ausgegeben: [plans] folder und staged = true.",
            "Plans are not rolled out in stages here: [plans] folder and staged = true.",
        )
    return config
