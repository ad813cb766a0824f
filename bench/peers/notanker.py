"""notanker as it is shipped: agent, plugin child and portal in the site, and a centre."""

from subprocess import Popen

from bench.costs import descendants, tree
from bench.peers.peer import tail

from notanker_lab import Lab
from notanker_lab.stage import Stage

_READY_S = 60.0


class Notanker:
    """The lab's own stage, with the intervals of a site.

    Args:
        wait_to_restore_s: how long the primary must be well before traffic goes back.
        grows: whether flapping doubles that, as shipped; not where one lab meets many cuts.
    """

    name = "notanker"
    tells_people = True
    patience_s = 20.0

    def __init__(self, wait_to_restore_s: float, grows: bool) -> None:
        self._wait_s, self._grows = wait_to_restore_s, grows
        self._agent: Popen[bytes] | None = None

    def prepare(self, lab: Lab) -> None:
        """Write its configuration, and start centre and portal."""
        self._lab = lab
        # Sixty seconds between beats and a proof each 15 minutes are what a site has.
        self._stage = Stage(lab, wait_to_restore_s=self._wait_s, beat_s=60.0, proof_s=900.0)
        if not self._grows:
            self._stage.configure("[failover]\n", f"[failover]\nmost_wait_s = {self._wait_s}\n")
        self._stage.start_centre()
        self._portal = self._stage.start_portal()

    def launch(self) -> None:
        """Start the agent."""
        self._agent = self._stage.start_agent()

    def rest(self) -> None:
        """Wait until both lines are proven and the plan is in force."""
        self._stage.wait_until_calm(_READY_S)

    def cause(self) -> str:
        """Give the cause of the open incident; else the anchors that it calls silent."""
        status = self._stage.status()
        if status.get("incident"):
            return str(status["incident"]["cause"])
        labels = [text for up in status.get("uplinks", ()) for text in up["silent_anchors"]]
        silent = {text.split()[-1] for text in labels}
        return f"silent anchors: {len(silent)}" if silent else ""

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
