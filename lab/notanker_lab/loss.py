"""Which frames a bad line loses."""

import random
from collections.abc import Mapping
from typing import Protocol


class LossModel(Protocol):
    """Decides frame by frame."""

    def lost(self, rng: random.Random) -> bool:
        """Say whether the next frame is lost."""


class Bernoulli:
    """Each frame is lost with the same probability, independently (``pct`` in percent)."""

    def __init__(self, pct: float) -> None:
        if not 0 <= pct <= 100:
            raise ValueError("pct must be within 0 and 100")
        self._probability = pct / 100

    def lost(self, rng: random.Random) -> bool:
        """Say whether the next frame is lost."""
        return rng.random() < self._probability


class GilbertElliott:
    """Loss in bursts: a good and a bad state (Gilbert 1960, Elliott 1963).

    All four are fractions 0..1 per frame: ``p`` good to bad, ``r`` bad to good, ``h`` delivered
    while bad, ``k`` delivered while good. Mean burst 1/r frames; mean loss with k = 1:
    (1 - h) * p / (p + r).
    """

    def __init__(self, p: float, r: float, h: float = 0.0, k: float = 1.0) -> None:
        if not all(0 <= value <= 1 for value in (p, r, h, k)):
            raise ValueError("p, r, h and k must be within 0 and 1")
        self._to_bad, self._to_good, self._h, self._k = p, r, h, k
        self._bad = False

    def lost(self, rng: random.Random) -> bool:
        """Say whether the next frame is lost."""
        change = self._to_good if self._bad else self._to_bad
        if rng.random() < change:
            self._bad = not self._bad
        return rng.random() >= (self._h if self._bad else self._k)


def bursts(pct: float, burst_frames: float) -> dict[str, object]:
    """Describe loss of ``pct`` percent in bursts of ``burst_frames`` on average, for `model`.

    Raises:
        ValueError: a burst is shorter than a frame, or there is no such loss.
    """
    if burst_frames < 1 or not 0 <= pct < 100:
        raise ValueError("burst_frames must be at least 1, and pct from 0 to below 100")
    r = 1 / burst_frames
    share = pct / 100
    return {"model": "gilbert_elliott", "p": r * share / (1 - share), "r": r, "h": 0.0, "k": 1.0}


def model(spec: Mapping[str, object] | None) -> LossModel | None:
    """Make the model that ``{"model": "bernoulli"|"gilbert_elliott", ...}`` describes; None: no loss.

    Raises:
        ValueError: unknown model or a value out of range.
    """
    if spec is None:
        return None
    values = {key: float(str(value)) for key, value in spec.items() if key != "model"}
    kinds: dict[object, type[Bernoulli | GilbertElliott]] = {
        "bernoulli": Bernoulli,
        "gilbert_elliott": GilbertElliott,
    }
    if spec.get("model") not in kinds:
        raise ValueError(f"model must be one of {', '.join(map(str, kinds))}")
    try:
        return kinds[spec.get("model")](**values)
    except TypeError as error:
        raise ValueError(str(error)) from error
