"""Puts the product on the lab's stage: agent, portal and centre as a site would run them.

Everything goes through files and commands, as an administrator would do it: nothing of the product is
imported. The agent runs as a user of its own with CAP_NET_ADMIN and CAP_NET_RAW, the others with none.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from notanker_lab import addresses, control
from notanker_lab.errors import LabError
from notanker_lab.reach import CHECKOUT

if TYPE_CHECKING:
    from notanker_lab.lab import Lab

AGENT_UID = 5000
PORTAL_UID = 5001
CENTRE_UID = 5002
SITE = "musterhafen"
PORTAL_PORT = 8080
BOARD_PORT = 8444
BEATS_PORT = 8443
PLAN = CHECKOUT / "examples" / "plan"

_TOML = """
[site]
id = "{site}"
language = "de"

[primary]
interface = "eth0"
resolvers = ["{router}"]

[backup]
interface = "lte0"
gateway = "{stick}"
gateway6 = "{stick6}"
resolvers = ["{stick}"]
modem = "lte1"

[failover]
wait_to_restore_s = {wait_to_restore_s}

[alerts]
sms = [{sms}]

[centre]
url = "https://centre.example:{beats_port}"
key = "{folder}/site.key"
ca = "{folder}/ca.pem"
interval_s = {beat_s}
proof_s = {proof_s}

[portal]
host = "0.0.0.0"
port = {portal_port}

[paths]
state = "{folder}/state"
run = "{folder}/run"
plan = "{plan}"

[[plugin]]
name = "lte1"
kind = "huawei_lte"
[plugin.options]
url = "{stick_api}"
"""

_AT_PLUGIN = """
[[plugin]]
name = "at1"
kind = "at_modem"
[plugin.options]
port = "{port}"
"""

_ANCHOR = """
[[anchor]]
kind = "{kind}"
address = "{address}"
{more}
"""

_CENTRAL = """
[listen]
port = {beats_port}
certificate = "{folder}/centre.pem"
key = "{folder}/centre.key"

[database]
url = "sqlite:///{folder}/central.sqlite"

[board]
listen = "127.0.0.1:{board_port}"
login = false

