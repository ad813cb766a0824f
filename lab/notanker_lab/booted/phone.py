"""A phone beside a machine: the second of its two radios, in a network namespace of its own in the guest.

The radios are the kernel's own simulation (mac80211_hwsim): what the access point and the phone say to each
other is real 802.11, only the air is not.
"""

import shlex
from typing import Final

from notanker_lab.booted.machine import Machine

_RADIO: Final = "wlan1"
_FOLDER: Final = "/run/phone"
_JOIN_S: Final = 60.0
_MOVE: Final = f"""
mkdir -p {_FOLDER} /etc/netns/phone && : >/etc/netns/phone/resolv.conf
ip netns add phone && ip -n phone link set lo up
# Its own alone: the box's may be switched off, which is what a test looks at.
for soft in /sys/class/net/{_RADIO}/phy80211/rfkill*/soft; do echo 0 >"$soft"; done
iw phy "$(cat /sys/class/net/{_RADIO}/phy80211/name)" set netns name phone
"""
# What a phone does with an answer to DHCP: address, way out, name servers; it notes option 114 (RFC 8910).
_LEASE_SCRIPT: Final = f"""#!/bin/sh
case $1 in bound|renew) ;; *) exit 0 ;; esac
ip address flush dev $interface
ip address add $ip/${{mask:-24}} dev $interface
[ -z "$router" ] || ip route replace default via "${{router%% *}}"
: >/etc/resolv.conf
for server in $dns; do echo nameserver $server >>/etc/resolv.conf; done
echo "$opt114" >{_FOLDER}/portal
"""
_WPA: Final = """
ctrl_interface=DIR=/run/phone/control
network={{
  ssid="{ssid}"
  scan_ssid=1
  {secret}
}}
"""


class Phone:
    """A phone in a machine's guest; joins one Wi-Fi at a time."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        machine.wait_until(f"test -e /sys/class/net/{_RADIO}", timeout_s=60)
        machine.run(_MOVE)
        self._write("lease", _LEASE_SCRIPT)

    def join(self, ssid: str, password: str = "", *, sae: bool = False) -> None:
        """Join a Wi-Fi: open without a password, else WPA2, or WPA3 alone with ``sae``.

        Raises:
            LabError: the access point does not let it in.
        """
        kind = "NONE" if not password else "SAE" if sae else "WPA-PSK"
        secret = f"key_mgmt={kind}"
        if password:
            secret += f'\n  psk="{password}"\n  ieee80211w={2 if sae else 1}'
        self._write("wpa.conf", _WPA.format(ssid=ssid, secret=secret))
        self.leave()
        files = f"-c {_FOLDER}/wpa.conf -P {_FOLDER}/wpa.pid -f {_FOLDER}/wpa.log"
        self.run(f"wpa_supplicant -B -i {_RADIO} -D nl80211 {files}")
        state = f"wpa_cli -p {_FOLDER}/control -i {_RADIO} status"
        self._machine.wait_until(self._inside(f"{state} | grep -qx wpa_state=COMPLETED"), _JOIN_S)

    def leave(self) -> None:
        """Leave the Wi-Fi that it is in, if any."""
        stop = f"test ! -e {_FOLDER}/wpa.pid || kill $(cat {_FOLDER}/wpa.pid)"
        self._machine.run(stop)
        self._machine.wait_until(f"test ! -e {_FOLDER}/wpa.pid")

    def lease(self) -> str:
        """Ask for an address, and give it.

        Raises:
            LabError: nobody has one to give.
        """
        asks = f"busybox udhcpc -i {_RADIO} -n -q -t 10 -T 2 -O 114 -s {_FOLDER}/lease"
        self.run(asks, timeout_s=60)
        return self.run(f"ip -4 -brief address show {_RADIO}").split()[2].partition("/")[0]

    def portal(self) -> str:
        """Give the address of the portal that the lease told of (DHCP option 114), or ""."""
        # busybox knows no name for this option, and hands it on as hexadecimal digits.
        return bytes.fromhex(self._machine.run(f"cat {_FOLDER}/portal")).decode()

    def fetch(self, url: str, timeout_s: float = 30) -> str:
        """Load a page, as a phone without a browser would; follows where it is led.

        Raises:
            LabError: it cannot be had.
        """
        curl = f"curl --silent --show-error --fail --location --max-time {timeout_s:g}"
        return self.run(f"{curl} {shlex.quote(url)}", timeout_s=timeout_s + 30)

    def run(self, command: str, *, check: bool = True, timeout_s: float = 60) -> str:
        """Run a shell command of the guest in the phone's place, and give what it printed."""
        return self._machine.run(self._inside(command), check=check, timeout_s=timeout_s)

    def succeeds(self, command: str) -> bool:
        """Say whether a shell command in the phone's place ends with status 0."""
        return self._machine.succeeds(self._inside(command))

    def _inside(self, command: str) -> str:
        return f"ip netns exec phone sh -c {shlex.quote(command)}"

    def _write(self, name: str, text: str) -> None:
        path = f"{_FOLDER}/{name}"
        self._machine.run(f"printf %s {shlex.quote(text)} >{path} && chmod 755 {path}")
