"""Time that is left: methods ask for it, so that each may be given a part of another's."""

from __future__ import annotations

from collections.abc import Callable

Clock = Callable[[], float]  # seconds left


def until(time_left: Clock, end: float) -> Clock:
    """A clock that runs out when so many seconds are left on another."""
    return lambda: time_left() - end


def forever() -> float:
    """A clock that never runs out: for what must not depend on how fast a machine is."""
    return float("inf")
