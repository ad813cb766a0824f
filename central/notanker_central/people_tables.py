"""The tables of those who use the board: accounts, their sessions, and who did what."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, String, Table, Text

from notanker_central.tables import metadata

account: Final = Table(
    "account",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("role", String(16), nullable=False),
    # An Argon2id hash; empty for one that signs in elsewhere.
    Column("password", Text, nullable=False),
    # Issuer and subject of one that signs in by OpenID Connect; null for a local one.
    Column("subject", Text, unique=True),
    # The SHA-256 of its token for programs, in hex; null for none.
    Column("token_sha256", String(64), unique=True),
    Column("created_s", Float, nullable=False),
)

session: Final = Table(
    "session",
    metadata,
    # The SHA-256 of what the browser holds: who reads the database signs in as nobody.
    Column("id_sha256", String(64), primary_key=True),
    Column("account", String(64), ForeignKey("account.name"), nullable=False),
    Column("began_s", Float, nullable=False),
    Column("seen_s", Float, nullable=False),
    Column("address", String(64), nullable=False),
    Index("session_account", "account"),
    Index("session_seen", "seen_s"),
)

errand: Final = Table(
    "errand",
    metadata,
    # A browser that was sent to sign in elsewhere and is expected back.
    Column("id_sha256", String(64), primary_key=True),
    Column("verifier", String(128), nullable=False),
    Column("nonce", String(64), nullable=False),
    Column("then", Text, nullable=False),
    Column("until_s", Float, nullable=False),
)

audit: Final = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at_s", Float, nullable=False),
    Column("who", String(64), nullable=False),
    Column("what", String(32), nullable=False),
    Column("about", Text, nullable=False),
    # An address, or `console` for a command on the centre's own machine.
    Column("address", String(64), nullable=False),
    Index("audit_signed_in", "who", "what", "about"),
)
