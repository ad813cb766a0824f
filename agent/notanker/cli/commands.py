"""All commands. Each is imported when it is called: none waits for what only another one needs."""

from __future__ import annotations

from importlib import import_module
from typing import Final

import click

from notanker import __version__

PLACES: Final = {
    "run": "daemons",
    "portal": "daemons",
    "central": "central",
    "enrol": "enrol",
    "demo": "daemons",
    "clear": "daemons",
    "check": "check",
    "status": "show",
    "plugins": "show",
    "incidents": "incidents",
    "plan": "plan",
    "modem": "modem",
    "orders": "orders",
    "drafts": "drafts",
    "panel": "panel",
}
"""The commands by name, and the module that holds each."""


class Commands(click.Group):
    """A group that imports a command when it is asked for it."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        del ctx
        return sorted(PLACES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of that name, None if there is none."""
        del ctx
        if cmd_name not in PLACES:
            return None
        found: click.Command = getattr(import_module(f"notanker.cli.{PLACES[cmd_name]}"), cmd_name)
        return found


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="notanker")
def notanker() -> None:
    """Keep a site reachable, informed and led when its internet line fails."""
