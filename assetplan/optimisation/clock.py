"""Time that is left, counted by the work that is done: a busy machine comes to the same choice as an idle one.

Each step of a search counts so many seconds as it takes on the machine of docs/benchmarks.md. The clock itself ends a
search only where it takes `SLACK` times as long.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

SLACK = 3.0  # times its limit that a search may take by the clock


@dataclass(eq=False)
class _Work:
    """What the parts of one search have done together.

    Attributes
    ----------
    done : float; work done [s]
    ends : float; when it ends by the clock, whatever was done [s]
    """

    done: float
    ends: float


@dataclass(frozen=True, eq=False)
class SearchTime:
    """Time of a search, or of a part of it; called, it gives the seconds that are left."""

    _work: _Work
    _most: float  # work at which this part ends [s]

    @classmethod
    def of(cls, seconds: float) -> SearchTime:
        """A clock for a search.

        Parameters
        ----------
        seconds : float; its time limit [s]; infinite for what nothing may cut
        """
        return cls(_Work(0.0, time.monotonic() + SLACK * seconds), seconds)

    def __call__(self) -> float:
        """Seconds left; below 0 where more was done than there was time for."""
        return min(self._most - self._work.done, self.by_clock())

    def by_clock(self) -> float:
        """Seconds left by the clock."""
        return self._work.ends - time.monotonic()

    def part(self, seconds: float) -> SearchTime:
        """A clock that runs out after so many seconds of the same work; with none, at once."""
        return SearchTime(self._work, self._work.done + seconds)

    def count(self, seconds: float) -> None:
        """Count work that was done [s]."""
        self._work.done += seconds
