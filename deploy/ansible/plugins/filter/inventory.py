"""Say what is wrong in an inventory: each value, where it is written, what to do, in German or English.

Ansible's own check of a role's arguments stops at the first role, speaks English alone, and does not say
in which file a value stands. A technician with thirty sites needs all of it at once.
"""

from __future__ import annotations

import difflib
import ipaddress
import re
import zoneinfo
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

DOCUMENTATION: Final = """
name: inventory
short_description: Says what is wrong in an inventory, and where a value is written
"""

NEAR: Final = 0.8
"""From here on two names are taken for the same one, mistyped (difflib's ratio)."""


class Words(NamedTuple):
    """One thing in both languages."""

    de: str
    en: str

    def of(self, language: object) -> str:
        """Give it in that language; German, if it is neither."""
        return self.en if language == "en" else self.de


MEANT: Final = {
    "str": Words("ein Text", "a text"),
    "int": Words("eine ganze Zahl", "a whole number"),
    "float": Words("eine Zahl", "a number"),
    "bool": Words("true oder false", "true or false"),
    "list": Words("eine Liste wie [a, b]", "a list such as [a, b]"),
    "dict": Words("ein Block aus „Name: Wert“", "a block of 'name: value'"),
    "name": Words(
        "ein Name aus a-z, 0-9, - und _, höchstens 40 Zeichen, so wie die Zentrale den Standort nennt",
        "a name of a-z, 0-9, - and _, at most 40 characters, as the centre calls the site",
    ),
    "interface": Words("der Name einer Schnittstelle wie eth0", "an interface's name such as eth0"),
    "address": Words("eine Adresse wie 10.42.0.1", "an address such as 10.42.0.1"),
    "network": Words("ein Netz wie 192.0.2.0/24", "a network such as 192.0.2.0/24"),
    "origin": Words(
        "eine Adresse wie https://zentrale.example:8443, ohne Pfad",
        "an address such as https://centre.example:8443, without a path",
    ),
    "zone": Words("eine Zeitzone wie Europe/Berlin", "a time zone such as Europe/Berlin"),
}
FORMATS: Final = {
    "notanker_site_id": "name",
    "notanker_primary": "interface",
    "notanker_lte": "interface",
    "notanker_lan": "interface",
    "notanker_wifi": "interface",
    "notanker_portal_address": "address",
    "notanker_admin_networks": "network",
    "notanker_centre_url": "origin",
    "notanker_time_zone": "zone",
}
"""What a value, or each of a list, must look like beyond its type. An empty one is for the role to judge."""


def wrong_values(
    given: Mapping[str, Any],
    spec: Mapping[str, Mapping[str, Any]],
    language: str,
    places: Mapping[str, str],
    *,
    needed: bool = True,
) -> list[str]:
    """Say what is wrong with the values that an inventory gives.

    Args:
        given: The inventory's variables that may belong to a role, by name.
        spec: The role's options, as in its `argument_specs.yml`.
        language: `de` or `en`.
        places: The file in which each variable is written, by `written_in`.
        needed: Whether what is required must be given here. A role's own may come from what all roles share.
    """
    wanted = {name for name, option in spec.items() if needed and option.get("required")}
    return [
        f"{name} ({places.get(name, '?')}): {fault.of(language)}"
        for name, fault in _faults(given, spec, wanted)
    ]


def _faults(
    given: Mapping[str, Any], spec: Mapping[str, Mapping[str, Any]], wanted: set[str]
) -> Iterator[tuple[str, Words]]:
    for name in sorted({*given, *wanted}):
        if name not in spec:
            if fault := _unknown(name, spec):
                yield name, fault
        elif given.get(name) in (None, ""):
            if name in wanted:
                yield (
                    name,
                    Words("fehlt; bitte dort eintragen.", "is missing; please write it there."),
                )
        elif found := _not_as_meant(name, given[name], spec[name]):
            yield name, _wrong(*found, secret=bool(spec[name].get("no_log")))


def _unknown(name: str, spec: Mapping[str, Any]) -> Words | None:
    """Tell a mistyped name; what is near none of ours belongs to somebody else, unless it bears our name."""
    near = difflib.get_close_matches(name, spec, n=1, cutoff=NEAR)
    if near:
        return Words(
            f"Das gibt es nicht; gemeint ist wohl {near[0]}.",
            f"There is no such setting; {near[0]} is probably meant.",
        )
    if name.startswith("notanker_"):
        return Words(
            "Das gibt es nicht; bitte streichen.", "There is no such setting; take it out."
        )
    return None


