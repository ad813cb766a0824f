"""`notanker plan`: write an emergency plan, check it, sign it, take it into force."""

from __future__ import annotations

from importlib import import_module
from typing import Final

import click

PLACES: Final = {
    "accept": ("plan_accept", "accept_plan"),
    "check": ("plan_check", "check_plan"),
    "diff": ("plan_diff", "diff_plans"),
    "fetch": ("plan_fetch", "fetch_plan"),
    "graph": ("plan_graph", "graph_plan"),
    "heartbeat": ("plan_sign", "sign_heartbeat"),
    "init": ("plan_init", "init_plan"),
    "pack": ("plan_sign", "pack"),
    "pdf": ("plan_paper", "write_pdf"),
    "poster": ("plan_poster", "poster"),
    "recheck": ("plan_accept", "recheck_plan"),
    "render": ("plan_render", "render_plan"),
    "schema": ("plan_schema", "write_schemas"),
    "show": ("plan_show", "show_plan"),
    "sign": ("plan_sign", "sign_plan"),
    "verify": ("plan_sign", "verify_plan"),
}
"""The commands by name: the module that holds each, and its name there."""


class PlanCommands(click.Group):
    """A group that imports a command when it is asked for it: paper and web pages are heavy."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        del ctx
        return sorted(PLACES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of that name, None if there is none."""
        del ctx
        if cmd_name not in PLACES:
            return None
        module, name = PLACES[cmd_name]
        found: click.Command = getattr(import_module(f"notanker.cli.{module}"), name)
        return found


@click.group(cls=PlanCommands)
def plan() -> None:
    """Write an emergency plan, check it, sign it, or take it into force."""
