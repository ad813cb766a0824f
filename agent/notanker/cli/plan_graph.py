"""`notanker plan graph`: the picture of what depends on what."""

from __future__ import annotations

from pathlib import Path

import click

from notanker.cli.exits import WRONG
from notanker.cli.output import fail, print_problems, say, say_aloud
from notanker.cli.plan_options import FILE
from notanker.errors import errors_of
from notanker.plan.model import Scenario


@click.command("graph")
@click.argument("folder", type=FILE)
@click.option("--scenario", "scenario_id", default="", help="Mark what this scenario takes away.")
@click.option("--lang", type=click.Choice(["de", "en"]), help="The language of the picture.")
@click.option(
    "-o", "--output", type=FILE, help="The file; without it the picture goes to the output."
)
def graph_plan(folder: Path, scenario_id: str, lang: str | None, output: Path | None) -> None:
    """Draw what depends on what in the plan in FOLDER, as SVG."""
    from notanker.plan.load import load
    from notanker.plan.picture import picture

    found, problems = load(folder)
    if found is None:
        print_problems(errors_of(problems))
        raise SystemExit(WRONG)
    language = lang or say("de", "en")
    scenarios: dict[tuple[str, str], Scenario] = {
        (item.head.id, item.language): item for item in found.scenarios
    }
    scenario = scenarios.get((scenario_id, language)) or scenarios.get((scenario_id, "de"))
    if scenario_id and scenario is None:
        known = ", ".join(sorted({name for name, _ in scenarios}))
        fail(
            f"Das Szenario „{scenario_id}“ gibt es nicht; vorhanden: {known}.",
            f"There is no scenario '{scenario_id}'; there are: {known}.",
        )
    drawn = picture(found, language, scenario)
    if output is None:
        click.echo(drawn, nl=False)
        return
    try:
        output.write_text(drawn, "utf-8")
    except OSError as error:
        reason = error.strerror or str(error)
        fail(f"{output}: {reason}.", f"{output}: {reason}.")
    say_aloud(f"Gezeichnet: {output}", f"Drawn: {output}")
