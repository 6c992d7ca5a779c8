"""Extra council tax: the published table, the same by walking year by year, and what is confirmed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assetplan.finance import tax_base_income, tax_base_table
from assetplan.reference import load_table

HOMES = [5239, 6169, 5954, 6379, 5714]
BAND_D = [1468.84, 1498.07, 1527.89]


def county(**changed):
    case = {"base": 246_841, "growth": 0.02, "homes": HOMES, "band_d": BAND_D, "band_d_growth": 0.0199}
    return tax_base_income(**(case | {"first_year": 2019} | changed))


def test_the_published_table():
    income = county()
    assert income["year"].tolist() == [2019, 2020, 2021, 2022, 2023]
    # to £0.1k, as the rule was first worked out, and to the £1k that the council printed
    assert income["increment"].to_numpy() / 1e3 == pytest.approx([443.8, 1698.0, 1249.4, 1776.5, 588.4], abs=0.1)
    assert np.round(income["increment"][:4] / 1e3).tolist() == [444, 1698, 1249, 1776]
    # bases are rounded only in print; the last is printed one higher than the rule has it
    assert income["mtfp_base"].round().tolist() == [251_778, 256_813, 261_950, 267_189, 272_532]
    assert income["band_d"].round(2).tolist() == [1468.84, 1498.07, 1527.89, 1558.30, 1589.31]
    assert income["cumulative"].iloc[-1] == pytest.approx(5.98e6, abs=5e3)
    assert income["increment"].sum() == pytest.approx(5.756e6, abs=500)  # less: Band D rose on the homes before


def test_the_packaged_table_and_what_it_does_not_give():
    """The rule gives what a county printed but for the last year, of a base one above the rule's."""
    table = load_table("published_tax_base").iloc[1:].reset_index(drop=True)
    assert table["homes"].tolist() == HOMES
    assert table["band_d"].dropna().tolist() == BAND_D
    computed = (county()["increment"] / 1e3).round(1)
    assert (computed - table["printed_000"]).round(1).tolist()[-1] == 1.4
    assert (computed.iloc[-1], table["printed_000"].iloc[-1]) == (588.4, 587)
    assert (abs(computed - table["printed_000"]) <= 0.5).tolist() == [True] * 4 + [False]
    assert (county()["mtfp_base"].round() - table["taxbase"]).tolist() == [0, 0, 0, 0, -1]


def test_the_swing_is_the_printed_quarter_per_cent_and_not_the_printed_one_per_cent():
    swing = county()["swing"].to_numpy()
    assert round(swing[0] / 1e6, 1) == 0.9
    assert swing[0] == pytest.approx(0.0025 * 246_841 * 1.02 * 1468.84)
    assert (np.abs(county(sensitivity=0.01)["swing"] - 3.3e6) > 3e5).all()  # £3.3m is not 1 % of base × Band D


def test_confirmed_income_stays_where_it_ends():
    income = county(confirmed_to=2020)
    assert income["confirmed"].tolist() == [True, True, False, False, False]
    assert income["confirmed_income"].to_numpy()[:2] == pytest.approx(income["cumulative"][:2])
    assert set(income["confirmed_income"][1:]) == {income["cumulative"][1]}
    assert not county()["confirmed_income"].any()
    assert not county(confirmed_to=2018)["confirmed_income"].any()
    assert not county(confirmed_to=2030)["forecast_income"].any()


def test_growth_below_the_plan_lowers_income():
    income = county(homes=[6000, 4000, 4000], band_d=[1000.0], band_d_growth=0.0, confirmed_to=2021)
    assert (income["increment"][1:] < 0).all()
    assert income["cumulative"].is_monotonic_decreasing
    assert income["confirmed_income"].tolist() == income["cumulative"].tolist()
    assert income["confirmed_income"].iloc[-1] < 0


@settings(max_examples=80)
@given(
    homes=st.lists(st.floats(-1e4, 1e4), min_size=1, max_size=8),
    given_years=st.integers(1, 8),
    growth=st.floats(-0.05, 0.1),
    rise=st.floats(-0.05, 0.1),
    confirmed=st.one_of(st.none(), st.integers(2018, 2028)),
)
def test_walked_year_by_year(homes, given_years, growth, rise, confirmed):
    band_d = [1500.0 + 10 * k for k in range(min(given_years, len(homes)))]
    income = tax_base_income(1e5, growth, homes, band_d, rise, 2019, confirmed)
    base, extra, sure, rate = 1e5, 0.0, 0.0, 0.0
    for k, row in enumerate(income.itertuples()):
        rate = band_d[k] if k < len(band_d) else rate * (1 + rise)
        more, base = homes[k] - growth * base, base * (1 + growth)
        extra += more
        sure = extra * rate if confirmed is not None and row.year <= confirmed else sure
        near = {"rel": 1e-9, "abs": 1e-3}  # a thousandth of a pound in millions
        assert row.mtfp_base == pytest.approx(base)
        assert row.increment == pytest.approx(more * rate, **near)
        assert row.cumulative == pytest.approx(extra * rate, **near)
        assert row.confirmed_income == pytest.approx(sure, **near)
        assert row.confirmed_income + row.forecast_income == pytest.approx(row.cumulative, **near)
        assert row.high - row.low == pytest.approx(2 * 0.0025 * base * rate, **near)


def test_the_statement_adds_up_as_printed():
    table = tax_base_table(county(confirmed_to=2021))
    assert (table.name, table.basis) == ("tax_base", "£000, cash")
    rows = table.rows
    assert rows["year"].tolist() == ["2019/20", "2020/21", "2021/22", "2022/23", "2023/24"]
    assert rows["confirmed"].tolist() == ["yes", "yes", "yes", "no", "no"]
    for sides in (["confirmed_income", "forecast_income"], ["low", "swing"]):
        assert rows[sides].sum(axis=1).round(1).tolist() == rows["cumulative"].tolist()
    assert rows["cumulative"].iloc[-1] == 5981.5
    with pytest.raises(ValueError, match="'£bn' is no unit of money"):
        tax_base_table(county(), "£bn")


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"base": 0}, "the tax base is 0"),
        ({"growth": -1}, "growth of the tax base is -1"),
        ({"band_d_growth": float("nan")}, "growth of Band D is nan"),
        ({"homes": []}, "homes must be a number for each year"),
        ({"homes": [1, float("nan"), 3]}, "homes must be a number for each year"),
        ({"band_d": [1468.84, -1]}, "Band D must be a number above 0"),
        ({"homes": [5239]}, "Band D is given for 3 years, homes for 1"),
        ({"sensitivity": -0.1}, "the sensitivity is -0.1"),
        ({"base": -1, "growth": -2}, "tax base is -1.*growth of the tax base is -2"),
    ],
)
def test_bad_input_is_refused(changed, fault):
    with pytest.raises(ValueError, match=fault):
        county(**changed)
