"""The fleet board: pages and JSON, reading only."""

from __future__ import annotations

from flask import Flask

from notanker_central.clock import Clock
from notanker_central.config import Board
from notanker_central.health import Health
from notanker_central.store import Store


def board_app(store: Store, board: Board, clock: Clock, health: Health) -> Flask:
    """Return the application behind the board's door."""
    return Flask("notanker_central.board", static_folder=None)
