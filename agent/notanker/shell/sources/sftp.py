"""A folder of a host, by SFTP: the host has to prove the key that stands in `known_hosts`, or is left.

paramiko takes 27 MB and half a second on x86 to import; only the process that fetches ever does.
"""

from __future__ import annotations

import stat
from pathlib import PurePosixPath
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from notanker.config.plan_source import SourceConfig
from notanker.plan.copying import MAX_ENTRIES
from notanker.plan.trust import offer as offers
from notanker.plan.trust.manifest import Listed
from notanker.shell.sources.contract import failed, offered
from notanker.shell.sources.errand import Way
from notanker.shell.sources.reach import IO_S, Connected, connect, not_reached

if TYPE_CHECKING:
    import paramiko


class SftpSource(Connected):
    """The source.

    Raises:
        SourceError: paramiko is not installed.
    """

    def __init__(self, config: SourceConfig, way: Way) -> None:
        try:
            import paramiko
        except ImportError:
            raise failed(
                "not-installed", what="paramiko", how="pip install notanker[sftp]"
            ) from None
        self._paramiko: Final = paramiko
        self._config = config
        self._way = way

    def __enter__(self) -> Self:
        """Connect, ask the host for its key, and log in.

        Raises:
            SourceError: one of that fails.
        """
        config = self._config
        self._client = self._paramiko.SSHClient()
        self._client.set_missing_host_key_policy(self._paramiko.RejectPolicy())
        try:
            self._client.load_host_keys(str(config.known_hosts))
        except OSError as error:
            reason = error.strerror
            raise failed("other-host", str(config.known_hosts), reason=reason) from None
        self._sock = connect(self._way, config.host, config.port)
        try:
            self._log_in()
        except BaseException:
            self._client.close()
            self._sock.close()
            raise
        return self

    def _log_in(self) -> None:
        config, faults = self._config, self._paramiko.ssh_exception
        try:
            self._client.connect(
                config.host, config.port, config.user, sock=self._sock,
                key_filename=str(config.key), allow_agent=False, look_for_keys=False,
                timeout=IO_S, banner_timeout=IO_S, auth_timeout=IO_S, channel_timeout=IO_S,
            )  # fmt: skip
            self._sftp = self._client.open_sftp()
            _channel(self._sftp).settimeout(IO_S)
        except faults.AuthenticationException as error:
            raise failed("not-let-in", config.host, reason=str(error)[:200]) from None
        except faults.BadHostKeyException:
            raise failed("other-host", config.host, reason="host key") from None
        except (faults.SSHException, EOFError, OSError, ValueError) as error:
            if "not found in known_hosts" in str(error):  # paramiko has no class of its own for it
                reason = f"no host key in {config.known_hosts}"
                raise failed("other-host", config.host, reason=reason) from None
            raise not_reached(error) from None

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._leave(self._client)

    def offer(self) -> dict[str, bytes]:
        """Return what the folder offers: looked for in a bounded number of names."""
        return offered(self._names(), self._read, self._config.label)

    def content(self, name: str, listed: Listed, before: bytes) -> bytes:
        """Return a file of the folder."""
        del before  # SFTP knows no differences
        return self._read(name, listed.size)

    def _names(self) -> list[str]:
        found: list[str] = []
        try:
            entries = self._sftp.listdir_iter(self._config.path, read_aheads=1)
            for _, entry in zip(range(MAX_ENTRIES), entries, strict=False):
                if offers.is_part(entry.filename) and stat.S_ISREG(entry.st_mode or 0):
                    found.append(entry.filename)
        except FileNotFoundError as error:
            raise failed("nothing-there", self._config.label, reason=error.strerror) from None
        except (self._paramiko.SSHException, EOFError, OSError) as error:
            raise not_reached(error) from None
        return found[: offers.MAX_FILES + 1]

    def _read(self, name: str, limit_bytes: int) -> bytes:
        """Return a file's content, one byte more than allowed if it is longer."""
        path = str(PurePosixPath(self._config.path, name))
        try:
            with self._sftp.open(path, "rb") as stream:
                return stream.read(limit_bytes + 1)
        except (self._paramiko.SSHException, EOFError, OSError) as error:
            raise not_reached(error) from None


def _channel(sftp: paramiko.SFTPClient) -> paramiko.Channel:
    channel = sftp.get_channel()
    if channel is None:
        raise EOFError
    return channel
