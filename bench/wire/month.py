"""A month of beats over LTE as the core decides them, second by second in virtual time."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from notanker.core import beating, carriage
from notanker.core.beating import Beating
from notanker.core.budget import Beats
from notanker.core.carriage import Carriage
from notanker.core.names import Carrier, Uplink, Verdict
from notanker.core.settings import BeatSettings, CarrierSettings

MONTH_S: Final = 30 * 86_400.0
_WELL: Final = dict.fromkeys(Uplink, Verdict.UP)
_DOWN: Final = {Uplink.PRIMARY: Verdict.DOWN, Uplink.BACKUP: Verdict.UP}
_ANSWER_S: Final = 0.1


@dataclass(frozen=True, slots=True)
class Month:
    """What went over LTE.

    Attributes:
        calm: Beats of a month in which the primary line works.
        outage: What an outage of eight hours adds.
    """

    calm: int
    outage: int

    def megabytes(self, beat_bytes: float) -> tuple[float, float]:
        """Return the calm month's data, and what the outage adds, in MB."""
        return self.calm * beat_bytes / 1e6, self.outage * beat_bytes / 1e6


def month(carrier: Carrier) -> Month:
    """Live through a month with this carrier, as shipped."""
    settings = BeatSettings(carriers=CarrierSettings((carrier,), (carrier,)))
    return Month(
        _over_lte(settings, Uplink.PRIMARY, MONTH_S), _over_lte(settings, Uplink.BACKUP, 8 * 3600.0)
    )


def _over_lte(settings: BeatSettings, route: Uplink, seconds: float) -> int:
    verdicts: Mapping[Uplink, Verdict] = _WELL if route is Uplink.PRIMARY else _DOWN
    state, choice, now_s, beats = Beating(), Carriage(), 0.0, 0
    while now_s < seconds:
        state, over = beating.step(state, settings, route, verdicts, now_s)
        if over is None:
            now_s = max(now_s, beating.next_wake_s(state, settings, route, verdicts))
            continue
        by = carriage.choose(choice, settings.carriers, over, Beats.ALL, now_s)
        beats += over is Uplink.BACKUP and by in settings.carriers.backup
        now_s += _ANSWER_S
        state = beating.done(state, settings, over, route, ok=True, now_s=now_s)
    return beats
