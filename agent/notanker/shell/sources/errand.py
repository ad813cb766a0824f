"""What a process that fetches plans has to know, as it gets it from the agent on standard input."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from notanker.config.centre import CentreConfig
from notanker.config.model import Config
from notanker.config.plan_source import SourceConfig


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """How to get out.

    Attributes:
        interface: The uplink's; empty for whichever the kernel takes.
        resolvers: Who is asked for names over it; none for the machine's own.
        limit_bytes: What a new plan may cost; None where data costs nothing.
    """

    interface: str = ""
    resolvers: tuple[str, ...] = ()
    limit_bytes: int | None = None


class Errand(msgspec.Struct, frozen=True, kw_only=True):
    """Whom to ask, over which line, and whose plans are taken."""

    site: str
    sources: tuple[SourceConfig, ...]
    centre: CentreConfig | None
    way: Way
    store: Path
    arrivals: Path
    allowed_signers: Path
    revoked: Path | None
    signers: int
    plan_id: str


def errand_of(config: Config, way: Way) -> Errand | None:
    """Return the errand of a site, None if it has no source to be asked."""
    plan = config.plan
    if not plan.sources or plan.allowed_signers is None:
        return None
    return Errand(
        site=config.site.id,
        sources=plan.sources,
        centre=config.centre,
        way=way,
        store=config.paths.plan_store,
        arrivals=config.paths.arrivals,
        allowed_signers=plan.allowed_signers,
        revoked=plan.revoked,
        signers=plan.signers,
        plan_id=plan.id or "",
    )


def encode(errand: Errand) -> bytes:
    """Put it on one line."""
    return msgspec.json.encode(errand, enc_hook=str)


def decode(raw: bytes) -> Errand:
    """Read it back.

    Raises:
        msgspec.MsgspecError: it is none.
    """
    return msgspec.json.decode(raw, type=Errand, dec_hook=_path)


def _path(kind: Any, value: Any) -> Any:
    if kind is Path:
        return Path(value)
    raise NotImplementedError(kind)
