"""The command line: `notanker`.

Exit statuses: 0 all is well; 1 what was asked about is not well; 2 the call, the configuration or the
plan is wrong; 3 the agent does not answer. What reads has `--json`.
"""

from __future__ import annotations

import click

from notanker import __version__
from notanker.cli import central, check, daemons, incidents, plan, show


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="notanker")
def main() -> None:
    """Keep a site reachable, informed and led when its internet line fails."""


for command in (
    daemons.run,
    daemons.portal,
    central.central,
    daemons.demo,
    daemons.clear,
    check.check,
    show.status,
    show.plugins,
    incidents.incidents,
    plan.plan,
):
    main.add_command(command)
