"""The weight of an asset's condition: by hand, bounded, never falling with criticality."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetplan.network import importance, network_rules

COSTS = st.lists(st.floats(0, 1e7), min_size=2, max_size=20)
SCALES = st.tuples(st.floats(1, 1e3), st.floats(1.5, 1e4), st.floats(1, 10))


def test_by_hand() -> None:
    """Halfway between £100 and £10,000 by its logarithm is £1,000."""
    weights = importance([0.0, 50.0, 100.0, 1_000.0, 10_000.0, 1e6, np.nan], 100.0, 10_000.0, 3.0)
    assert weights.tolist() == pytest.approx([1, 1, 1, 2, 3, 3, 1], rel=1e-12)


def test_what_the_council_states_wins() -> None:
    weights = importance([0.0, 1_000.0, np.nan, 1e6], 100.0, 10_000.0, 3.0, [0.5, np.nan, 7.0, np.nan])
    assert weights.tolist() == pytest.approx([0.5, 2, 7, 3], rel=1e-12)


@given(COSTS, SCALES)
def test_bounded_and_never_falling(costs: list[float], scale: tuple[float, float, float]) -> None:
    low, ratio, most = scale
    weights = importance(sorted(costs), low, low * ratio, most)
    # Rounding of a logarithm may show in the last digits.
    assert (np.diff(weights) >= -1e-12).all()
    assert ((weights >= 1) & (weights <= most + 1e-12)).all()


@given(st.floats(1, 100), st.floats(1.01, 10), SCALES)
def test_a_ratio_adds_the_same_anywhere_on_the_scale(at: float, by: float, scale: tuple[float, float, float]) -> None:
    low, _, most = scale
    cost = low * np.array([1.0, by, at, at * by])
    weights = importance(cost, low, low * 1e4, most)
    assert weights[1] - weights[0] == pytest.approx(weights[3] - weights[2], abs=1e-9)


@pytest.mark.parametrize("scale", [(0, 10, 2), (10, 10, 2), (10, 5, 2), (1, 10, 0.5)])
def test_no_scale_is_refused(scale: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="no scale"):
        importance([1.0], *scale)


def test_the_packaged_scale_is_one() -> None:
    rules = network_rules()
    low, high, most = (rules[f"importance_{name}"] for name in ("low", "high", "most"))
    assert importance([low, high], low, high, most).tolist() == pytest.approx([1.0, most])
