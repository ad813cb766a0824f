"""What the commands about plans share: where plans are kept, and whose are taken."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from notanker.shell import clock

if TYPE_CHECKING:
    from notanker.plan.trust.checking import Trust

FILE: Final = click.Path(path_type=Path)
MAX_MEMORY_BYTES: Final = 512 * 1024 * 1024
"""Address space of an acceptance that the agent started; measured: 50 MB for the sample plan."""
MAX_CPU_S: Final = 60
"""Its processor time; measured: 1 s for the sample plan on x86."""
F = TypeVar("F", bound=Callable[..., Any])


def trust_options(command: F) -> F:
    """Add the options that say whose plans are taken."""
    for option in (
        click.option("--id", "plan_id", default="", help="Take the plan of this id alone."),
        click.option("--signers", default=1, show_default=True, help="So many must have signed."),
        click.option("--revoked", type=FILE, help="Keys that no longer count."),
        click.option(
            "--allowed-signers", type=FILE, help="Whose signatures count (ssh-keygen(1))."
        ),
    ):
        command = option(command)
    return command


def trust_of(
    store: Path, allowed_signers: Path | None, revoked: Path | None, signers: int, plan_id: str
) -> Trust | None:
    """Return whose plans are taken, None for anybody's."""
    from notanker.plan.trust.checking import Trust
    from notanker.plan.trust.sshsig import Keys

    if allowed_signers is None:
        return None
    return Trust(Keys(allowed_signers, revoked), store, plan_id, signers)


def time_if_trusted() -> dt.datetime | None:
    """Return the time, None while the clock is not synchronised."""
    return dt.datetime.fromtimestamp(clock.wall_s(), dt.UTC) if clock.trusted() else None


store_option = click.option(
    "--store", type=FILE, default=Path("/var/lib/notanker/plans"), show_default=True
)
bounded_option = click.option(
    "--bounded", is_flag=True, help="Take no more memory and time than the agent spares for it."
)


def keep_within_bounds() -> None:
    """Bound this process and all that it starts: a plan made for harm must not cost the box its memory."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_CPU_S, MAX_CPU_S))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
