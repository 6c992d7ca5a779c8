"""Capacity as condition falls, and the condition at which it no longer reaches a load."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetplan.condition import capacity_at, capacity_today, condition_factor, full_loading, index_to_carry
from assetplan.reference import load_table


def test_the_factor_is_whole_for_a_sound_bridge_and_never_rises_as_the_index_falls() -> None:
    table = load_table("condition_factor").sort_values("index")
    assert condition_factor(100.0) == 1.0
    assert (np.diff(table["share"]) >= 0).all()
    # Nothing is divided by zero, whatever the condition.
    assert table["share"].min() > 0
    assert condition_factor([20.0, 30.0]) == pytest.approx([0.55, 0.675])


def test_what_a_bridge_carries_today() -> None:
    """Unassessed: 60 t at its condition, but full loading at the least; so too one assessed to carry that."""
    assessed = [np.nan, np.nan, 44.0, 44.0, 18.0, 0.0]
    index = [100.0, 10.0, 40.0, 10.0, 10.0, 100.0]
    assert capacity_today(assessed, index, 60.0) == pytest.approx([60.0, 44.0, 48.0, 44.0, 18.0, 0.0])


def test_only_what_is_lost_from_here_on_counts() -> None:
    # F is 0.8 at 40 and 0.55 at 20; a bridge that is made better gains nothing it did not have.
    assert capacity_at([40.0, 20.0, 90.0], 32.0, 40.0) == pytest.approx([32.0, 22.0, 32.0])


@given(
    load=st.floats(0.5, 60),
    today=st.floats(0, 90),
    now=st.floats(0, 100),
    index=st.floats(0, 100),
)
def test_a_load_is_carried_from_that_index_up(load: float, today: float, now: float, index: float) -> None:
    least = float(index_to_carry(load, today, now))
    left = float(capacity_at(index, today, now))
    # Within a millionth of the index either side, rounding decides.
    if index < least - 1e-6:
        assert left < load * (1 + 1e-9)
    elif index > least + 1e-6:
        assert left > load * (1 - 1e-9)
    assert np.isinf(least) == (load > today)


def test_no_index_is_too_low_for_a_strong_bridge() -> None:
    assert index_to_carry([3.0, full_loading()], 1000.0, 100.0) == pytest.approx([0.0, 0.0])
    assert np.isinf(index_to_carry(3.0, 0.0, 50.0))
