"""The rules of traffic lights: value against target and floor, direction of travel, expected ranges."""

from __future__ import annotations

import numpy as np

from assetplan._types import Bools, Floats, Texts

GREEN, AMBER, RED = "GREEN", "AMBER", "RED"
IMPROVED, FALLEN, UNCHANGED = "improved", "fallen", "unchanged"
YES, HIGH, LOW = "Yes", "High", "Low"


def rag(value: Floats, target: Floats, floor: Floats, lower: Bools) -> Texts:
    """GREEN at or beyond target, AMBER at the floor or between floor and target, RED beyond the floor.

    Parameters
    ----------
    value, target, floor : array (n,); in the unit of each indicator; "" where one of them is missing
    lower : array (n,) of bool; whether less is better
    """
    sign = np.where(lower, -1.0, 1.0)
    known = ~(np.isnan(value) | np.isnan(target) | np.isnan(floor))
    cases = [~known, sign * value >= sign * target, sign * value >= sign * floor]
    return np.select(cases, ["", GREEN, AMBER], RED).astype(object)


def direction(value: Floats, before: Floats, lower: Bools) -> Texts:
    """Whether a value is better than the one before it: improved, fallen or unchanged; "" where one is missing.

    Parameters
    ----------
    value, before : array (n,); latest value, and the one before it
    lower : array (n,) of bool; whether less is better
    """
    gain = np.where(lower, before - value, value - before)
    return np.select([np.isnan(gain), gain > 0, gain < 0], ["", IMPROVED, FALLEN], UNCHANGED).astype(object)


def in_range(value: Floats, low: Floats, high: Floats) -> Texts:
    """Whether a value is as expected: Yes within the range, its ends included, else High or Low; "" where missing.

    Parameters
    ----------
    value, low, high : array (n,); value, and the ends of what is expected
    """
    known = ~(np.isnan(value) | np.isnan(low) | np.isnan(high))
    return np.select([~known, value > high, value < low], ["", HIGH, LOW], YES).astype(object)


def quarterly_steps(previous: Floats, final: Floats) -> Floats:
    """Target of each quarter in equal steps, t_q = previous + q/4 · (final − previous), (n, 4).

    Parameters
    ----------
    previous, final : array (n,); target of the year before, and of this one
    """
    quarters = np.arange(1, 5) / 4
    steps: Floats = (previous[:, None] + quarters * (final - previous)[:, None]).round(9)
    return steps
