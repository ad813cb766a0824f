"""Who is measured: what the bench needs of a program that keeps a site on the internet."""

from collections.abc import Callable, Mapping
from subprocess import Popen
from typing import Protocol

from bench.keepalived import DEFAULT, USUAL, Keepalived
from bench.measure import descendants, tail, tree

from notanker_lab import Lab
from notanker_lab.stage import Stage

WAIT_TO_RESTORE_S = 5.0
_READY_S = 40.0


class Peer(Protocol):
    """One program in one lab.

    Attributes:
        name: As in the table.
        tells_people: Whether it sends SMS.
    """

    name: str
    tells_people: bool

    def start(self, lab: Lab) -> None:
        """Start it, and return when it watches the line and is at rest.

        Raises:
            LabError: it does not come up.
        """

    def stop(self) -> None:
        """End it."""

    def pids(self) -> dict[str, list[int]]:
        """Give its processes of this moment by part."""

    def said(self) -> str:
        """Give the end of what it logged, for a run that failed."""


class Notanker:
    """Agent, plugin child, portal and a centre, exactly as the lab's stage puts them up."""

    name = "notanker"
    tells_people = True

    def __init__(self, wait_to_restore_s: float) -> None:
        self._wait_to_restore_s = wait_to_restore_s
        self._agent: Popen[bytes] | None = None

    def start(self, lab: Lab) -> None:
        """Start it, and wait until both lines are proven and the plan is in force."""
        self._lab = lab
        # Sixty seconds between beats is what a site has; the stage's own default is quicker.
        stage = Stage(lab, wait_to_restore_s=self._wait_to_restore_s, beat_s=60.0)
        text = stage.config.read_text(encoding="utf-8")
        stage.config.write_text(text.replace("proof_s = 60\n", "proof_s = 900\n"), encoding="utf-8")
        self._centre = stage.start_centre()
        self._portal = stage.start_portal()
        self._agent = stage.start_agent()
        stage.wait_until_calm(_READY_S)

    def stop(self) -> None:
        """End it."""
        for process in filter(None, (self._agent, self._portal, self._centre)):
            self._lab.end(process)

    def pids(self) -> dict[str, list[int]]:
        """Give the agent, its plugin child and the portal; the centre is no part of a site."""
        assert self._agent is not None
        agent = self._agent.pid
        return {
            "agent": [agent],
            "plugin": descendants(agent),
            "portal": tree(self._portal.pid),
        }

    def said(self) -> str:
        """Give the end of the agent's log."""
        return "" if self._agent is None else tail(self._lab, self._agent)


# Each is made with the wait to restore in seconds, where it has such a thing.
PEERS: Mapping[str, Callable[[float], Peer]] = {
    "notanker": Notanker,
    "keepalived": lambda _: Keepalived(DEFAULT),
    "keepalived-2x3": lambda _: Keepalived(USUAL),
}