[[site]]
id = "{site}"
name = "Musterhafen"
interval_s = {beat_s}
grace_s = {grace_s}
"""


class Stage:
    """The product in one lab.

    Args:
        lab: the running lab.
        layers: what the anchors are probed with: "icmp", "dns", "tcp", "http".
        wait_to_restore_s: how long the primary must be well before traffic goes back.
        beat_s: seconds between two heartbeats.
        proof_s: seconds between two heartbeats over the idle backup.
        sms: the channels for SMS in their order: "lte1" is the stick, "at1" a lab's AT modem.
        plan: the emergency plan's folder.
    """

    def __init__(
        self,
        lab: "Lab",
        layers: tuple[str, ...] = ("icmp", "dns", "tcp", "http"),
        wait_to_restore_s: float = 5.0,
        beat_s: float = 5.0,
        plan: Path = PLAN,
        proof_s: float = 60.0,
        sms: tuple[str, ...] = ("lte1",),
    ) -> None:
        self.lab = lab
        self.site = lab.scratch("stage-site", AGENT_UID)
        self.centre = lab.scratch("stage-centre", CENTRE_UID)
        self.config = self.site / "notanker.toml"
        self.central_config = self.centre / "central.toml"
        times = {"wait_to_restore_s": wait_to_restore_s, "beat_s": beat_s, "proof_s": proof_s}
        self._write_site(layers, plan, times, sms)
        self._write_centre(beat_s)

    @property
    def status_file(self) -> Path:
        """What the agent says it knows."""
        return self.site / "run" / "status.json"

    @property
    def python(self) -> str:
        """The interpreter that runs the product."""
        return sys.executable

    def start_agent(self) -> subprocess.Popen[bytes]:
        """Start the agent; it may need a moment until ``status`` has something."""
        return self.lab.popen(
            "site", self.command("run", "--config", str(self.config)), uid=AGENT_UID,
            env={"NOTANKER_STATE": str(self.site / "state")},
        )  # fmt: skip

    def start_portal(self) -> subprocess.Popen[bytes]:
        """Start the portal, without any right."""
        return self.lab.popen(
            "site", self.command("portal", "--config", str(self.config)), uid=PORTAL_UID,
            ambient_caps=(),
        )  # fmt: skip

    def start_centre(self) -> subprocess.Popen[bytes]:
        """Start the centre, without any right."""
        return self.lab.popen(
            "centre", self.command("central", "--config", str(self.central_config)),
            uid=CENTRE_UID, ambient_caps=(),
        )  # fmt: skip

    def notanker(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the product at the site, as root would."""
        return self.lab.exec("site", self.command(*arguments))

    def command(self, *arguments: str) -> list[str]:
        """Give the command line of the product."""
        return [sys.executable, "-m", "notanker.cli", *arguments]

    def configure(self, old: str, new: str) -> None:
        """Change notanker.toml before the agent starts.

        Raises:
            LabError: ``old`` does not stand there.
        """
        text = self.config.read_text(encoding="utf-8")
        if old not in text:
            raise LabError(f"{self.config} does not hold {old!r}.")
        self.config.write_text(text.replace(old, new), encoding="utf-8")

    def status(self) -> dict[str, Any]:
        """Give what the agent says it knows; empty while it has said nothing."""
        try:
            found: dict[str, Any] = json.loads(self.status_file.read_bytes())
        except (OSError, ValueError):
            return {}
        return found

    def wait_for(
        self, what: Callable[[dict[str, Any]], bool], timeout_s: float = 20.0
    ) -> dict[str, Any]:
        """Wait until the agent's status fulfils ``what``, and give it."""
        last: dict[str, Any] = {}

        def fulfilled() -> bool:
            nonlocal last
            last = self.status()
            return bool(last) and what(last)

        control.wait_until(fulfilled, timeout_s, lambda: f"the status is right ({_short(last)})")
        return last

    def wait_until_calm(self, timeout_s: float = 30.0) -> dict[str, Any]:
        """Wait until both lines are proven, the plugin is well and the plan is in force."""
        return self.wait_for(_calm, timeout_s)

    def sites(self) -> list[dict[str, Any]]:
        """Give what the centre knows of its sites."""
        found = self._get("centre", f"http://127.0.0.1:{BOARD_PORT}/api/1/sites")
        listed: list[dict[str, Any]] = found if isinstance(found, list) else found.get("sites", [])
        return listed

    def report(self, number: int) -> str:
        """Give the after-action report as the terminal shows it."""
        arguments = ("incidents", "--config", str(self.config), "report", str(number))
        return self.notanker(*arguments).stdout

    def _get(self, ns: str, url: str) -> Any:
        code = (
            "import sys, urllib.request; "
            "sys.stdout.write(urllib.request.urlopen(sys.argv[1], timeout=5).read().decode())"
        )
        done = self.lab.exec(ns, [sys.executable, "-c", code, url])
        return json.loads(done.stdout or "[]")

    def _write_site(
        self, layers: tuple[str, ...], plan: Path, times: dict[str, float], sms: tuple[str, ...]
    ) -> None:
        text = _TOML.format(
            site=SITE,
            router=addresses.ROUTER,
            stick=addresses.STICK,
            stick6=addresses.STICK6,
            stick_api=addresses.STICK_API,
            folder=self.site,
            plan=plan,
            beats_port=BEATS_PORT,
            portal_port=PORTAL_PORT,
            sms=", ".join(f'"{name}"' for name in sms),
            **times,
        )
        if "at1" in sms:
            text += _AT_PLUGIN.format(port=self.lab.at.port)
        more = {"dns": 'query = "anchor1.example"', "http": 'query = "/generate_204"'}
        for kind in layers:
            for address in addresses.ANCHORS:
                text += _ANCHOR.format(kind=kind, address=address, more=more.get(kind, ""))
        self.config.write_text(text, encoding="utf-8")

    def _write_centre(self, beat_s: float) -> None:
        make_certificate(self.centre, "centre.example")
        shutil.chown(self.centre / "centre.key", CENTRE_UID, CENTRE_UID)
        shutil.copy(self.centre / "ca.pem", self.site / "ca.pem")
        text = _CENTRAL.format(
            folder=self.centre,
            site=SITE,
            beat_s=max(beat_s, 1.0),
            grace_s=max(2 * beat_s, 3.0),
            beats_port=BEATS_PORT,
            board_port=BOARD_PORT,
        )
        self.central_config.write_text(text, encoding="utf-8")
        _secret(self.site / "site.key", self._site_key(), AGENT_UID)

    def _site_key(self) -> str:
        """Have the centre make the site's key, as whoever carries keys by hand would."""
        line = self.command("central", "--config", str(self.central_config), "site-key", SITE)
        done = self.lab.exec("centre", line, uid=CENTRE_UID, ambient_caps=())
        if done.returncode:
            raise LabError(f"The centre made no key for the site: {done.stderr.strip()}")
        return done.stdout.strip()


def make_certificate(folder: Path, name: str) -> None:
    """Make an authority of our own and a certificate for ``name``: ca.pem, centre.pem, centre.key.

    Raises:
        LabError: the openssl program is missing or refuses.
    """
    ca = ["-subj", "/CN=lab authority", "-keyout", "ca.key", "-out", "ca.pem"]
    own = ["-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}"]
    own += ["-CA", "ca.pem", "-CAkey", "ca.key", "-keyout", "centre.key", "-out", "centre.pem"]
    own += ["-addext", "basicConstraints=critical,CA:FALSE"]
    for arguments in (ca, own):
        line = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
        line += ["-nodes", "-days", "2", *arguments]
        try:
            subprocess.run(line, cwd=folder, check=True, capture_output=True, timeout=30)
        except (OSError, subprocess.SubprocessError) as error:
            raise LabError(f"No certificate could be made with openssl: {error}") from error


def _secret(path: Path, text: str, uid: int) -> None:
    path.touch(mode=0o600)
    path.write_text(text, encoding="ascii")
    shutil.chown(path, uid, uid)


def _calm(status: dict[str, Any]) -> bool:
    return (
        all(uplink["verdict"] == "up" for uplink in status["uplinks"])
        and all(plugin["health"] == "ok" for plugin in status["plugins"])
        and bool(status["plan"]["fingerprint"])
        and status["line"] == "primary"
    )


def _short(status: dict[str, Any]) -> str:
    keys = ("line", "uplinks", "plugins", "findings", "heartbeat", "plan")
    return json.dumps({key: status.get(key) for key in keys})[:1500]