def _wrong(value: object, meant: Words, *, secret: bool) -> Words:
    shown = "****" if secret else str(value)[:60]
    return Words(
        f"„{shown}“ passt nicht; gemeint ist {meant.de}.",
        f"'{shown}' does not fit; what is meant is {meant.en}.",
    )


def _not_as_meant(name: str, value: Any, option: Mapping[str, Any]) -> tuple[Any, Words] | None:
    """Return what is wrong and what is meant instead, None if all is as it should be."""
    kind = str(option.get("type", "str"))
    if kind in TYPES and not TYPES[kind](value):
        return value, MEANT[kind]
    if choices := option.get("choices"):
        listed = ", ".join(str(choice) for choice in choices)
        return _first_that(
            value, lambda one: one in choices, Words(f"eines von {listed}", f"one of {listed}")
        )
    form = FORMATS.get(name) or str(option.get("elements", ""))
    return _first_that(value, fits, MEANT[form]) if (fits := ALL_FIT.get(form)) else None


def _first_that(value: Any, fits: Callable[[Any], bool], meant: Words) -> tuple[Any, Words] | None:
    """Return the first, of a list or the one, that does not fit."""
    each = value if isinstance(value, list) else [value]
    return next(((one, meant) for one in each if not fits(one)), None)


def _is_int(value: Any) -> bool:
    return not isinstance(value, bool) and re.fullmatch(r"-?\d{1,18}", str(value)) is not None


def _is_float(value: Any) -> bool:
    return (
        not isinstance(value, bool)
        and re.fullmatch(r"-?\d{1,18}(\.\d{1,18})?", str(value)) is not None
    )


def _is_address(value: Any) -> bool:
    return _taken_by(ipaddress.ip_address, value)


def _is_network(value: Any) -> bool:
    return _taken_by(ipaddress.ip_network, value)


def _taken_by(reader: Callable[[str], object], value: Any) -> bool:
    try:
        reader(str(value))
    except ValueError:
        return False
    return True


def _matches(pattern: str) -> Callable[[Any], bool]:
    return lambda value: re.fullmatch(pattern, str(value)) is not None


TYPES: Final[dict[str, Callable[[Any], bool]]] = {
    "str": lambda value: isinstance(value, str | int | float),
    "int": _is_int,
    "float": _is_float,
    "bool": lambda value: str(value).lower() in {"true", "false", "yes", "no", "1", "0"},
    "list": lambda value: isinstance(value, list),
    "dict": lambda value: isinstance(value, dict),
}
FITS: Final[dict[str, Callable[[Any], bool]]] = {
    "name": _matches(r"[a-z0-9][a-z0-9_-]{0,39}"),
    # The kernel's limit is 15 bytes (IFNAMSIZ).
    "interface": _matches(r"[^\s/:]{1,15}"),
    "address": _is_address,
    "network": _is_network,
    "origin": _matches(r"https://(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+)(:\d{1,5})?"),
    "zone": lambda value: str(value) in zoneinfo.available_timezones(),
}
ALL_FIT: Final = {**TYPES, **FITS}


def written_in(
    names: Sequence[str], folder: str, host: str, groups: Sequence[str]
) -> dict[str, str]:
    """Say in which file each variable is written, or belongs: that of the host, of its groups, the inventory.

    Args:
        names: The variables.
        folder: The inventory's folder (`inventory_dir`).
        host: The host's name in the inventory.
        groups: Its groups, the narrowest last (`group_names`).
    """
    files = list(_files(Path(folder), host, groups))
    texts = {path: path.read_text(encoding="utf-8", errors="replace") for path in files}
    return {
        name: next(
            (str(path.relative_to(folder)) for path in files if _holds(texts[path], name)),
            f"host_vars/{host}.yml",
        )
        for name in names
    }


def _files(folder: Path, host: str, groups: Sequence[str]) -> Iterator[Path]:
    """Give the files that may hold a host's variables, the one that counts most first."""
    for stem in (
        f"host_vars/{host}",
        *(f"group_vars/{group}" for group in [*reversed(groups), "all"]),
    ):
        yield from (
            path for end in ("", ".yml", ".yaml") if (path := folder / (stem + end)).is_file()
        )
        yield from sorted(path for path in (folder / stem).rglob("*") if path.is_file())
    yield from sorted(path for path in folder.glob("*") if path.suffix in {".yml", ".yaml", ".ini"})


def _holds(text: str, name: str) -> bool:
    return re.search(rf"(?m)^[^#\n]*?(?<!\w)[\"']?{re.escape(name)}[\"']?\s*[:=]", text) is not None


class FilterModule:
    """What Ansible asks for."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Give the filters by name."""
        return {"wrong_values": wrong_values, "written_in": written_in}
