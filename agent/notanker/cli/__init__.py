"""The command line: `notanker`.

Exit statuses: 0 all is well; 1 what was asked about is not well; 2 the call, the configuration or the
plan is wrong; 3 the agent does not answer. What reads has `--json`.
"""

from __future__ import annotations

import sys


def main() -> None:
    """Do what the command line says.

    The agent stays for months and is the first thing to run after a power cut: a plain `notanker run`
    goes past the library that reads all other calls, and carries none of it.
    """
    from notanker.cli.agent import plain, run_agent

    wanted = plain(sys.argv[1:])
    if wanted is not None:
        run_agent(wanted)
        return
    from notanker.cli.commands import notanker

    notanker(prog_name="notanker")
