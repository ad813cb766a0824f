"""Makes the text of a message: the plan's own words if they can be used, else the shipped ones.

A template never stops a message: whatever is wrong with it, a text comes back, and the problem with it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from notanker.errors import Place, Problem
from notanker.plan import shipped as texts
from notanker.plan.catalogue import CATALOGUE
from notanker.plan.model import Plan, Template, dialled
from notanker.plugin.sms import text as sms

KNOWN: Final = (
    "site", "since", "cause_internal", "fallback", "bridge", "pin", "incident", "mark", "duration",
    "now", "system", "needed_by",
)  # fmt: skip
"""What the agent can fill in."""
BY_PEOPLE: Final = ("next_update", "service", "ticket", "wording", "brand.signoff")
"""What only a person knows: allowed in texts that a person releases."""

_PLACEHOLDER: Final = re.compile(r"\{([^{}\n]*)\}")
# The longest that the agent fills in, to tell beforehand whether a text can become too long.
_LONGEST: Final = {
    "since": "22.11. 10:42",
    "cause_internal": "Anmeldeseite des Anbieters",
    "fallback": "Umschaltung läuft",
    "incident": "9999",
    "mark": "9999-99",
    "duration": "99 Tage 23 h",
    "now": "22.11. 10:42",
    "system": "Kartensystem Musterbank eG",
    "needed_by": "+15 Systeme",
    "bridge": "+493023125500",
    "pin": "4829",
}


@dataclass(frozen=True, slots=True)
class Composed:
    """A text ready to send; `shipped` tells that the plan's own was not used."""

    text: str
    shipped: bool
    problems: tuple[Problem, ...] = ()


def compose(plan: Plan | None, template: str, language: str, values: Mapping[str, str]) -> Composed:
    """Compose the message of that template id, such as `T1`.

    `site`, `bridge` and `pin` are taken from the plan where the values have none. A `mark` (`17-1`) is
    put at the end as `Nr 17-1` where the template does not place it. Never raises.
    """
    filled = _values(plan, values)
    own = plan.template(template, language) if plan is not None else None
    if own is None:
        return Composed(texts.shipped(template, language, filled), shipped=True)
    text, problems = _own(own, filled)
    if problems:
        return Composed(texts.shipped(template, language, filled), True, tuple(problems))
    return Composed(text, shipped=False)


def check(plan: Plan, template: Template) -> list[Problem]:
    """Return what is wrong with a template of the plan, before it is needed."""
    place = Place(template.file, template.line, template.head.id)
    auto = template.head.release == "auto"
    known = KNOWN if auto else KNOWN + BY_PEOPLE
    problems = [_unknown(name, place, known) for name in _names(template.body) if name not in known]
    if problems or not auto:
        return problems
    text, limit = _text(template, _values(plan, {**_LONGEST, **_bridge(plan)})), template.head.max
    if _is_sms(template) and sms.segments(text) > limit:
        problems.append(_long("may-be-too-long", place, text, limit))
    return problems


def _own(template: Template, values: Mapping[str, str]) -> tuple[str, list[Problem]]:
    """Return the plan's text, or what forbids to use it."""
    place = Place(template.file, template.line, template.head.id)
    names = _names(template.body)
    problems = [_unknown(name, place, KNOWN) for name in names if name not in KNOWN]
    problems += [
        CATALOGUE.problem("empty-value", place, name=_braced(name))
        for name in names
        if name in KNOWN and not values.get(name)
    ]
    text = _text(template, values)
    if not text:
        problems.append(CATALOGUE.problem("empty-text", place))
    if _is_sms(template) and sms.segments(text) > template.head.max:
        problems.append(_long("too-long", place, text, template.head.max))
    return text, problems


def _text(template: Template, values: Mapping[str, str]) -> str:
    """Fill in the values, in one pass so that none is read as a placeholder itself."""
    body = " ".join(template.body.split())
    text = _PLACEHOLDER.sub(lambda found: values.get(found[1], ""), body)
    mark = texts.mark_words(values.get("mark", ""), template.head.lang)
    if body and mark and "mark" not in _names(body):
        text = f"{text} {mark}"
    return sms.fold(text) if _is_sms(template) else text


def _values(plan: Plan | None, values: Mapping[str, str]) -> dict[str, str]:
    given = {key: " ".join(str(value).split()) for key, value in values.items()}
    known = {} if plan is None else {"site": plan.head.site, **_bridge(plan)}
    return {**known, **{key: value for key, value in given.items() if value}}


def _bridge(plan: Plan) -> dict[str, str]:
    bridge = plan.escalation.bridge
    return {} if bridge is None else {"bridge": dialled(bridge.phone), "pin": bridge.pin}


def _names(body: str) -> list[str]:
    return list(dict.fromkeys(_PLACEHOLDER.findall(body)))


def _is_sms(template: Template) -> bool:
    return template.head.channel.strip().lower() == "sms"


def _unknown(name: str, place: Place, known: tuple[str, ...]) -> Problem:
    listed = " ".join(_braced(item) for item in known)
    return CATALOGUE.problem("unknown-placeholder", place, name=_braced(name), known=listed)


def _long(code: str, place: Place, text: str, limit: int) -> Problem:
    room = sms.SINGLE_UNITS if limit == 1 else limit * sms.PART_UNITS
    over = max(1, sms.units(text) - room)
    return CATALOGUE.problem(code, place, segments=sms.segments(text), limit=limit, over=over)


def _braced(name: str) -> str:
    return f"{{{name}}}"
