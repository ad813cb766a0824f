"""notanker without its network: the real journal, outbox and plugin child, in a process of its own."""

import json
import os
import sys
from pathlib import Path

from bench.modems.program import Program

_CHECKOUT = Path(__file__).resolve().parents[2]


class Notanker(Program):
    """The agent's own way of an SMS."""

    name = "notanker"

    def prepare(self) -> None:
        """Make the pipe by which messages come, which only this bench has."""
        os.mkfifo(self.folder / "messages")

    def command(self) -> list[str]:
        """Give the command line of the part of the agent that carries messages."""
        agent = _CHECKOUT / "bench" / "modems" / "carrier.py"
        return [sys.executable, "-P", str(agent), str(self.port), str(self.folder)]

    def send(self, number: str, text: str, serial: int) -> None:
        """Hand over one message."""
        with (self.folder / "messages").open("w", encoding="utf-8") as pipe:
            pipe.write(json.dumps([number, text, serial]) + "\n")
