"""The panel on the box, and the rule by which it may restart the primary router."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from notanker.config.values import Name
from notanker.core.calendar import window_of


class PanelConfig(msgspec.Struct, frozen=True, kw_only=True):
    """The panel on the box.

    Attributes:
        plugin: Name of the plugin that plays the panel's part.
        quiet_hours: Hours such as `22:00-06:00` in which the buzzer keeps silent.
        loud_in_incidents: It sounds in them all the same while an incident waits for somebody.
    """

    plugin: Name
    quiet_hours: str = ""
    loud_in_incidents: bool = False

    def __post_init__(self) -> None:
        """Check the hours."""
        if self.quiet_hours and window_of(self.quiet_hours) is None:
            raise ValueError(
                f"quiet_hours: „{self.quiet_hours}“ ist kein Zeitfenster; eines wie 22:00-06:00 eintragen.",
                f"quiet_hours: '{self.quiet_hours}' is no window of time; write one such as 22:00-06:00.",
            )


class PowerCycleConfig(msgspec.Struct, frozen=True, kw_only=True):
    """When the panel's relay may restart the primary router.

    Attributes:
        after_min: So long the router itself must have been the cause of the outage.
        per_day: So many times in any 24 hours.
        off_s: How long it is without power.
        boot_min: How long it takes to start.
    """

    enabled: bool = False
    after_min: Annotated[float, Meta(ge=0.05, le=1440)] = 10.0
    per_day: Annotated[int, Meta(ge=1, le=10)] = 2
    off_s: Annotated[float, Meta(ge=5, le=60)] = 15.0
    boot_min: Annotated[float, Meta(ge=0.05, le=60)] = 5.0
