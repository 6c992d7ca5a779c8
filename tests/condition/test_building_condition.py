"""Building condition against the published arithmetic."""

import numpy as np
import pytest

from assetplan.condition import building

WALL_COST = np.array([0, 12.877, 64.386, 257.543, 257.543])  # brick wall, £/m², E costed as D


def test_facility_condition_index():
    index = building.facility_condition_index(1.2e6, 15e6)
    assert index == pytest.approx(0.08, rel=1e-12)
    assert building.fci_band([index]).tolist() == ["fair"]


def test_fci_bands_hold_their_upper_end():
    names = building.fci_band([0, 0.05, 0.0501, 0.1, 0.3, 0.3001]).tolist()
    assert names == ["good", "good", "fair", "fair", "poor", "critical"]


def test_fci_needs_a_replacement_value():
    with pytest.raises(ValueError, match="above 0"):
        building.facility_condition_index(1, 0)


def test_grades_as_numbers_and_back():
    assert building.grade_number(["A", "B", "C", "D", "E"]).tolist() == [1, 2, 3, 4, 5]
    assert building.grade_letter([1, 2, 2.7, 3, 4, 5, np.nan]).tolist() == [
        "A",
        "B",
        "B",
        "C",
        "D",
        "E",
        None,
    ]
    assert np.isnan(building.grade_number(["A", None])[1])
    assert building.grade_number("C") == 3


def test_unknown_grade_is_named():
    with pytest.raises(ValueError, match="'F'"):
        building.grade_number(["A", "F"])


def test_wall_repair_now_and_after_five_years():
    now = building.repair_cost([0, 1, 0, 0, 0], 500, WALL_COST)
    assert now == pytest.approx(6438.50, abs=0.005)
    # Printed shares have five decimals: 500 m² × £257.543 × 5e-6 on each of two grades is £1.3 at most.
    later = building.repair_cost([0, 0.81622, 0.15063, 0.02794, 0.00520], 500, WALL_COST)
    assert later == pytest.approx(14372.48, abs=1.3)


def test_wall_repair_by_its_decay_rates():
    decay = np.array([0.02388, 0.03980, 0.09552, 0.15920])
    yearly = np.diag([*(1 - decay), 1]) + np.diag(decay, 1)
    share = np.array([0, 1, 0, 0, 0]) @ np.linalg.matrix_power(yearly, 5)
    assert building.repair_cost(share, 500, WALL_COST) == pytest.approx(14372.48, abs=0.005)


def test_backlog_counts_only_what_is_worse_than_b():
    share = [[0.2, 0.3, 0.4, 0.1, 0.0], [0, 1, 0, 0, 0]]
    cost = building.backlog(share, [100, 100], WALL_COST)
    assert cost == pytest.approx([100 * (0.4 * 64.386 + 0.1 * 257.543), 0])


def test_costs_need_a_column_a_grade():
    with pytest.raises(ValueError, match="one column a grade"):
        building.backlog([1, 0, 0, 0, 0], 1, [1, 2, 3])
    with pytest.raises(ValueError, match="one column a grade"):
        building.repair_cost([1, 0], 1, WALL_COST)
