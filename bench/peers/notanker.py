"""notanker as it is shipped: agent, plugin child and portal in the site, and a centre."""

import shutil
from pathlib import Path
from subprocess import Popen

from bench.costs import descendants, tree
from bench.peers.peer import tail

from notanker_lab import Lab, addresses, control
from notanker_lab.stage import AGENT_UID, PLAN, Stage

_READY_S = 60.0

_GATEWAY = """[gateway]
mode = "gateway"
lan = ["lan"]
nat = "{nat}"

[failover]
"""

# On LTE a gateway lets pass what the plan calls core services: here the users' echoes.
_SERVICES = f"""
[[service]]
id = "echo"
name.de = "Echo"
name.en = "Echo"
core = true
channels = ["voice"]
hosts = ["{addresses.ECHO}:7000"]
"""


class Notanker:
    """The lab's own stage, with the intervals of a site.

    Args:
        wait_to_restore_s: how long the primary must be well before traffic goes back.
        grows: whether flapping doubles that, as shipped; not where one lab meets many cuts.
        nat: how it hides the LAN as the site's gateway, "masquerade" or "snat"; "" where there is none.
    """

    name = "notanker"
    tells_people = True
    patience_s = 20.0

    def __init__(self, wait_to_restore_s: float, grows: bool, nat: str) -> None:
        self._wait_s, self._grows, self._nat = wait_to_restore_s, grows, nat
        self._agent: Popen[bytes] | None = None

    def prepare(self, lab: Lab) -> None:
        """Write its configuration, and start centre and portal."""
        self._lab = lab
        plan = _plan_with_echoes(lab) if self._nat else PLAN
        # Sixty seconds between beats and a proof each 15 minutes are what a site has.
        self._stage = Stage(
            lab, wait_to_restore_s=self._wait_s, beat_s=60.0, proof_s=900.0, plan=plan
        )
        if not self._grows:
            self._stage.configure("[failover]\n", f"[failover]\nmost_wait_s = {self._wait_s}\n")
        if self._nat:
            self._serve_lan()
        self._stage.start_centre()
        self._portal = self._stage.start_portal()

    def launch(self) -> None:
        """Start the agent."""
        self._agent = self._stage.start_agent()

    def rest(self) -> None:
        """Wait until both lines are proven, the plan is in force and the gateway knows it."""
        self._stage.wait_until_calm(_READY_S)
        if self._nat:
            control.wait_until(self._lets_echoes_pass, _READY_S, "the gateway's rules stand")

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

    def _serve_lan(self) -> None:
        """Make it the gateway of the LAN; the lab translates nothing for it."""
        self._lab.topology.nat("site", "none")
        nat = addresses.SITE_PRIMARY if self._nat == "snat" else self._nat
        self._stage.configure("[failover]\n", _GATEWAY.format(nat=nat))

    def _lets_echoes_pass(self) -> bool:
        done = self._lab.exec("site", ["nft", "list", "table", "inet", "notanker"])
        return addresses.ECHO in done.stdout


def _plan_with_echoes(lab: Lab) -> Path:
    """Give the example plan with the users' echoes as its core service."""
    folder = lab.scratch("plan", AGENT_UID)
    shutil.copytree(PLAN, folder, dirs_exist_ok=True)
    (folder / "services.toml").write_text(_SERVICES, encoding="utf-8")
    return folder
