"""The centre's tables, in SQL that SQLite and PostgreSQL share.

Times are seconds since 1970 UTC on the centre's clock, unless a column says otherwise.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    column,
    false,
    literal_column,
)

from notanker_central.states import State, rank_of

SCHEMA_VERSION: Final = 1
NO_COUNTER: Final = -1
"""The counter of a site that has not reported: every real counter is greater."""
NO_POSITION: Final = -1
"""`stored_to` of a journal of which no event has come: its first one may bear any number."""
NEW_SITE: Final = {
    "state": "never",
    "rank": rank_of(State.NEVER),
    "counter": NO_COUNTER,
    "epoch": 1,
    "stored_to": NO_POSITION,
    "conflict": False,
    "old_beats": 0,
    "patience_s": 0.0,
}

metadata: Final = MetaData()


def _only(condition: ColumnElement[bool]) -> dict[str, Any]:
    """Return which rows an index has. SQLite takes it for a query that says the very same, with literals."""
    return {"sqlite_where": condition, "postgresql_where": condition}


schema: Final = Table("schema_version", metadata, Column("version", Integer, nullable=False))

site: Final = Table(
    "site",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("interval_s", Float, nullable=False),
    Column("grace_s", Float, nullable=False),
    # A site that was removed keeps its history and is neither shown nor watched.
    Column("listed", Boolean, nullable=False),
    # Whether central.toml names it, and so says what it is called; else a command does.
    Column("declared", Boolean, nullable=False),
    Column("state", String(16), nullable=False),
    Column("rank", Integer, nullable=False),
    Column("since_s", Float),
    Column("counter", BigInteger, nullable=False),
    Column("received_s", Float),
    # How long this site may stay silent: its interval and its grace.
    Column("patience_s", Float, nullable=False),
    # When the dead man's switch fires; null: never reported, or silent already.
    Column("due_s", Float),
    # The newest beat as it came, packed, if it told nothing new (`calm`); null: `full_beat` has the newest.
    Column("latest", LargeBinary),
    # The journal that the site writes now; a replaced SD card begins a new one.
    Column("epoch", Integer, nullable=False),
    Column("stored_to", BigInteger, nullable=False),
    # Whether the site told something else than is stored at a position: it writes a new journal.
    Column("conflict", Boolean, nullable=False),
    Column("old_beats", Integer, nullable=False),
    # Where it is, for the map; its time zone and agreed hours, for the reports; what a search looks in.
    Column("latitude", Float),
    Column("longitude", Float),
    Column("time_zone", String(64), nullable=False, server_default=""),
    Column("agreed", Text, nullable=False, server_default=""),
    Column("search", Text, nullable=False, server_default=""),
    # What the newest beat says, for filters and lists, and for what silent sites have in common.
    Column("operator", String(64), nullable=False, server_default=""),
    Column("version", String(32), nullable=False, server_default=""),
    # When the backup was proven last: by a beat that came over it, or as the site says; null: never.
    Column("lte_proven_s", Float),
    # The plan in force, and since when the site says so.
    Column("plan", String(16), nullable=False, server_default=""),
    Column("plan_since_s", Float),
    # Open incidents, and those that nobody has taken on.
    Column("incidents", Integer, nullable=False, server_default="0"),
    Column("unheld", Integer, nullable=False, server_default="0"),
    # All that counts, filters and lists need: without it each of them would read every beat.
    Index(
        "site_glance",
        "listed",
        "rank",
        "name",
        "id",
        "region",
        "operator",
        "search",
        "lte_proven_s",
        "plan_since_s",
        "incidents",
        "unheld",
        "latitude",
        "longitude",
    ),
)
SHOWN: Final = site.c.listed.is_not(false())
"""That a site is listed, in the words of the indexes below. Who says `listed` gets the one of all sites."""
OPEN: Final = site.c.incidents > literal_column("0")
# The sites that have something open: few, while the index above has all.
Index(
    "site_open",
    site.c.incidents,
    site.c.rank,
    site.c.name,
    site.c.id,
    site.c.listed,
    site.c.unheld,
    **_only(OPEN),
)
# The regions in their order, with what is told of each; the operators that there are.
Index(
    "site_regions",
    site.c.region,
    site.c.rank,
    site.c.lte_proven_s,
    site.c.latitude,
    site.c.longitude,
    site.c.listed,
    **_only(SHOWN),
)
Index("site_operators", site.c.operator, site.c.listed, **_only(SHOWN))

# The newest beat that told something new, whole, in JSON. It is apart because it is long: each beat writes
# its site's row anew, and the shorter the row, the less of the disk.
full_beat: Final = Table(
    "full_beat",
    metadata,
    Column("site", String(64), ForeignKey("site.id"), primary_key=True),
    Column("told", Text, nullable=False),
)

event: Final = Table(
    "event",
    metadata,
    Column("site", String(64), ForeignKey("site.id"), primary_key=True),
    Column("epoch", Integer, primary_key=True),
    Column("position", BigInteger, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("wall_s", Float, nullable=False),  # the site's clock
    Column("trusted", Boolean, nullable=False),
    Column("boot_s", Float, nullable=False),
    Column("boot", Text, nullable=False),
    Column("fields", Text, nullable=False),
    Column("received_s", Float, nullable=False),
)

# Which events are of texts for people outside, so that these are found without reading whole journals.
outside: Final = Table(
    "outside",
    metadata,
    Column("site", String(64), ForeignKey("site.id"), primary_key=True),
    Column("epoch", Integer, primary_key=True),
    Column("position", BigInteger, primary_key=True),
    Column("incident", BigInteger, nullable=False),
    Column("received_s", Float, nullable=False),
    Index("outside_incident", "site", "epoch", "incident"),
    Index("outside_received", "received_s"),
)

report: Final = Table(
    "report",
    metadata,
    Column("site", String(64), ForeignKey("site.id"), primary_key=True),
    Column("epoch", Integer, primary_key=True),
    Column("number", BigInteger, primary_key=True),
    Column("cause", String(32), nullable=False),
    Column("opened_s", Float, nullable=False),  # the site's clock
    Column("outage_s", Float),
    Column("received_s", Float, nullable=False),
    Column("body", LargeBinary, nullable=False),  # deflated JSON, as the site sent it
)

flip: Final = Table(
    "flip",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("site", String(64), ForeignKey("site.id"), nullable=False),
    Column("at_s", Float, nullable=False),
    Column("before", String(16), nullable=False),
    Column("after", String(16), nullable=False),
    Column("cause", String(32), nullable=False),
    Index("flip_site", "site", "id"),
    Index("flip_at", "at_s"),
)

roll_up: Final = Table(
    "roll_up",
    metadata,
    Column("site", String(64), ForeignKey("site.id"), primary_key=True),
    # Whole hours since 1970 UTC: `hour * 3600` is its first second.
    Column("hour", Integer, primary_key=True),
    # How long the site was in each state, out of the flips: 3600 s together (`rolling.SECONDS`).
    Column("ok_s", Float, nullable=False, server_default="0"),
    Column("backup_s", Float, nullable=False, server_default="0"),
    Column("isolated_s", Float, nullable=False, server_default="0"),
    Column("silent_s", Float, nullable=False, server_default="0"),
    Column("never_s", Float, nullable=False, server_default="0"),
    # False while the hour is not over, or its flips have not been added up: draw it from the flips then.
    Column("settled", Boolean, nullable=False, server_default=false()),
    # What its newest beat said when the hour was over; null if none came, or if it did not say.
    Column("signal_dbm", Float),
    Column("lte_used_bytes", BigInteger),
    Index("roll_up_hour", "hour"),
)

centre_order: Final = Table(
    "centre_order",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("site", String(64), ForeignKey("site.id"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("incident", BigInteger, nullable=False),
    Column("contact", Text, nullable=False),
    Column("how", String(16), nullable=False),
    # When the person was told what he answers.
    Column("at_s", Float, nullable=False),
    # Which text is released or withdrawn, and in which words; empty and 0 for an acknowledgement.
    Column("template", String(64), nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("asked_s", Float, nullable=False),
    # When the site said what became of it; null: not yet.
    Column("answered_s", Float),
    Column("taken", Boolean),
    Column("reason", Text, nullable=False),
    Index("centre_order_site", "site", "answered_s"),
    # Each batch of beats asks which sites have one waiting; mostly none has.
    Index(
        "centre_order_waiting",
        "site",
        **_only(column("answered_s").is_(None)),
    ),
)

alarm: Final = Table(
    "alarm",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    # Null where it is the centre itself that hears nobody.
    Column("site", String(64), ForeignKey("site.id")),
    Column("kind", String(16), nullable=False),
    # What the site's last beat foretold: `power`, `isolated`, `spent`, `backup`, `clock`.
    Column("hint", String(16), nullable=False, server_default=""),
    # The incident that it belongs to; null while none has been found for it.
    Column("incident", Integer),
    Column("opened_s", Float, nullable=False),
    Column("closed_s", Float),
    # When the first message that counts it was written down; null: not yet.
    Column("told_open_s", Float),
    Index("alarm_site", "site", "closed_s"),
    Index("alarm_closed", "closed_s", "id"),
    Index("alarm_of_incident", "incident", "closed_s"),
)

alarm_incident: Final = Table(
    "alarm_incident",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(16), nullable=False),
    # What its sites have in common (`alarm.common.Dimension`), and which one of these.
    Column("dimension", String(16), nullable=False),
    Column("value", Text, nullable=False),
    # Since when: the last beat of the first of its sites, or its last proof.
    Column("since_s", Float, nullable=False),
    Column("opened_s", Float, nullable=False),
    Column("resolved_s", Float),
    Column("acknowledged_s", Float),
    Column("acknowledged_by", Text, nullable=False),
    # How many of its sites are silent, of how many that have it in common; and at the worst.
    Column("sites", Integer, nullable=False),
    Column("of", Integer, nullable=False),
    Column("most", Integer, nullable=False),
    Index("alarm_incident_open", "resolved_s"),
)

alarm_fact: Final = Table(
    "alarm_fact",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("incident", Integer, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("body", Text, nullable=False),
    Index("alarm_fact_incident", "incident", "id"),
)

alarm_message: Final = Table(
    "alarm_message",
    metadata,
    Column("mark", String(32), primary_key=True),
    Column("incident", Integer, nullable=False),
    Column("person", String(64), nullable=False),
    # Whether nothing more will be done about it.
    Column("over", Boolean, nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("queued_s", Float, nullable=False),
    Column("settled_s", Float),
    Column("body", Text, nullable=False),  # the message on its way (`core.delivery.Delivery`)
    Column("about", Text, nullable=False),  # what a program is told beside the text
    Index("alarm_message_over", "over", "settled_s"),
)

plan_release: Final = Table(
    "plan_release",
    metadata,
    Column("site", String(64), ForeignKey("site.id"), primary_key=True),
    # The offer by its SHA-256, and the plan's number in the row.
    Column("offer", String(64), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("at_s", Float, nullable=False),
)
