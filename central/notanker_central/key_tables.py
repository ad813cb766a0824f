"""The tables of sites' keys and of the codes that sites are enrolled by."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
)

from notanker_central.tables import metadata

site_key: Final = Table(
    "site_key",
    metadata,
    # What messages call it by; none is ever given to two keys.
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("site", String(64), ForeignKey("site.id"), nullable=False),
    # Opens with the master key alone.
    Column("sealed", LargeBinary, nullable=False),
    Column("bearer_sha256", String(64), nullable=False),
    Column("made_s", Float, nullable=False),
    # Whether the site counts from the beginning with it, and whether its journal is a new one.
    Column("recount", Boolean, nullable=False),
    Column("anew", Boolean, nullable=False),
    # When it was used first; null: not yet, and the site's older key is good until then.
    Column("used_s", Float),
    # When and why it was good for the last time; null: it still is.
    Column("ended_s", Float),
    Column("why", String(16), nullable=False),
    # Grows with every change to any key, so that a running centre sees what a command did.
    Column("change", BigInteger, nullable=False),
    Index("site_key_site", "site"),
    Index("site_key_change", "change"),
)

enrolment: Final = Table(
    "enrolment",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("site", String(64), ForeignKey("site.id"), nullable=False),
    # The code's secret; opens with the master key alone.
    Column("sealed", LargeBinary, nullable=False),
    Column("made_s", Float, nullable=False),
    Column("ends_s", Float, nullable=False),
    Column("wrong", Integer, nullable=False),
    # The key that was made by it last; the code is gone once that is used.
    Column("number", BigInteger),
    Index("enrolment_site", "site"),
)
