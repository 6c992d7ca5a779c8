"""Valuation by component: a column worked by hand, sums as printed, and what is not known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assetplan.finance import valuation, valuation_table
from assetplan.finance.statement import real

NAN = float("nan")


def test_a_column_aged_22_of_40():
    row = valuation([1800], [40], [40 - 22], ["column"]).iloc[0]
    assert (row["grc"], row["depreciation"], row["drc"]) == (1800, 990, 810)
    assert (row["valued"], row["not_valued"]) == (1, 0)


def test_what_is_not_known_is_counted_apart():
    grc, useful, left = [1800, NAN, 500, 70, 30], [40, 40, NAN, 10, 10], [18, 20, 3, NAN, 15]
    frame = valuation(grc, useful, left, ["column", "column", "column", None, "deck"])
    assert frame.to_numpy().tolist() == [
        ["column", 1, 1800, 990, 810, 2, 500],
        ["not stated", 0, 0, 0, 0, 1, 70],
        ["deck", 1, 30, 0, 30, 0, 0],  # more life than when new is none worn
    ]
    table = valuation_table(frame, real(2019), "£")
    assert (table.name, table.basis) == ("valuation", "£, prices of 2019/20")
    assert table.rows.iloc[-1].tolist() == ["total", 2, 1830, 990, 840, 3, 570]
    assert "3 of 5 assets are counted apart" in table.note
    assert "every asset are known" in valuation_table(frame.iloc[2:], real(2019)).note


@settings(max_examples=60)
@given(
    assets=st.lists(
        st.tuples(
            st.one_of(st.just(NAN), st.floats(0, 1e9)),
            st.one_of(st.just(NAN), st.floats(1, 120)),
            st.one_of(st.just(NAN), st.floats(-5, 150)),
            st.sampled_from("abc"),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_one_asset_at_a_time(assets):
    frame = valuation(*zip(*assets, strict=True)).set_index("component")
    for name, row in frame.iterrows():
        mine = [a for a in assets if a[3] == name]
        known = [a for a in mine if not np.isnan(a[:3]).any()]
        assert (row["valued"], row["not_valued"]) == (len(known), len(mine) - len(known))
        assert row["drc"] == pytest.approx(sum(g * min(max(r, 0), u) / u for g, u, r, _ in known))
        assert row["grc"] - row["depreciation"] == pytest.approx(row["drc"], abs=1e-3)
        assert row["grc"] + row["grc_not_valued"] == pytest.approx(sum(a[0] for a in mine if a[0] >= 0))
    rows = valuation_table(frame.reset_index(), real(2019)).rows
    steps = (rows[["grc", "depreciation", "drc", "grc_not_valued"]] * 1e3).round().astype(int)  # whole £1,000
    assert (steps["grc"] - steps["depreciation"] == steps["drc"]).all()
    assert (steps.iloc[:-1].sum() == steps.iloc[-1]).all()
    assert (rows["depreciation"] >= 0).all()


@pytest.mark.parametrize(
    ("grc", "useful", "fault"),
    [(-1, 40, "gross replacement cost"), (float("inf"), 40, "gross replacement cost"), (1, 0, "useful life")],
)
def test_nonsense_is_refused(grc, useful, fault):
    with pytest.raises(ValueError, match=fault):
        valuation([grc], [useful], [10], ["a"])
