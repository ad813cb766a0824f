"""Where a door of the centre listens, as central.toml has it: `127.0.0.1:8444`, `[::1]:8444`."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

Address = Annotated[str, Meta(pattern=r"^$|^(\[[0-9a-fA-F:]+\]|[^:\[\]]+):\d{1,5}$")]


class Listening(Struct, frozen=True, forbid_unknown_fields=True):
    """What has an address of its own; without one it listens nowhere."""

    listen: Address = ""

    @property
    def host(self) -> str:
        """The address part of `listen`."""
        return self.listen.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        """The port part of `listen`."""
        return int(self.listen.rpartition(":")[2] or 0)
