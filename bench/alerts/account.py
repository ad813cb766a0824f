"""Accounts for every message: what the record says of it against what left at the SMS centre."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

ENDS: Final = frozenset({"sent", "delivered"})
WITHDRAWN: Final = "withdrawn"
"""How the reason begins of what was not sent, or not once more, because it was overtaken."""
ALL_CLEAR: Final = frozenset({"T12", "T12-system"})
NEWS: Final = frozenset({"T1", "T3", "T4", "T5", "T8", "T11"})
"""What tells of the incident itself: who had none of it hears no all-clear."""
CALLS: Final = frozenset({"T1", "T1-isolated", "T1-system", "T2", "T2-bridge"})
"""What calls somebody to do something: none of it may be said anew once somebody has the incident."""
OUTSIDE: Final = frozenset({"T6", "T7", "T9", "T10", "T13"})
"""What people outside would read: nothing of it leaves without a person."""
_MARK: Final = re.compile(r"(\d+-\d+)(r*)$")
_ANSWER: Final = re.compile(r"\bR-\d+r*$")


class Fact(Protocol):
    """One row of the site's journal."""

    @property
    def kind(self) -> str:
        """Give the name of its type."""

    @property
    def fields(self) -> dict[str, Any]:
        """Give the rest."""


@dataclass
class Account:
    """What came of the messages; lists hold marks.

    Attributes:
        messages: How many the record has.
        lost: Those that never left, nor another that stands for them.
        withdrawn: Those that still waited when all was well again, and were not sent for that.
        endless: Those whose end the record does not know.
        marked: Copies that say which they are, each once for every one: ``17-1r``, ``17-1rr``.
        unmarked: Copies that do not say so, or that say the same.
        strays: Texts that left and belong to no message of the record.
        uncalled: All-clears to people who had heard nothing of it before, and second ones.
        uncleared: Contacts who had, and never heard the end.
        anew: Calls to people after somebody had said that he has it.
        outside: Texts for people outside, which a person must release.
    """

    messages: int = 0
    lost: list[str] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)
    endless: list[str] = field(default_factory=list)
    marked: list[str] = field(default_factory=list)
    unmarked: list[str] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)
    uncalled: list[str] = field(default_factory=list)
    uncleared: list[str] = field(default_factory=list)
    anew: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    @property
    def problems(self) -> list[str]:
        """Give in words what must not be."""
        names = (
            "lost", "endless", "unmarked", "strays", "uncalled", "uncleared", "anew", "outside",
        )  # fmt: skip
        return [f"{name}: {', '.join(found)}" for name in names if (found := getattr(self, name))]


def account(facts: Sequence[Fact], sms: Iterable[Mapping[str, Any]]) -> Account:
    """Compare the record of some incidents with all that left while they were open."""
    queued = {f.fields["mark"]: f.fields for f in facts if f.kind == "Queued"}
    found = Account(len(queued))
    copies = _copies(sms, queued, found)
    ends, carriers = _ends(facts)
    for mark in queued:
        carrier = carriers.get(mark, mark)  # its end is theirs, withdrawn as well as sent
        if ends.get(carrier) == WITHDRAWN and not copies[carrier]:
            found.withdrawn.append(mark)
            continue
        if not copies[carrier]:
            found.lost.append(mark)
        if ends.get(carrier) not in {*ENDS, WITHDRAWN}:
            found.endless.append(mark)
    _people(facts, found)
    found.outside += [m for m, q in queued.items() if q["template"].partition("-")[0] in OUTSIDE]
    return found


def _copies(
    sms: Iterable[Mapping[str, Any]], queued: Mapping[str, Mapping[str, Any]], found: Account
) -> dict[str, list[str]]:
    """Return for each mark what each copy says of itself, "" for the first; note what does not fit."""
    copies: dict[str, list[str]] = defaultdict(list)
    for one in sms:
        text = str(one["text"])
        parsed = _MARK.search(text)
        if _ANSWER.search(text):
            continue
        if parsed is None or queued.get(parsed[1], {}).get("number") != one["number"]:
            found.strays.append(text)
            continue
        copies[parsed[1]].append(parsed[2])
    for mark, said in copies.items():
        well = len(set(said)) == len(said)
        (found.marked if well else found.unmarked).extend([mark] * (len(said) - 1))
    return copies


def _ends(facts: Sequence[Fact]) -> tuple[dict[str, str], dict[str, str]]:
    """Return each message's last known end, and for merged ones the mark that stands for them."""
    ends: dict[str, str] = {}
    carriers: dict[str, str] = {}
    for fact in facts:
        if fact.kind == "Settled":
            mark, reason = fact.fields["mark"], fact.fields.get("reason", "")
            ends[mark] = WITHDRAWN if reason.startswith(WITHDRAWN) else fact.fields["outcome"]
            if re.fullmatch(r"\d+-\d+", reason):
                carriers[mark] = reason
    return ends, carriers


@dataclass
class _Ears:
    """What the people of one incident have heard so far, and whether somebody has it."""

    heard: set[str] = field(default_factory=set)
    cleared: set[str] = field(default_factory=set)
    gloomy: set[str] = field(default_factory=set)
    taken: bool = False
    closed: bool = False


def _people(facts: Sequence[Fact], found: Account) -> None:
    """Hold what each person heard against what had happened by then."""
    ears: dict[int, _Ears] = defaultdict(_Ears)
    for fact in facts:
        one = ears[fact.fields.get("incident") or 0]
        match fact.kind:
            case "Acknowledged":
                one.taken = True
            case "Resolved":
                one.closed = not fact.fields.get("into")
            case "Queued":
                _hear(one, fact.fields, found)
    for number, one in ears.items():
        if one.closed:
            found.uncleared += sorted(f"{number} {name}" for name in one.heard - one.cleared)


def _hear(ears: _Ears, said: Mapping[str, Any], found: Account) -> None:
    contact, template, mark = said["contact"], said["template"], said["mark"]
    if template in ALL_CLEAR:
        if contact not in ears.heard or contact in ears.cleared:
            found.uncalled.append(mark)
        ears.cleared.add(contact)
        return
    # That the backup has come after all is news for who was told that there is none.
    better = template == "T1" and contact in ears.gloomy
    if template in CALLS and ears.taken and not better:
        found.anew.append(mark)
    if template == "T1-isolated":
        ears.gloomy.add(contact)
    if template.partition("-")[0] in NEWS:
        ears.heard.add(contact)
