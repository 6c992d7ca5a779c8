"""Latent defects as a contingency: closed forms, counts of all cases, and draws."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from assetplan.finance.contingency import defect_costs


def test_two_rows_are_the_sum_over_every_case() -> None:
    number, chance, cost = (2, 1), (0.3, 0.5), (20_000, 50_000)
    known = defect_costs(number, chance, cost)
    likely: dict[int, float] = {}
    for case in itertools.product((0, 1), repeat=3):
        p = np.prod([q if hit else 1 - q for hit, q in zip(case, (0.3, 0.3, 0.5), strict=True)])
        total = 20_000 * (case[0] + case[1]) + 50_000 * case[2]
        likely[total] = likely.get(total, 0.0) + float(p)
    assert known.step == 10_000
    for total, p in likely.items():
        assert known.chance[total // 10_000] == pytest.approx(p)
    assert known.mean == pytest.approx(sum(total * p for total, p in likely.items()))
    assert known.at(0.5) == 40_000 or likely[0] + likely[20_000] >= 0.5


def test_the_range_of_the_inherited_projects_agrees_with_draws() -> None:
    number, chance, cost = np.array([440, 60]), np.array([0.05, 0.2]), np.array([45_000, 310_000])
    known = defect_costs(number, chance, cost)
    assert known.chance.sum() == pytest.approx(1.0)
    sums = np.arange(len(known.chance)) * known.step
    assert known.chance @ sums == pytest.approx(known.mean, rel=1e-9)
    assert np.sqrt(known.chance @ (sums - known.mean) ** 2) == pytest.approx(known.deviation, rel=1e-6)
    draws = np.random.default_rng(1).binomial(number, chance, (200_000, 2)) @ cost
    for share in (0.5, 0.8):
        # Four standard errors of a quantile of so many draws, near the mean of a nearly normal sum.
        slack = 4 * np.sqrt(share * (1 - share) / len(draws)) * known.deviation / 0.28
        assert known.at(share) == pytest.approx(np.quantile(draws, share), abs=slack + known.step)


def test_costs_with_no_common_step_are_rounded_to_a_fine_one() -> None:
    known = defect_costs((100, 100), (0.5, 0.1), (123_457, 98_765))
    sums = np.arange(len(known.chance)) * known.step
    assert len(sums) < 210_000
    assert known.chance @ sums == pytest.approx(known.mean, rel=1e-3)


def test_no_defect_costs_nothing_and_a_sure_one_its_cost() -> None:
    assert defect_costs((5,), (0.0,), (1_000,)).at(0.8) == 0.0
    assert defect_costs((5,), (1.0,), (1_000,)).at(0.5) == 5_000.0
