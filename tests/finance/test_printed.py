"""Printed debt statements beside what arithmetic gives."""

from __future__ import annotations

import pytest

from assetplan.finance import check_printed
from assetplan.reference import load_table


def by_hand(principal, rate, years, method, m):
    """Total paid, by the closed form of each kind of loan."""
    n, each = years * m, rate / m
    if method == "annuity":
        return principal * each / (1 - (1 + each) ** -n) * n
    interest = principal * each * (n + 1) / 2 if method == "eip" else principal * each * n
    return principal + interest


def test_both_printed_pairs():
    table = check_printed(load_table("published_debt"))
    assert (table.name, table.basis) == ("printed_debt", "£m, cash")
    rows = table.rows
    assert len(rows) == 12
    agree = rows[rows["agrees"] == "yes"]
    assert agree[["principal", "method", "paid"]].to_numpy().tolist() == [[120, "eip", "half-yearly"]]
    eip = agree.iloc[0]
    assert (eip["total"], eip["mean_a_year"], eip["first_year"]) == (171.24, 5.708, 7.332)
    assert (eip["total_difference"], eip["mean_difference"]) == (0.24, 0.008)
    ten = rows[(rows["principal"] == 10) & (rows["method"] == "eip")].set_index("paid")["total"]
    assert ten.to_dict() == {"half-yearly": 14.27, "annual": 14.34}
    annuity = rows[(rows["principal"] == 120) & (rows["method"] == "annuity") & (rows["paid"] == "annual")].iloc[0]
    assert (annuity["mean_a_year"], annuity["total"]) == (5.965, 178.953)
    assert "£10m printed as £14.4m: none agrees." in table.note
    assert "£120m printed as £171m: eip, half-yearly." in table.note


def test_every_row_by_its_closed_form():
    for row in check_printed(load_table("published_debt")).rows.itertuples():
        total = by_hand(row.principal, row.rate, row.years, row.method, 2 if row.paid == "half-yearly" else 1)
        assert row.total == pytest.approx(total, abs=0.00051)  # printed to £1,000
        assert row.mean_a_year == pytest.approx(total / row.years, abs=0.00051)
        assert row.total_difference == pytest.approx(row.total - row.printed_total, abs=0.00051)


def test_a_statement_that_is_right_agrees_and_one_place_finer_does_not():
    printed = (
        load_table("published_debt").iloc[:1].assign(total=14_270_000, mean_a_year=475_667, mean_to=1, total_to=10_000)
    )
    rows = check_printed(printed).rows
    assert rows.loc[rows["agrees"] == "yes", ["method", "paid"]].to_numpy().tolist() == [["eip", "half-yearly"]]
    assert set(check_printed(printed.assign(mean_a_year=475_668)).rows["agrees"]) == {"no"}
    with pytest.raises(ValueError, match=r"rate is -0\.01"):
        check_printed(printed.assign(rate=-0.01))
    with pytest.raises(ValueError, match=r"years is 30\.5"):
        check_printed(printed.assign(years=30.5))
