"""What all commands share: the language, the configuration, problems and JSON on the terminal."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final, NoReturn, TypeVar

import click
import msgspec

from notanker.cli.agent import DEFAULT_CONFIG
from notanker.cli.exits import WRONG
from notanker.config.load import load
from notanker.config.model import Config
from notanker.core.moment import Moment
from notanker.errors import Language, Problem, errors_of
from notanker.plan.words import ago_words
from notanker.shell import clock

F = TypeVar("F", bound=Callable[..., Any])

config_option = click.option(
    "--config",
    "config_path",
    type=click.Path(path_type=Path),
    default=DEFAULT_CONFIG,
    envvar="NOTANKER_CONFIG",
    show_default=True,
    help="The site's configuration.",
)
NAME_COLUMNS: Final = 18
"""The names at the left of what a command lists."""
COLUMNS: Final = 80
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def language() -> Language:
    """Return the language of the terminal: German where the locale says so, else English."""
    for name in ("NOTANKER_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")
        if value and value not in ("C", "POSIX") and not value.startswith("C."):
            return "de" if value.lower().startswith("de") else "en"
    return "en"


def say(german: str, english: str) -> str:
    """Return the sentence in the terminal's language."""
    return german if language() == "de" else english


def print_json(value: object) -> None:
    """Print the value as JSON, for programs."""
    click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())


def print_rows(rows: Iterable[tuple[str, str]], indent: int = NAME_COLUMNS) -> None:
    """Print names with what there is to say of each beside them, within 80 columns."""
    for name, text in rows:
        for number, row in enumerate(textwrap.wrap(text, COLUMNS - indent) or [""]):
            click.echo(f"{name if number == 0 else '':<{indent}}{row}".rstrip())


def print_problems(problems: Iterable[Problem], *, err: bool = True) -> None:
    """Print each problem: place and kind on one line, what is wrong and the cure below."""
    for problem in problems:
        words = problem.words(language())
        serious = problem.severity == "error"
        kind = say("Fehler", "error") if serious else say("Hinweis", "note")
        head = click.style(kind, fg="red" if serious else "yellow", bold=True)
        click.echo(f"{head}  {problem.place}", err=err)
        click.echo(_wrapped(words.what, "        ", "        "), err=err)
        if words.cure:
            click.echo(_wrapped(words.cure, "        -> ", "           "), err=err)


def _wrapped(text: str, first: str, other: str) -> str:
    """Fit a sentence to the terminal; a program that reads it gets it on one line."""
    if not sys.stdout.isatty():
        return first + text
    width = shutil.get_terminal_size().columns
    return click.wrap_text(text, width, initial_indent=first, subsequent_indent=other)


def read_config(path: Path) -> Config:
    """Read the configuration, or end with its problems and status 2."""
    config, problems = load(path)
    if config is None:
        print_problems(errors_of(problems))
        raise SystemExit(WRONG)
    return config


def say_aloud(german: str, english: str) -> None:
    """Say a sentence on standard error."""
    click.echo(say(german, english), err=True)


def fail(german: str, english: str, status: int = WRONG) -> NoReturn:
    """End with a sentence on standard error."""
    say_aloud(german, english)
    raise SystemExit(status)


def time_of(moment: Moment | None) -> str:
    """Return a moment as local time of day, or how long ago where the clock was not trusted."""
    if moment is None:
        return "-"
    if moment.trusted:
        return clock.local_time(moment.wall_s)
    return ago_words(clock.age_s(moment), language())
