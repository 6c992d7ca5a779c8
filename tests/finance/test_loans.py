"""Loans and provision: figures published to the penny, and the same by walking period by period."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assetplan.finance import loan_schedule, mrp_schedule

PENNY = 0.005  # half a penny: figures are printed to the penny


@pytest.mark.parametrize(
    ("method", "per_year", "first_year", "interest", "slack"),
    [
        ("annuity", 2, 494_903.27, 4_847_098.09, PENNY),
        ("annuity", 1, 497_091.57, 4_912_747, 0.5),  # printed to the pound
        ("eip", 2, 611_000.00, 4_270_000, PENNY),
        ("eip", 1, 613_333.33, 4_340_000, PENNY),
        ("maturity", 2, 280_000.00, 8_400_000, PENNY),
    ],
)
def test_ten_million_at_2_8_per_cent_for_thirty_years(method, per_year, first_year, interest, slack):
    table = loan_schedule(10e6, 0.028, 30, method, per_year)
    assert len(table) == 30 * per_year
    assert table.groupby("year")["payment"].sum()[1] == pytest.approx(first_year, abs=PENNY)
    assert table["interest"].sum() == pytest.approx(interest, abs=slack)
    assert table["repaid"].sum() == pytest.approx(10e6, abs=PENNY)


def test_the_half_yearly_payment_and_what_the_council_printed():
    payment = loan_schedule(10e6, 0.028, 30)["payment"]
    assert payment.to_numpy() == pytest.approx(np.full(60, 247_451.63), abs=PENNY)
    # £120m is printed as £5.7m a year and £171m in all: EIP by half years; its first year is dearer
    table = loan_schedule(120e6, 0.028, 30, "eip")
    assert table["payment"].sum() == pytest.approx(171.24e6, abs=5e3)
    assert table["payment"].sum() / 30 == pytest.approx(5.708e6, abs=500)
    assert table.groupby("year")["payment"].sum()[1] == pytest.approx(7.33e6, abs=5e3)


def test_provision_by_asset_life():
    assert mrp_schedule(10e6, 30)["mrp"].to_numpy() == pytest.approx(np.full(30, 333_333.33), abs=PENNY)
    mrp = mrp_schedule(10e6, 30, "annuity", 0.028)["mrp"].to_numpy()
    assert mrp[[0, 1, 29]] == pytest.approx([217_091.57, 223_170.13, 483_552.11], abs=PENNY)
    assert mrp[:5].sum() == pytest.approx(1_147_969.44, abs=PENNY)


@settings(max_examples=80)
@given(
    principal=st.floats(0, 1e9),
    rate=st.one_of(st.just(0.0), st.floats(1e-9, 0.5)),
    years=st.integers(1, 60),
    method=st.sampled_from(["annuity", "eip", "maturity"]),
    per_year=st.sampled_from([1, 2, 4]),
)
def test_walked_period_by_period(principal, rate, years, method, per_year):
    table = loan_schedule(principal, rate, years, method, per_year)
    owed, n, each = principal, years * per_year, rate / per_year
    level = principal / n if each == 0 else principal * each / (1 - (1 + each) ** -n)
    near = 1e-6 * principal + 1e-9  # the level payment above loses digits at small rates
    for k, row in enumerate(table.itertuples(), 1):
        assert row.opening == pytest.approx(owed, abs=near)
        assert row.interest == pytest.approx(owed * each, abs=near)
        repaid = {"annuity": level - row.interest, "eip": principal / n, "maturity": principal * (k == n)}[method]
        assert row.repaid == pytest.approx(repaid, abs=near)
        assert row.year == (k - 1) // per_year + 1
        owed -= row.repaid
    assert owed == pytest.approx(0, abs=near)


@pytest.mark.parametrize("rate", [0.0, 0.028])
def test_provision_by_annuity_with_interest_is_level(rate):
    table = mrp_schedule(1e6, 25, "annuity", rate)
    charge = table["mrp"] + table["opening"] * rate
    assert charge.to_numpy() == pytest.approx(np.full(25, charge[0]), rel=1e-12)
    assert table["mrp"].sum() == pytest.approx(1e6)
    assert loan_schedule(1e6, rate, 25, "annuity", 1)["repaid"].to_numpy() == pytest.approx(table["mrp"].to_numpy())


@pytest.mark.parametrize(
    ("call", "fault"),
    [
        (lambda: loan_schedule(1e6, -0.01, 10), "rate is -0.01"),
        (lambda: loan_schedule(-1, 0.01, 10), "principal is -1"),
        (lambda: loan_schedule(1e6, float("nan"), 10), "rate is nan"),
        (lambda: loan_schedule(1e6, 0.01, 0), "years is 0"),
        (lambda: loan_schedule(1e6, 0.01, 10, per_year=0.5), "per_year is 0.5"),
        (lambda: loan_schedule(1e6, 0.01, 10, "bullet"), "'bullet' is no kind of loan"),
        (lambda: mrp_schedule(1e6, 10, "annuity"), "needs a rate"),
        (lambda: mrp_schedule(1e6, 10, "equal", 0.02), "has no rate"),
        (lambda: mrp_schedule(1e6, 10, "annuity", -0.02), "rate is -0.02"),
        (lambda: mrp_schedule(1e6, 10, "sinking"), "no method of provision"),
    ],
)
def test_what_makes_no_sense_is_refused(call, fault):
    with pytest.raises(ValueError, match=fault):
        call()
