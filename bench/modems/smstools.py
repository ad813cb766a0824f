"""smstools (smsd) with spool folders, time-outs shortened in its favour."""

from collections.abc import Mapping
from typing import Final

from bench.modems.program import Program, drop, libraries

from notanker_lab.debian import unpacked

_FOLDERS: Final = ("outgoing", "checked", "incoming", "failed", "sent", "report")
_CONFIG: Final = """
devices = GSM1
loglevel = 5
logfile = {folder}/log
infofile = {folder}/working
pidfile = {folder}/pid
{folders}
delaytime = 1
errorsleeptime = 5
blocktime = 15
receive_before_send = no
store_received_pdu = 0
[GSM1]
device = {port}
baudrate = 115200
rtscts = no
incoming = yes
report = yes
"""


class Smstools(Program):
    """smsd of smstools 3."""

    name = "smstools"
    version = "3.1.21"

    def prepare(self) -> None:
        """Write its configuration and make its folders."""
        for name in _FOLDERS:
            (self.folder / name).mkdir()
        folders = "\n".join(f"{name} = {self.folder}/{name}" for name in _FOLDERS)
        text = _CONFIG.format(port=self.port, folder=self.folder, folders=folders)
        (self.folder / "smsd.conf").write_text(text)

    def environment(self) -> Mapping[str, str]:
        """Give the places of its libraries."""
        return libraries("libmm14")

    def command(self) -> list[str]:
        """Give its command line."""
        return [str(unpacked(self.name, "usr/sbin/smsd")), f"-c{self.folder}/smsd.conf", "-t"]

    def send(self, number: str, text: str, serial: int) -> None:
        """Put a file into its spool folder."""
        drop(self.folder / "outgoing" / f"alarm{serial}", f"To: {number.lstrip('+')}\n\n{text}")
