"""Roads divided into stretches: the best division of all, as trying every one shows."""

from __future__ import annotations

import numpy as np
import pytest

from assetplan.formulation.divide import StretchRules, divide

COST = np.array([3.0, 5.0, 8.0])


def best_of_all(
    length: np.ndarray, value: np.ndarray, second: np.ndarray, minimum: np.ndarray, rules: StretchRules
) -> float:
    """Worth of the best division of one run, every stretch tried in every place and mode."""

    def worth(a: int, b: int) -> float:
        most, total = -np.inf, length[a:b].sum()
        if total > rules.maximum and b - a > 1:
            return most
        for mode, cost in enumerate(COST):
            on = value[a:b, mode] > 0
            late = second[a:b, mode]
            parts = [length[a:b][on & ~late].sum(), length[a:b][on & late].sum()]
            kept = sum(parts) >= (1 - rules.untreated) * total - 1e-6
            if kept and all(part >= least - 1e-6 for part, least in zip(parts, minimum[:, mode], strict=True)):
                most = max(most, value[a:b, mode][on].sum() - cost)
        return most

    best = [0.0]
    for b in range(1, len(length) + 1):
        best.append(max(best[-1], *(best[a] + worth(a, b) for a in range(b))))
    return best[-1]


@pytest.mark.parametrize("seed", range(30))
def test_no_division_of_a_road_is_worth_more(seed: int) -> None:
    random = np.random.default_rng(seed)
    run = np.repeat(np.arange(3), random.integers(1, 8, 3))
    length = random.uniform(20, 300, len(run)).round()
    value = random.normal(0, 10, (len(run), 3))
    value[random.random(value.shape) < 0.2] = -np.inf
    second = (random.random(value.shape) < 0.5) & np.array([False, False, True])
    minimum = np.array([random.choice([0, 150, 300.0], 3), [0, 0, 100.0]])
    rules = StretchRules(float(random.choice([400, 800, 3000])), float(random.choice([0, 0.25, 0.5])))
    division = divide(run, length, value, second, COST, minimum, rules)
    expected = sum(best_of_all(length[run == k], value[run == k], second[run == k], minimum, rules) for k in range(3))
    assert division.worth.sum() == pytest.approx(expected, abs=1e-9)
    for k, (mode, worth) in enumerate(zip(division.mode, division.worth, strict=True)):
        rows = np.flatnonzero(division.stretch == k)
        assert (np.diff(rows) == 1).all()
        assert len(set(run[rows])) == 1
        assert worth == pytest.approx(np.maximum(value[rows, mode], 0).sum() - COST[mode], abs=1e-9)


def test_nothing_worth_closing_has_no_stretch() -> None:
    rules = StretchRules(1000.0, 0.5)
    none = divide(
        np.zeros(2, int),
        np.full(2, 100.0),
        np.full((2, 1), -1.0),
        np.zeros((2, 1), bool),
        np.ones(1),
        np.zeros((1, 1)),
        rules,
    )
    assert (none.stretch == -1).all()
    assert not len(none.mode)
