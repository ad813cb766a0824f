"""Does long runs in portions: what was measured is kept in a file, and the next portion goes on after it."""

import json
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

Rows = list[dict[str, Any]]


class Kept:
    """The rows of a run, in a file if there is one: one JSON object a line."""

    def __init__(self, path: str) -> None:
        self._path = Path(path) if path else None
        self._lock = threading.Lock()
        self.rows: Rows = []
        if self._path is not None and self._path.exists():
            lines = self._path.read_text(encoding="utf-8").splitlines()
            self.rows = [json.loads(line) for line in lines]

    def add(self, row: dict[str, Any]) -> None:
        """Take a row in, from any thread."""
        with self._lock:
            self.rows.append(row)
            if self._path is not None:
                with self._path.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(row, ensure_ascii=False) + "\n")

    def numbers(self) -> set[int]:
        """Give the numbers of what is done."""
        return {row["number"] for row in self.rows}


class Hours:
    """When nothing new may be begun any more."""

    def __init__(self, minutes: float) -> None:
        self._end_s = time.monotonic() + minutes * 60 if minutes else float("inf")

    def over(self) -> bool:
        """Say whether the time is over."""
        return time.monotonic() >= self._end_s


class Work:
    """Numbers that several sites take from, one by one."""

    def __init__(self, numbers: Iterable[int], hours: Hours) -> None:
        self._numbers = iter(list(numbers))
        self._hours = hours
        self._lock = threading.Lock()

    def take(self) -> int | None:
        """Give the next number; None once there is none or the time is over."""
        with self._lock:
            return None if self._hours.over() else next(self._numbers, None)


def side_by_side(count: int, worker: Callable[[], None]) -> list[BaseException]:
    """Run a worker so many times at once; give what went wrong in any."""
    with ThreadPoolExecutor(count) as pool:
        done = [pool.submit(worker) for _ in range(count)]
        return [error for one in done if (error := one.exception()) is not None]


def figures(values: Sequence[float | None]) -> str:
    """Give median, extremes and number of what came to be."""
    numbers = sorted(value for value in values if value is not None)
    if not numbers:
        return "-"
    middle = numbers[len(numbers) // 2]
    return f"{middle:.1f} ({numbers[0]:.1f}-{numbers[-1]:.1f}; {len(numbers)})"
