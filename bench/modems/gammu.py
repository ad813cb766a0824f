"""gammu-smsd with spool folders, time-outs shortened in its favour."""

from collections.abc import Mapping
from typing import Final

from bench.modems.program import Program, drop, libraries

from notanker_lab.debian import unpacked

_CONFIG: Final = """
[gammu]
device = {port}
connection = at115200
[smsd]
service = files
logfile = {folder}/log
debuglevel = 0
commtimeout = 10
sendtimeout = 10
retrytimeout = 15
deliveryreport = log
inboxpath = {folder}/inbox/
outboxpath = {folder}/outbox/
sentsmspath = {folder}/sent/
errorsmspath = {folder}/error/
"""


class Gammu(Program):
    """gammu-smsd."""

    name = "gammu-smsd"
    version = "1.42.0"

    def prepare(self) -> None:
        """Write its configuration and make its folders."""
        for name in ("inbox", "outbox", "sent", "error"):
            (self.folder / name).mkdir()
        text = _CONFIG.format(port=self.port, folder=self.folder)
        (self.folder / "smsdrc").write_text(text)

    def environment(self) -> Mapping[str, str]:
        """Give the places of its libraries."""
        return libraries(
            "libgsmsd8", "libgammu8", "libdbi1", "libmariadb3", "libodbc2", "libpq5", "libltdl7",
            "libusb-1.0-0", "libbluetooth3",
        )  # fmt: skip

    def command(self) -> list[str]:
        """Give its command line."""
        return [str(unpacked(self.name, "usr/bin/gammu-smsd")), "-c", str(self.folder / "smsdrc")]

    def send(self, number: str, text: str, serial: int) -> None:
        """Put a file into its outbox."""
        drop(
            self.folder
            / "outbox"
            / f"OUTA20261125_1200{serial % 60:02d}_{serial:02d}_{number}_sms1.txt",
            text,
        )
