"""Runs the system's own tools, `nft` and `tc`, with the one right they need; never on the way of a switch.

A call takes 3 to 5 ms on two x86 cores. It blocks, and hands its right on by its own thread alone, so it
belongs into a thread (`asyncio.to_thread`).
"""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from typing import Final

from notanker.errors import NotankerError
from notanker.shell import rights

LONGEST_S: Final = 10.0
PACKAGES: Final = {"nft": "nftables", "tc": "iproute2"}
_MAX_WORDS: Final = 300


class ToolError(NotankerError):
    """The tool is missing, or did not do what was wanted; the text says why."""


def run(command: Sequence[str], text: str = "") -> bytes:
    """Run a tool and return what it says.

    Args:
        command: The tool, one of `PACKAGES`, and its arguments.
        text: What it reads from standard input.

    Raises:
        ToolError: there is no such tool, no right, or it refuses.
    """
    tool = command[0]
    try:
        with rights.handed_on(rights.CAP_NET_ADMIN):
            done = subprocess.run(
                command, input=text.encode(), capture_output=True, timeout=LONGEST_S, check=False
            )
    except FileNotFoundError as error:
        raise ToolError(f"there is no {tool} (Debian package {PACKAGES[tool]})") from error
    except (OSError, subprocess.SubprocessError) as error:
        raise ToolError(str(error)) from error
    if done.returncode:
        raise ToolError(_first_line(done.stderr) or f"{tool} failed")
    return done.stdout


def _first_line(said: bytes) -> str:
    return said.decode("utf-8", "replace").strip().partition("\n")[0][:_MAX_WORDS]
