"""`notanker plan render`: the pages of a plan in a folder, to look at before it is signed."""

from __future__ import annotations

from pathlib import Path

import click

from notanker.cli.output import fail, say_aloud
from notanker.cli.plan_options import FILE


@click.command("render")
@click.argument("folder", type=FILE)
@click.argument("out", type=FILE)
def render_plan(folder: Path, out: Path) -> None:
    """Write the pages of the plan in FOLDER into OUT, as the staff will see them; open OUT/de/index.html.

    There is no state of the line on them: that is known at the site alone.
    """
    from notanker.cli.plan_desk import beside, desk, pages

    with desk(folder) as client:
        found = beside(pages(client))
    try:
        for name, text in found.items():
            path = out / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
    except OSError as error:
        reason = error.strerror or str(error)
        fail(f"{out}: {reason}.", f"{out}: {reason}.")
    start = out / "de" / "index.html"
    say_aloud(f"{len(found)} Seiten; öffnen: {start}", f"{len(found)} pages; open {start}")
