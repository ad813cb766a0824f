"""Makes the text of a message: the plan's own words if they can be used, else the shipped ones.

A template never stops a message: whatever is wrong with it, a text comes back, and the problem with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from notanker.errors import LANGUAGES, Place, Problem
from notanker.plan import shipped as texts
from notanker.plan.catalogue import CATALOGUE
from notanker.plan.model import Plan, Template, dialled
from notanker.plugin.sms import text as sms

KNOWN: Final = (
    "site", "since", "cause_internal", "fallback", "bridge", "pin", "incident", "mark", "duration",
    "now", "system", "needed_by", "next_update", "service", "update", "acknowledged_by", "wait_min", "outages",
    "callback", "wording", "brand.signoff", "texts", "text", "heads", "hand",
)  # fmt: skip
"""What the agent and the plan can fill in."""
BY_PEOPLE: Final = ("ticket",)
"""What only a person knows: allowed in texts that a person releases."""
FOR_PUBLIC: Final = (
    "site", "since", "now", "duration", "incident", "next_update", "service", "update", "wording",
    "brand.signoff",
)  # fmt: skip
"""What people outside may read: no cause, no technology, nobody's name or number."""
LIGHT: Final = "brand.light"
"""The brand's light line: only in the text for customers once all is well (T13)."""

_RECOVERY: Final = "T13"
_WORDING: Final = "H1"  # the wording sheet, which T8 is
_PLACEHOLDER: Final = re.compile(r"\{([^{}\n]*)\}")
_MAX_VALUE: Final = 500  # as long as a line of the plan can be
_ALARMS: Final = frozenset({"T1", "T2"})


@dataclass(frozen=True, slots=True)
class Composed:
    """A text ready to send; `shipped` tells that the plan's own was not used."""

    text: str
    shipped: bool
    problems: tuple[Problem, ...] = ()


def compose(
    plan: Plan | None,
    template: str,
    language: str,
    values: Mapping[str, str],
    *,
    in_drill: bool = False,
) -> Composed:
    """Compose the message of that template id, such as `T1`.

    `site`, `bridge`, `pin`, `service` (the first core service), `callback` (of whom the plan is owned by)
    and the brand's words are taken from the plan where the values have none. A `mark` (`17-1`) is put at
    the end as `Nr 17-1` where the template does not place it, but not in texts for people outside. In a
    drill, and always with T14, `ÜBUNG` is the first word and the last. Never raises.
    """
    if plan is None or plan.template(template, language) is None:
        template = texts.known_as(template)
    in_drill = in_drill or texts.base_of(template) == texts.DRILL
    problems = _odd(language, values)
    known = _values(plan, language, values)
    own = plan.template(template, language) if plan is not None else None
    if own is not None and not problems:
        text, problems = _own(own, known, in_drill)
        if not problems:
            return Composed(text, shipped=False)
    text = texts.shipped(template, language, known, in_drill=in_drill)
    return Composed(text, shipped=True, problems=tuple(problems))


def check(plan: Plan) -> list[Problem]:
    """Return what forbids to use a template of the plan, or will at times, before it is needed."""
    # Wanted when a plan is read, and then never again.
    from notanker.plan.longest import longest

    values = {language: longest(plan, language) for language in LANGUAGES}
    return [
        problem
        for template in plan.templates
        for problem in check_one(template, values[template.head.lang])
    ]


def check_one(template: Template, longest: Mapping[str, str]) -> list[Problem]:
    """Return what is wrong with a template; `longest` has the longest value of each placeholder."""
    place = Place(template.file, template.line, template.head.id)
    by_people = () if template.head.release == "auto" else BY_PEOPLE
    problems = _names_problems(template, place, by_people) + _release_problems(template)
    return problems or _length_problems(template, place, longest)


def _release_problems(template: Template) -> list[Problem]:
    asked = texts.release_of(template.head.id, template.head.release)
    if template.head.release == asked:
        return []
    # A good plan needs none of these sentences.
    from notanker.plan.catalogue_tone import CATALOGUE as TONE

    place = Place(template.file, None, "release")
    return [TONE.problem("released-too-easily", place, release=asked)]


def _length_problems(template: Template, place: Place, longest: Mapping[str, str]) -> list[Problem]:
    """Report an SMS that takes too many parts with the longest values of the plan."""
    if not _is_sms(template):
        return []
    text = _text(template, longest, texts.base_of(template.head.id) == texts.DRILL)
    segments, limit = sms.segments(text), _limit(template)
    if segments <= limit:
        return []
    # A good plan needs none of these sentences.
    from notanker.plan.catalogue_tone import CATALOGUE as TONE

    code = "alarm-too-long" if _is_alarm(template) else "may-be-too-long"
    name, units = _dearest(template, longest)
    over = _over(text, limit)
    return [
        TONE.problem(code, place, segments=segments, limit=limit, over=over, name=name, units=units)
    ]


def names_in(body: str) -> list[str]:
    """Return the names of a text's placeholders, each once."""
    return list(dict.fromkeys(_PLACEHOLDER.findall(body)))


def filled(body: str, values: Mapping[str, str]) -> str:
    """Return the text with its values; one that is missing leaves nothing."""
    return _PLACEHOLDER.sub(lambda found: values.get(found[1], ""), body)


