"""Makes each source of its configuration; what only one of them needs is imported with it."""

from __future__ import annotations

from pathlib import Path

from notanker.config.plan_source import SourceConfig
from notanker.shell.sources.contract import Source, SourceError, failed
from notanker.shell.sources.errand import Errand


def opened(config: SourceConfig, errand: Errand, folder: Path) -> Source | SourceError:
    """Return the source, or why there is none.

    Args:
        config: What is written of it.
        errand: Whose plan is wanted, and over which line.
        folder: Where it may keep what makes the next look cheaper.
    """
    try:
        return _opened(config, errand, folder)
    except SourceError as error:
        return error


def _opened(config: SourceConfig, errand: Errand, folder: Path) -> Source:
    if config.kind in ("folder", "stick"):
        from notanker.shell.sources.folder import FolderSource

        return FolderSource(Path(config.path), stick=config.kind == "stick")
    if config.kind == "sftp":
        from notanker.shell.sources.sftp import SftpSource

        return SftpSource(config, errand.way)
    if config.kind == "git":
        from notanker.shell.sources.git import GitSource

        return GitSource(config, errand.way, folder)
    if errand.centre is None:
        raise failed("not-reached", reason="[centre]")
    from notanker.shell.sources.centre import CentreSource

    return CentreSource(errand.centre, errand.site, errand.way, folder)
