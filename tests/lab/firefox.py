"""Debian's Firefox on a device, driven by Marionette, which is a line of JSON after its length."""

import contextlib
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from notanker_lab import processes
from tests.lab.captive_site import Device, until

# Marionette turns the portal's detection off, as for any test; here it is what is tested.
_PREFERENCES: Final = """
user_pref("network.captive-portal-service.enabled", true);
user_pref("network.captive-portal-service.minInterval", 2000);
user_pref("network.captive-portal-service.maxInterval", 4000);
user_pref("network.connectivity-service.enabled", true);
user_pref("captivedetect.canonicalURL", "http://detectportal.firefox.com/canonical.html");
user_pref("marionette.port", 2828);
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
"""
# It runs on the device, beside Firefox, and passes on what comes in by its standard input.
_PIPE: Final = """
import json, socket, sys
link = socket.create_connection(("127.0.0.1", 2828), timeout=30)
stream = link.makefile("rb")
def take():
    size = b""
    while not size.endswith(b":"):
        size += stream.read(1)
    return stream.read(int(size[:-1])).decode()
print(take(), flush=True)
for line in sys.stdin:
    told = line.strip().encode()
    link.sendall(b"%d:%s" % (len(told), told))
    print(take(), flush=True)
"""
LOCKED, UNLOCKED = 3, 2
"""What nsICaptivePortalService says of a portal: not passed yet, and passed."""
_STATE: Final = """
const service = Cc["@mozilla.org/network/captive-portal-service;1"].getService(Ci.nsICaptivePortalService);
service.recheckCaptivePortal();
return service.state;
"""


class Firefox:
    """A running Firefox."""

    def __init__(self, pipe: "subprocess.Popen[str]") -> None:
        self._pipe, self._number = pipe, 0
        self._take()
        self.do("WebDriver:NewSession")

    def do(self, name: str, **values: Any) -> Any:
        """Give a command and return what it gives."""
        self._number += 1
        assert self._pipe.stdin is not None
        self._pipe.stdin.write(json.dumps([0, self._number, name, values]) + "\n")
        self._pipe.stdin.flush()
        _, _, error, result = self._take()
        assert error is None, error
        return result.get("value") if isinstance(result, dict) else result

    def portal_state(self) -> int:
        """Return what Firefox thinks of the network."""
        self.do("Marionette:SetContext", value="chrome")
        try:
            return int(self.do("WebDriver:ExecuteScript", script=_STATE, args=[]))
        finally:
            self.do("Marionette:SetContext", value="content")

    def text(self, url: str) -> str:
        """Go to a page and return its text."""
        self.do("WebDriver:Navigate", url=url)
        script = "return document.body.innerText;"
        return str(self.do("WebDriver:ExecuteScript", script=script, args=[]))

    def _take(self) -> Any:
        assert self._pipe.stdout is not None
        return json.loads(self._pipe.stdout.readline())


@contextlib.contextmanager
def firefox(device: Device) -> Iterator[Firefox]:
    """Start it with a profile of its own."""
    profile = device.folder / "profile"
    profile.mkdir()
    (profile / "user.js").write_text(_PREFERENCES)
    line: list[str | Path] = ["firefox-esr", "--headless", "--marionette", "--remote-allow-system-access",
            "--profile", profile, "--no-remote"]  # fmt: skip
    env = processes.environment({"HOME": str(device.folder), "MOZ_DISABLE_CONTENT_SANDBOX": "1"})
    with (device.folder / "firefox.log").open("wb") as log:
        browser = subprocess.Popen(device.line(*line), env=env, stdout=log, stderr=log)
    try:
        until(lambda: _listens(device), "Firefox listens", 60)
        with subprocess.Popen(
            device.line("python3", "-c", _PIPE),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        ) as pipe:  # fmt: skip
            yield Firefox(pipe)
    finally:
        browser.terminate()
        browser.wait(20)


def _listens(device: Device) -> bool:
    return ":2828" in device.run("ss", "-Htln", "sport = :2828")
