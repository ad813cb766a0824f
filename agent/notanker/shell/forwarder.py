"""The box's DNS forwarder follows the line: dnsmasq asks the resolvers of the uplink in use.

dnsmasq watches its `resolv-file` by inotify and reads it anew when it is replaced; with `clear-on-reload` it
forgets its cache at the same time. So nothing needs the right to send it a signal. Which line a question
leaves by is the kernel's matter: rules of ours lead port 53 of each resolver to its own uplink.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from pathlib import Path

from notanker.core.names import Uplink
from notanker.core.wording import Pair
from notanker.files import replace_file
from notanker.shell.logs import Log

_HEAD = "# Written by notanker at each switch: the resolvers of the uplink in use.\n"


class Forwarder:
    """The file that tells dnsmasq whom to ask.

    Args:
        file: dnsmasq's `resolv-file`.
        resolvers: The resolvers of each uplink.
        log: Where changes are logged.

    Attributes:
        trouble: Why the file does not say what it should, None while it does.
    """

    def __init__(self, file: Path, resolvers: Mapping[Uplink, tuple[str, ...]], log: Log) -> None:
        self._file = file
        self._resolvers = resolvers
        self._log = log
        self.trouble: Pair | None = None

    def point(self, to: Uplink) -> None:
        """Have the resolvers of this uplink asked; a file that says so already is left alone."""
        text = _HEAD + "".join(f"nameserver {address}\n" for address in self._resolvers[to])
        data = text.encode("ascii")
        try:
            if self._is(data):
                return
            replace_file(self._file, data, sync=False)
        except OSError as error:
            self._tell(_unwritten(self._file, error))
        else:
            self._tell(None)
            self._log.info("forwarder_pointed", to=str(to))

    def _is(self, data: bytes) -> bool:
        try:
            with self._file.open("rb") as stream:
                return stream.read(len(data) + 1) == data
        except FileNotFoundError:
            return False

    def _tell(self, trouble: Pair | None) -> None:
        if trouble is not None and trouble != self.trouble:
            self._log.error("forwarder_not_pointed", reason=trouble[1])
        self.trouble = trouble


def _unwritten(file: Path, error: OSError) -> Pair:
    return (
        f"dns: {file} lässt sich nicht schreiben: {error.strerror}",
        f"dns: {file} cannot be written: {error.strerror}",
    )


def of_one_line(
    resolvers: Mapping[Uplink, tuple[str, ...]],
) -> dict[Uplink, tuple[str, ...]]:
    """Return the resolvers that belong to one uplink alone: they are never asked over the other.

    One that both uplinks name is asked over the uplink in use.
    """
    plain = {
        uplink: [str(ipaddress.ip_address(address)) for address in addresses]
        for uplink, addresses in resolvers.items()
    }
    both = set.intersection(*map(set, plain.values()))
    return {
        uplink: tuple(address for address in addresses if address not in both)
        for uplink, addresses in plain.items()
    }
