"""A broken configuration stops no daemon: it goes on with the last one that was good, and says so."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from notanker.cli.exits import WRONG
from notanker.config.load import load
from notanker.config.model import Config, PathsConfig
from notanker.errors import Problem, errors_of

LAST_GOOD: Final = "notanker.toml.good"


def config_or_last_good(path: Path) -> tuple[Config, tuple[str, ...]]:
    """Read the configuration; where it is broken, go on with the last one that was good, and say so."""
    config, problems = load(path)
    folder = _state_folder()
    if config is not None:
        _say(problems)
        _remember(path, folder)
        return config, tuple(problem.sentence(config.site.language) for problem in problems)
    config, _ = load(folder / LAST_GOOD)
    _say(problems, goes_on=config is not None)
    if config is None:
        raise SystemExit(WRONG)
    return config, tuple(problem.sentence(config.site.language) for problem in errors_of(problems))


def _say(problems: list[Problem], *, goes_on: bool = False) -> None:
    if not problems:
        return
    from notanker.cli.output import print_problems, say_aloud

    print_problems(problems)
    if goes_on:
        say_aloud("Es gilt die letzte gute Konfiguration.", "The last good configuration applies.")


def _state_folder() -> Path:
    """Return where the last good configuration is: a broken one cannot be asked for its folders.

    systemd names the folder of the service in STATE_DIRECTORY.
    """
    named = os.environ.get("NOTANKER_STATE") or os.environ.get("STATE_DIRECTORY", "").split(":")[0]
    return Path(named) if named else PathsConfig().state


def _remember(path: Path, folder: Path) -> None:
    from notanker.files import replace_file

    try:
        folder.mkdir(parents=True, exist_ok=True)
        data, kept = path.read_bytes(), folder / LAST_GOOD
        if not kept.exists() or kept.read_bytes() != data:
            replace_file(kept, data, sync=True)
    except OSError:
        return  # a full or read-only disk must not stop the agent from starting
