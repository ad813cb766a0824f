"""`notanker plan schema`: what an editor needs to help with a plan's files."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from notanker.cli.output import fail, say_aloud
from notanker.cli.plan_options import FILE


@click.command("schema")
@click.option("-o", "--out", "folder", type=FILE, required=True, help="Where they are written.")
def write_schemas(folder: Path) -> None:
    """Write a JSON Schema for each file of a plan, for editors (Taplo, VS Code)."""
    from notanker.plan.schema import file_name, schemas

    made = schemas()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for pattern, schema in made.items():
            text = msgspec.json.format(msgspec.json.encode(schema), indent=2)
            (folder / file_name(pattern)).write_bytes(text + b"\n")
        (folder / "taplo.toml").write_text(_rules(folder, tuple(made)), "utf-8")
    except OSError as error:
        reason = error.strerror or str(error)
        fail(f"{folder}: {reason}.", f"{folder}: {reason}.")
    say_aloud(f"{len(made)} Schemas in {folder}.", f"{len(made)} schemas in {folder}.")


def _rules(folder: Path, patterns: tuple[str, ...]) -> str:
    """Return Taplo's configuration: which file has which schema. The first rule that fits holds."""
    from notanker.plan.schema import file_name

    tables = sorted((name for name in patterns if name.endswith(".toml")), key=lambda n: "*" in n)
    rules = [
        f'[[rule]]\ninclude = ["**/{name}"]\n[rule.schema]\npath = "{folder / file_name(name)}"\n'
        for name in tables
    ]
    return "\n".join(rules)
