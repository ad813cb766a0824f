"""Checks the wording of a text: what it has to say, and what it must not.

The rules are those of crisis communication (say early, precisely and calmly what is affected, what works,
what is done and when there is news; no blame, no guess, no promise): BMI, Leitfaden Krisenkommunikation;
Atlassian, Incident communication tips. They are asked of the text with its placeholders, so a text is
checked once, long before it is needed. A finding is a warning: whoever writes may know better.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from notanker.errors import Place, Problem
from notanker.plan import tone_words as words
from notanker.plan.catalogue_tone import CATALOGUE
from notanker.plan.kinds import AUDIENCES, STAGES, Kind, is_inside, kind_of
from notanker.plan.model import Brand, Plan, TemplateHead, dialled
from notanker.plan.shipped import base_of, is_public

MAX_WORDS: Final = 15
"""In one sentence."""
MAX_CHARS: Final = 20_000
"""Of one text; what comes after is not looked at."""

_HOLE: Final = re.compile(r"\{[^{}\n]*\}")
_SHORT: Final = re.compile(r"\b(?:z\. ?B|d\. ?h|Nr|No|Kd|ca|bzw|Std|Min|Tel|St|e\.g|i\.e)\.")
_IN_NUMBER: Final = re.compile(r"(?<=\d)[.:,](?=\d)")
_END: Final = re.compile(r"(?<![.!?])[.!?]+(?=\s|$)|\n+")
_CHAIN: Final = re.compile(r"[!?]{2,}|!\s{1,3}!")
_CAPS: Final = re.compile(r"(?<![\w{-])[A-ZÄÖÜ]{2,}(?![\w}-])")


@dataclass(frozen=True, slots=True)
class Known:
    """Whose names and numbers a text must not have: of a plan, as far as there is one."""

    numbers: frozenset[str] = frozenset()
    people: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Text:
    """A text under examination."""

    text: str
    head: TemplateHead
    kind: Kind
    brand: Brand
    known: Known
    place: Place

    @property
    def public(self) -> bool:
        """Tell whether the public reads it or hears it said."""
        outside = is_public(self.head.id, self.head.audience)
        return outside or self.kind.spoken_to_public

    def at(self, start: int) -> Place:
        """Return the place of what stands there."""
        line = self.place.line
        if line is not None:
            line += self.text.count("\n", 0, start)
        return Place(self.place.file, line, self.place.field or self.head.id)


def known_of(plan: Plan) -> Known:
    """Return the names and numbers of a plan that a text must not have."""
    people = [contact for contact in plan.contacts if contact.kind == "person"]
    numbers = [n for c in people for n in (c.phone, c.phone_2, c.sms) if isinstance(n, str) and n]
    lines = ("access_line", "provider", "mobile")
    providers = {c.org for c in plan.contacts if c.kind == "provider"}
    providers |= {s.words("de") for s in plan.systems if s.kind in lines}
    return Known(
        frozenset(dialled(number) for number in numbers),
        tuple(contact.name for contact in people),
        tuple(sorted(providers)),
    )


def check(
    text: str,
    head: TemplateHead,
    brand: Brand | None = None,
    *,
    known: Known | None = None,
    place: Place | None = None,
) -> list[Problem]:
    """Return the findings on a text, each with the line that it stands in. Never raises."""
    seen = _Text(
        text[:MAX_CHARS],
        head,
        kind_of(head),
        brand or Brand(),
        known or Known(),
        place or Place("", 1),
    )
    return [problem for rule in RULES for problem in rule(seen)]


def _head(seen: _Text) -> Iterator[Problem]:
    """Check that the head says what the kind is for."""
    head, kind = seen.head, seen.kind
    own = kind.audience == head.audience and kind.stage == head.stage
    for field, found, expected in (
        ("audience", head.audience, sorted(AUDIENCES) if own else [kind.audience]),
        ("stage", head.stage, STAGES if own else [kind.stage]),
    ):
        if found not in expected:
            place = Place(seen.place.file, None, field)
            listed = ", ".join(expected)
            yield CATALOGUE.problem(f"odd-{field}", place, found=found, expected=listed)


def _must(seen: _Text) -> Iterator[Problem]:
    patterns = words.MUST[seen.head.lang]
    for need in seen.kind.must:
        if not patterns[need].search(seen.text) and not _signed(need, seen):
            yield CATALOGUE.problem(f"lacks-{need}", seen.at(0))


def _signed(need: str, seen: _Text) -> bool:
    own = seen.brand.signoff
    return need == "signoff" and own is not None and own.words(seen.head.lang) in seen.text


def _sorry(seen: _Text) -> Iterator[Problem]:
    pattern = words.SORRY[seen.head.lang]
    count = sum(1 for sentence, _ in sentences(seen.text) if pattern.search(sentence))
    if count > 1:
        yield CATALOGUE.problem("sorry-twice", seen.at(0), count=count)
    if seen.kind.sorry and not count:
        yield CATALOGUE.problem("lacks-sorry", seen.at(0))


def _blame(seen: _Text) -> Iterator[Problem]:
    yield from _found("blame", words.BLAME[seen.head.lang], seen)
    names = "|".join(re.escape(name) for name in seen.known.providers)
    if names:
        because = words.BECAUSE[seen.head.lang]
        yield from _found("blame", re.compile(f"{because}(?:{names})\\b", re.IGNORECASE), seen)


def _guess(seen: _Text) -> Iterator[Problem]:
    if seen.public or not is_inside(seen.head):
        yield from _found("guess", words.GUESS[seen.head.lang], seen)


def _promise(seen: _Text) -> Iterator[Problem]:
    if not seen.head.source:
        yield from _found("promise", words.PROMISE[seen.head.lang], seen)


def _jargon(seen: _Text) -> Iterator[Problem]:
    if seen.public:
        text = _HOLE.sub(lambda hole: " " * len(hole[0]), seen.text)
        yield from _found("jargon", words.JARGON, seen, text)


def _exclamations(seen: _Text) -> Iterator[Problem]:
    for found in _CHAIN.finditer(seen.text):
        if "!" in found[0]:
            yield _problem("exclamations", found, seen)


def _all_caps(seen: _Text) -> Iterator[Problem]:
    """Report words that shout: long ones, and several beside one another."""
    before = -2
    for found in _CAPS.finditer(seen.text):
        beside = found.start() == before + 1
        if found[0] not in words.CAPS_ALLOWED:
            if len(found[0]) > words.ABBREVIATION_LETTERS or beside:
                yield CATALOGUE.problem("all-caps", seen.at(found.start()), found=found[0])
            before = found.end()


def _personal(seen: _Text) -> Iterator[Problem]:
    for found in words.MAIL.finditer(seen.text):
        if not words.MAILBOX.match(found[0]):
            yield _problem("personal", found, seen)
    yield from _found("personal", words.ACCOUNT, seen)
    for found in words.NUMBER.finditer(seen.text):
        number = dialled(found[0])
        if number in seen.known.numbers or words.MOBILE.match(number):
            yield _problem("personal", found, seen)
    names = "|".join(re.escape(name) for name in seen.known.people)
    if names and not is_inside(seen.head):
        yield from _found("personal", re.compile(f"\\b(?:{names})\\b"), seen)


def _sentences(seen: _Text) -> Iterator[Problem]:
    for sentence, start in sentences(seen.text):
        count = len(words_in(sentence))
        if count > MAX_WORDS:
            shown = _shown(sentence)
            place = seen.at(start)
            yield CATALOGUE.problem(
                "long-sentence", place, found=shown, count=count, limit=MAX_WORDS
            )


def _brand(seen: _Text) -> Iterator[Problem]:
    if is_inside(seen.head) and not seen.kind.spoken_to_public:
        return
    for word in seen.brand.forbidden[:200]:
        yield from _found(
            "forbidden-word", re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE), seen
        )
    if seen.head.lang == "de":
        pattern = words.BY_DU if seen.brand.salutation == "Sie" else words.BY_SIE
        for found in pattern.finditer(seen.text):
            yield CATALOGUE.problem(
                "wrong-salutation", seen.at(found.start()), found=_shown(found[0]),
                salutation=seen.brand.salutation,
            )  # fmt: skip


def _light(seen: _Text) -> Iterator[Problem]:
    if base_of(seen.head.id) == "T13":
        return
    lines = ["{brand.light}"]
    lines += [seen.brand.light.de, seen.brand.light.en] if seen.brand.light is not None else []
    start = max(seen.text.find(line) if line else -1 for line in lines)
    if start >= 0:
        yield CATALOGUE.problem("light-too-early", seen.at(start))


RULES: Final[tuple[Callable[[_Text], Iterator[Problem]], ...]] = (
    _head, _must, _sorry, _blame, _guess, _promise, _jargon, _exclamations, _all_caps, _personal,
    _sentences, _brand, _light,
)  # fmt: skip


def sentences(text: str) -> Iterator[tuple[str, int]]:
    """Yield each sentence with where it begins; a line of a list is one, too."""
    masked = _HOLE.sub(lambda hole: "x" * len(hole[0]), text)
    masked = _SHORT.sub(lambda short: short[0].replace(".", "x"), masked)
    masked = _IN_NUMBER.sub("x", masked)
    start = 0
    for end in _END.finditer(masked):
        yield text[start : end.end()], start
        start = end.end()
    yield text[start:], start


def words_in(sentence: str) -> list[str]:
    """Return the words of a sentence; a placeholder is one, a mark of a list is none."""
    return [word for word in sentence.split() if any(char.isalnum() for char in word)]


def _found(
    code: str, pattern: re.Pattern[str], seen: _Text, text: str | None = None
) -> Iterator[Problem]:
    for found in pattern.finditer(seen.text if text is None else text):
        yield _problem(code, found, seen)


def _problem(code: str, found: re.Match[str], seen: _Text) -> Problem:
    return CATALOGUE.problem(code, seen.at(found.start()), found=_shown(found[0]))


def _shown(text: str) -> str:
    """Return what was found, on one line and not too long."""
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:57]}..."
