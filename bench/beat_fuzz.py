"""Throws random and mutated beats at the centre's opener, and counts what each is refused for.

``python bench/beat_fuzz.py`` needs no root. Four kinds: random bytes, sealed beats with bytes changed, real
records changed before they are sealed with the right key, and beats of strangers, of revoked keys, of the
past. The status is 1 if anything but a refusal with a reason came of one, or if one was taken that was not
sealed by its site.
"""

import argparse
import collections
import random
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

CHECKOUT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT))

from bench.table import aligned  # noqa: E402 - found from the checkout
from tests.unit.beat.sample import CALM, FULL  # noqa: E402

from notanker.beat import packed, sealing  # noqa: E402
from notanker.beat.keys import SiteKey, derive  # noqa: E402
from notanker_central import site_keys  # noqa: E402
from notanker_central.checking import RefusedError  # noqa: E402
from notanker_central.clock import Clock  # noqa: E402
from notanker_central.config import Site  # noqa: E402
from notanker_central.opening import Aead, Opener  # noqa: E402
from notanker_central.store import Store  # noqa: E402
from notanker_central.vault import Vault  # noqa: E402

KEY: Final = SiteKey(1, bytes(range(32)))
REVOKED: Final = SiteKey(2, bytes(range(1, 33)))
OPENED: Final = "a beat of the site's own"
NOW_S: Final = 1_795_000_000.0
STORED_EACH: Final = 20
"""Of the beats that open so many are one that goes on into the database: each costs a sync of the disk."""


def main() -> int:
    """Run and print the table."""
    parser = argparse.ArgumentParser(description="throw bad beats at the centre")
    parser.add_argument("--beats", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(options.seed)  # noqa: S311 - the same each time, on purpose
    begun_s = time.monotonic()
    rows, well = [["kind", "beats", "what came of them"]], True
    with tempfile.TemporaryDirectory() as folder:
        store, opener = _centre(Path(folder))
        for kind, (make, may_open) in KINDS.items():
            counts = _thrown(store, opener, make, options.beats // len(KINDS), chance)
            told = ", ".join(f"{number} {reason}" for reason, number in counts.most_common())
            rows.append([kind, str(sum(counts.values())), told])
            well = well and "EXCEPTION" not in counts and (may_open or OPENED not in counts)
    print(aligned(rows))
    print(f"\n{time.monotonic() - begun_s:.0f} s; {'well' if well else 'NOT WELL'}")
    return 0 if well else 1


def _centre(folder: Path) -> tuple[Store, Opener]:
    store, vault = Store(f"sqlite:///{folder}/central.sqlite"), Vault(folder / "master")
    store.list_sites([Site(id="nord", name="Nord"), Site(id="sued", name="Sued")])
    with store.write() as connection:
        for site, key in (("nord", KEY), ("sued", REVOKED)):
            site_keys.keep(connection, vault, site, key, NOW_S, recount=True)
            site_keys.use_first(connection, key.number, NOW_S)
        site_keys.revoke(connection, "sued", NOW_S)
    return store, Opener(store, vault, Clock())


def _thrown(
    store: Store,
    opener: Opener,
    make: Callable[[random.Random], bytes],
    beats: int,
    chance: random.Random,
) -> collections.Counter[str]:
    counts: collections.Counter[str] = collections.Counter()
    for _ in range(beats):
        sealed = make(chance)
        try:
            opened = opener.open(sealed)
            if counts[OPENED] % STORED_EACH == 0:
                store.take(opened.beat, NOW_S)
        except RefusedError as error:
            counts[error.reason] += 1
        except Exception as error:  # noqa: BLE001 - that is what is looked for
            counts["EXCEPTION"] += 1
            print(f"{type(error).__name__}: {error}: {sealed.hex()}", file=sys.stderr)
        else:
            counts[OPENED] += 1
    return counts


def _sealed(record: bytes, key: SiteKey = KEY, counter: int = 7) -> bytes:
    derived = derive(key.secret)
    return sealing.seal_beat(Aead(derived.up), derived.up_iv, key.kid, counter, record)


def _mutated(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(changed))
        way = chance.random()
        if way < 0.6:
            changed[at] = chance.randrange(256)
        elif way < 0.8:
            del changed[at:]
            changed += b"\x00" if not changed else b""
        else:
            changed[at:at] = chance.randbytes(chance.randint(1, 8))
    return bytes(changed)


RECORDS: Final = [packed.pack(CALM), packed.pack(FULL), packed.pack(replace(FULL, events=()))]
SEALED: Final = [_sealed(record) for record in RECORDS]


def _random(chance: random.Random) -> bytes:
    head = SEALED[0][: chance.randint(0, 20)] if chance.random() < 0.5 else b""
    return head + chance.randbytes(chance.randint(0, 200))


def _stranger(chance: random.Random) -> bytes:
    record = chance.choice(RECORDS)
    if chance.random() < 0.3:
        return _sealed(record, REVOKED, chance.randint(1, 2**40))
    return _sealed(record, SiteKey(chance.randint(1, 5), chance.randbytes(32)))


def _changed(chance: random.Random) -> bytes:
    """Return a sealed beat with something else in it than was sealed."""
    sealed = chance.choice(SEALED)
    while (changed := _mutated(sealed, chance)) in SEALED:
        continue
    return changed


def _record(chance: random.Random) -> bytes:
    return _sealed(_mutated(chance.choice(RECORDS), chance), counter=chance.randint(1, 2**40))


KINDS: Final = {
    "random bytes": (_random, False),
    "a sealed beat, changed": (_changed, False),
    "somebody else's seal": (_stranger, False),
    "a changed record, sealed by the site": (_record, True),
}


if __name__ == "__main__":
    sys.exit(main())
