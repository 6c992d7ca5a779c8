"""Derivatives by central differences, to hold exact ones against."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np


def by_differences(function: Callable[[np.ndarray], np.ndarray], x: np.ndarray, step: float) -> np.ndarray:
    """Derivatives of a function by each of its arguments, one at a time, along the last axis."""
    moves = step * np.eye(len(x))
    return np.stack([(function(x + move) - function(x - move)) / (2 * step) for move in moves], axis=-1)