def _own(
    template: Template, values: Mapping[str, str], in_drill: bool
) -> tuple[str, list[Problem]]:
    """Return the plan's text, or what forbids to use it."""
    place = Place(template.file, template.line, template.head.id)
    problems = _names_problems(template, place, BY_PEOPLE)
    unknown = len(problems)
    problems += [
        CATALOGUE.problem("empty-value", place, name=_braced(name))
        for name in names_in(template.body)
        if not unknown and not values.get(name)
    ]
    text, limit = _text(template, values, in_drill), _limit(template)
    if not text:
        problems.append(CATALOGUE.problem("empty-text", place))
    if _is_sms(template) and sms.segments(text) > limit:
        over = _over(text, limit)
        segments = sms.segments(text)
        problems.append(
            CATALOGUE.problem("too-long", place, segments=segments, limit=limit, over=over)
        )
    return text, problems


def _names_problems(template: Template, place: Place, by_people: tuple[str, ...]) -> list[Problem]:
    """Report placeholders that there are not, or not for these readers."""
    names = names_in(template.body)
    known = KNOWN + by_people + ((LIGHT,) if template.head.id == _RECOVERY else ())
    unknown = [name for name in names if name not in known]
    if not _is_public(template):
        return [_told("unknown-placeholder", place, name, known) for name in unknown]
    allowed = tuple(name for name in known if name in (*FOR_PUBLIC, LIGHT))
    return [
        _told("unknown-placeholder" if name in unknown else "not-for-public", place, name, allowed)
        for name in names
        if name not in allowed
    ]


def _told(code: str, place: Place, name: str, known: Iterable[str]) -> Problem:
    listed = " ".join(_braced(item) for item in known)
    return CATALOGUE.problem(code, place, name=_braced(name), known=listed)


def _odd(language: str, values: Mapping[str, str]) -> list[Problem]:
    """Report a language that there are no texts in, and values that no text has room for."""
    long = [key for key, value in values.items() if len(str(value)) > _MAX_VALUE]
    problems = [
        CATALOGUE.problem("value-too-long", Place(), name=_braced(key[:40]), limit=_MAX_VALUE)
        for key in long
    ]
    if language not in LANGUAGES:
        problem = CATALOGUE.problem("no-such-language", Place(), language=repr(language[:20]))
        problems.append(problem)
    return problems


def _text(template: Template, values: Mapping[str, str], in_drill: bool = False) -> str:
    """Fill in the values, in one pass so that none is read as a placeholder itself."""
    in_sms = _is_sms(template)
    lines = template.body.strip().splitlines()
    body = " ".join(template.body.split()) if in_sms else "\n".join(x.rstrip() for x in lines)
    text = filled(body, values)
    mark = texts.mark_words(values.get("mark", ""), template.head.lang)
    if body and mark and in_sms and "mark" not in names_in(body) and not _is_public(template):
        text = f"{text} {mark}"
    text = sms.fold(text) if in_sms else text
    return texts.marked_as_drill(text, template.head.lang) if text and in_drill else text


def _values(plan: Plan | None, language: str, values: Mapping[str, str]) -> dict[str, str]:
    given = {key: " ".join(str(value)[:_MAX_VALUE].split()) for key, value in values.items()}
    known = {"wording": _WORDING, **({} if plan is None else of_plan(plan, language))}
    return {**known, **{key: value for key, value in given.items() if value}}


def of_plan(plan: Plan, language: str) -> dict[str, str]:
    """Return the values that the plan itself knows."""
    bridge, brand = plan.escalation.bridge, plan.brand
    core = sorted((s for s in plan.services if s.core), key=lambda service: service.order or 0)
    owner = plan.role(plan.head.owner_role)
    contact = plan.contact(owner.holder) if owner is not None else None
    team = "Your team at" if language == "en" else "Ihr Team"
    signs = brand.signoff.words(language) if brand.signoff else f"{team} {plan.head.organisation}"
    return {
        "site": plan.head.site,
        "bridge": dialled(bridge.phone) if bridge is not None else "",
        "pin": bridge.pin if bridge is not None else "",
        "service": core[0].name.words(language) if core else "",
        "callback": dialled(contact.phone) if contact is not None else "",
        "brand.signoff": signs,
        LIGHT: brand.light.words(language) if brand.light is not None else "",
    }


def _is_sms(template: Template) -> bool:
    return template.head.channel.strip().lower() == "sms"


def _is_alarm(template: Template) -> bool:
    return texts.base_of(template.head.id) in _ALARMS


def _is_public(template: Template) -> bool:
    return texts.is_public(template.head.id, template.head.audience)


def _limit(template: Template) -> int:
    """Return in how many parts it may go out; an alarm in one: the second part may stay away."""
    return 1 if _is_alarm(template) else template.head.max


def _over(text: str, limit: int) -> int:
    room = sms.SINGLE_UNITS if limit == 1 else limit * sms.PART_UNITS
    return max(1, sms.units(text) - room)


def _dearest(template: Template, values: Mapping[str, str]) -> tuple[str, int]:
    """Return the placeholder whose longest value takes most room, and how much."""
    units = {n: sms.units(sms.fold(values.get(n, ""))) for n in names_in(template.body)}
    name = max(units, key=lambda one: units[one], default="")
    return (_braced(name), units[name]) if name else ("-", 0)


def _braced(name: str) -> str:
    return f"{{{name}}}"
