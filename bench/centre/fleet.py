"""Sites by the thousand: listed with their keys at a centre, and sealing beats like real ones."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sqlalchemy import insert

from notanker.beat import packed, sealing
from notanker.beat.keys import derive, kid_of
from notanker.core.heartbeat import Ack, Beat, BeatEvent
from notanker.core.moment import Moment
from notanker.core.names import Line, Uplink, Verdict
from notanker.shell.aead import Aead
from notanker_central import key_tables, site_keys
from notanker_central import tables as t
from notanker_central.clock import Clock
from notanker_central.store import Store
from notanker_central.vault import Vault

AT_ONCE: Final = 10_000
BEGUN_S: Final = Clock().wall_s() - 60.0
"""What the sites tell is a minute old: a centre doubts what lies in its future."""
BOOT: Final = "0f9d6c2e-3b1a-4f6e-9a34-2c1b5d7e8f90"


def name(number: int) -> str:
    """Return a site's id."""
    return f"site-{number:06d}"


def secret(number: int) -> bytes:
    """Return a site's key."""
    return hashlib.sha256(b"bench %d" % number).digest()


def fill(url: str, master: Path, count: int) -> None:
    """List so many sites with keys in force, as the commands of the centre would one by one."""
    store, vault, now_s = Store(url), Vault(master), Clock().wall_s()
    told = {"region": "", "interval_s": 60.0, "grace_s": 90.0, "listed": True, "declared": False}
    for begin in range(0, count, AT_ONCE):
        numbers = range(begin, min(begin + AT_ONCE, count))
        sites = [{"id": name(n), "name": name(n), **told, **t.NEW_SITE} for n in numbers]
        keys = [
            {
                "number": n + 1,
                "site": name(n),
                "sealed": vault.seal(secret(n), site_keys.label(name(n), n + 1)),
                "bearer_sha256": site_keys.bearer_digest(derive(secret(n)).bearer),
                "made_s": now_s,
                "recount": False,
                "anew": False,
                "used_s": now_s,
                "why": "",
                "change": 1,
            }
            for n in numbers
        ]
        with store.write() as connection:
            connection.execute(insert(t.site), sites)
            connection.execute(insert(key_tables.site_key), keys)
    store.close()


def beat(site: str, counter: int, **values: object) -> Beat:
    """Return a beat of an ordinary minute."""
    now = Moment(3_600.0, BEGUN_S, trusted=True, boot=BOOT)
    usual: dict[str, object] = {
        "sent": now,
        "over": Uplink.PRIMARY,
        "interval_s": 60.0,
        "version": "0.1.0",
        "line": Line.PRIMARY,
        "line_since": now,
        "primary": Verdict.UP,
        "backup": Verdict.UP,
        "operator": "Musternetz",
        "signal_dbm": -87.0,
        "lte_used_bytes": 41 * 1024 * 1024,
        "lte_proven": now,
        "plan_seq": 12,
    }
    return Beat(site=site, counter=counter, **{**usual, **values})  # type: ignore[arg-type]


@dataclass(slots=True)
class Site:
    """One simulated site: its key, its counter, and its journal.

    Attributes:
        counter: The last one that was used.
        position: Of the last event of its journal.
        stored_to: What the centre has confirmed.
    """

    number: int
    counter: int = 0
    position: int = 0
    stored_to: int = 0
    _up: Aead = field(init=False)
    _up_iv: bytes = field(init=False)
    _down: Aead = field(init=False)
    _down_iv: bytes = field(init=False)

    def __post_init__(self) -> None:
        derived = derive(secret(self.number))
        self._up, self._up_iv = Aead(derived.up), derived.up_iv
        self._down, self._down_iv = Aead(derived.down), derived.down_iv

    def seal(self, record: bytes) -> bytes:
        """Seal the next beat, which was packed before: only the seal tells whose it is."""
        self.counter += 1
        kid = kid_of(self.number + 1)
        return sealing.seal_beat(self._up, self._up_iv, kid, self.counter, record)

    def telling(self, most: int) -> bytes:
        """Return the record of a beat with the events that the centre has not confirmed yet."""
        first = self.stored_to + 1
        events = tuple(event(n) for n in range(first, min(self.position, first + most - 1) + 1))
        return packed.pack(beat("", 0, events=events, journal=self.position, same=self.counter > 0))

    def open(self, answer: bytes, counter: int) -> Ack | None:
        """Return what an answer says, None if it is none to that beat."""
        record = sealing.open_answer(self._down, self._down_iv, counter, answer)
        return None if record is None else packed.unpack_ack(record, counter)


def event(position: int) -> BeatEvent:
    """Return one row of a site's journal."""
    at = Moment(float(position), 1_800_000_000.0 + position, trusted=True, boot=BOOT)
    return BeatEvent(position, "LineChanged", at, f'{{"line":"primary","n":{position}}}')


WHOLE: Final = packed.pack(beat("", 0))
"""The record of a site's first beat."""
USUAL: Final = packed.pack(beat("", 0, same=True))
"""The record of a minute in which nothing changed."""
