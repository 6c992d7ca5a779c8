"""A survey carried to other sections: by hand, every pair of stretches, and what is conserved."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from surveys_made import stretches

from assetplan.network import carry_survey, codes_of, overlaps


def test_by_hand() -> None:
    carried = carry_survey(
        ["u", "u", ""], [0, 50, 0], [50, 100, 9], [1.0, 3.0, 9.0], ["u", "u", "v"], [20, 90, 0], [80, 120, 10], 0.5
    )
    np.testing.assert_array_equal(carried.value, [2, 3, np.nan])
    assert carried.coverage.tolist() == [1, pytest.approx(1 / 3), 0]
    assert carried.thin.tolist() == [False, True, True]


def test_two_lanes_are_averaged_and_cover_once() -> None:
    carried = carry_survey([0, 0], [0, 0], [100, 50], [[10, 1], [40, 0]], [0, 0], [0, 0], [100, 50], 1.0)
    np.testing.assert_allclose(carried.value, [[20, 2 / 3], [25, 0.5]])
    assert carried.coverage.tolist() == [1, 1]
    assert not carried.thin.any()
    short_in_long = carry_survey([0, 0, 0], [0, 10, 50], [100, 20, 60], [1, 1, 1], [0], [0], [100], 1.0)
    assert short_in_long.coverage.tolist() == [1]


def test_what_was_not_read_covers_nothing() -> None:
    carried = carry_survey([0, 0], [0, 60], [60, 100], [np.nan, 7], [0], [0], [100], 0.5)
    assert (carried.value.tolist(), carried.coverage.tolist(), carried.thin.tolist()) == ([7], [0.4], [True])
    nothing = carry_survey([], [], [], [], ["u"], [0], [10], 0.5)
    assert (np.isnan(nothing.value).tolist(), nothing.coverage.tolist()) == ([True], [0])


def test_coverage_asked_for_is_a_share() -> None:
    with pytest.raises(ValueError, match="share from 0 to 1, not 50"):
        carry_survey([0], [0], [1], [1], [0], [0], [1], 50)


def test_codes_agree_where_every_column_does() -> None:
    assert codes_of(["A", "A", "B", "A"], [1, 2, 1, 1]).tolist() == [0, 1, 2, 0]
    assert codes_of(np.array([np.nan, np.nan, 1.0])).tolist() == [0, 0, 1]


def test_a_long_stretch_overlaps_beyond_short_ones_within_it() -> None:
    starts, ends = np.array([0.0, 1, 3, 5, 7]), np.array([100.0, 2, 4, 6, 8])
    one, other = np.zeros(5, dtype=int), np.zeros(1, dtype=int)
    pairs = overlaps(one, starts, ends, other, np.array([50.0]), np.array([60.0]))
    assert [x.tolist() for x in pairs] == [[0], [0], [10]]


@st.composite
def any_stretches(draw) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Stretches that may overlap, lie in each other, have no length or no link."""
    rows = draw(st.lists(st.tuples(st.integers(-1, 2), st.integers(-20, 60), st.integers(0, 50)), max_size=15))
    link, start, length = np.array(rows, dtype=int).reshape(-1, 3).T
    return link, start.astype(float), (start + length).astype(float)


@given(any_stretches(), any_stretches())
def test_every_pair_that_overlaps(mine, others) -> None:
    pairs = overlaps(*mine, *others)
    expected = set()
    for i, (link, start, end) in enumerate(zip(*mine, strict=True)):
        for j, (other, low, high) in enumerate(zip(*others, strict=True)):
            shared = min(end, high) - max(start, low)
            if link == other >= 0 and shared > 0:
                expected.add((i, j, shared))
    assert set(zip(*(x.tolist() for x in pairs), strict=True)) == expected
    assert len(pairs[0]) == len(expected)


@given(stretches(), stretches(gaps=False), st.data())
def test_length_and_a_constant_are_conserved(survey, now, data) -> None:
    n = len(survey["link"])
    value = np.array(data.draw(st.lists(st.integers(0, 100), min_size=n, max_size=n)), dtype=float)
    same = carry_survey(*survey.values(), np.full(n, 0.1), *now.values(), 0.5)
    length = now["to_m"] - now["from_m"]
    reached = same.coverage > 0
    np.testing.assert_allclose(same.value[reached], 0.1)
    assert np.isnan(same.value[~reached]).all()
    # The survey laid on sections that run past it on either side keeps its length, and its total.
    links = np.arange(3)
    whole = carry_survey(*survey.values(), value, links, np.full(3, -5.0), np.full(3, 5000.0), 0.5)
    surveyed = np.bincount(survey["link"], survey["to_m"] - survey["from_m"], 3)
    np.testing.assert_allclose(whole.coverage * 5005, surveyed)
    total = np.bincount(survey["link"], (survey["to_m"] - survey["from_m"]) * value, 3)
    np.testing.assert_allclose(np.nan_to_num(whole.value) * whole.coverage * 5005, total, atol=1e-9)
    assert ((same.coverage >= 0) & (same.coverage <= 1)).all()
    back = carry_survey(*now.values(), np.arange(len(length), dtype=float), *now.values(), 1.0)
    np.testing.assert_array_equal(back.value, np.arange(len(length)))
    assert not back.thin.any()
