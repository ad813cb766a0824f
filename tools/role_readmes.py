"""Write the README of each Ansible role from its own words, or fail where one is not up to date.

python tools/role_readmes.py            # fails, and names what is not up to date
python tools/role_readmes.py --write
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
ROLES = ROOT / "deploy/ansible/roles"
HEAD = "<!-- Made from meta/argument_specs.yml and defaults/main.yml by tools/role_readmes.py. -->"


def main() -> int:
    """Write or compare every role's README."""
    roles = (path.parents[1] for path in sorted(ROLES.glob("*/meta/argument_specs.yml")))
    texts = {role / "README.md": readme(role) for role in roles}
    stale = [path for path, text in texts.items() if not path.is_file() or path.read_text() != text]
    for path in stale:
        if "--write" in sys.argv:
            path.write_text(texts[path], encoding="utf-8")
        else:
            print(f"{path.relative_to(ROOT)}: not up to date; call tools/role_readmes.py --write")
    return 0 if "--write" in sys.argv else bool(stale)


def readme(role: Path) -> str:
    """Give the README that follows from a role's own words."""
    spec = _read(role / "meta/argument_specs.yml")["argument_specs"]["main"]
    defaults = _read(role / "defaults/main.yml")
    parts = [f"# Role `{role.name}`", HEAD, *_sentences(spec.get("description", []))]
    options = spec.get("options") or {}
    parts.append("\n".join(_table(options, defaults)) if options else "It has no variables.")
    return "\n\n".join(parts) + "\n"


def _table(options: dict[str, Any], defaults: dict[str, Any]) -> Iterator[str]:
    yield "| variable | | as shipped | means |"
    yield "|---|---|---|---|"
    for name, option in options.items():
        kind = option.get("type", "str")
        if "elements" in option:
            kind += f" of {option['elements']}"
        yield f"| `{name}` | {kind} | {_shipped(name, option, defaults)} | {_means(option)} |"
        for inner, one in (option.get("options") or {}).items():
            kind = one.get("type", "str")
            yield f"| `{name}`: `{inner}` | {kind} | {_shipped('', one, {})} | {_means(one)} |"


def _shipped(name: str, option: dict[str, Any], defaults: dict[str, Any]) -> str:
    if name in defaults:
        return _code(defaults[name])
    if "default" in option:
        return _code(option["default"])
    return "**needed**" if option.get("required") else ""


def _code(value: Any) -> str:
    """Give a value as it is written in a file; a long one in short."""
    written = (
        value
        if isinstance(value, str)
        else yaml.safe_dump(value, default_flow_style=True, width=1000)
    )
    line = written.removesuffix("\n").removesuffix("\n...").strip().replace("|", r"\|")
    if isinstance(value, str) and not value:
        line = '""'
    return f"`{line}`" if len(line) <= 90 and "\n" not in line else "see defaults/main.yml"


def _means(option: dict[str, Any]) -> str:
    said = " ".join(_sentences(option.get("description", [])))
    choices = ", ".join(f"`{choice}`" for choice in option.get("choices") or [])
    return (
        (said + (f" One of {choices}." if choices else "")).replace("|", r"\|").replace("\n", " ")
    )


def _sentences(said: str | list[str]) -> list[str]:
    """Give the paragraphs, with Ansible's marks as Markdown."""
    texts = [said] if isinstance(said, str) else said
    return [re.sub(r"[CVO]\((.*?)\)", r"`\1`", " ".join(str(text).split())) for text in texts]


def _read(path: Path) -> dict[str, Any]:
    return (yaml.safe_load(path.read_text(encoding="utf-8")) or {}) if path.is_file() else {}


if __name__ == "__main__":
    sys.exit(main())
